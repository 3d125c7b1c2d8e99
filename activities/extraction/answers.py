"""Find the JSON object in the text of a model's answer."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

_THINKING = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
"""What reasoning models write in front of their answer."""

_FENCED = re.compile(r"\A\s*```[A-Za-z]*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)

_MAX_DEPTH = 50
"""Levels of objects and lists. No useful answer is nested deeper."""

_MAX_STARTS = 20
"""Opening braces that are tried in a text that surrounds its JSON with words."""


def strip_thinking(text: str) -> str:
    """Return `text` without the thoughts that some models write first."""
    return _THINKING.sub("", text, count=1).strip()


def parse_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object in `text`, or None if there is no such object.

    A list becomes an object with the property `items`. Numbers that JSON does not have (`NaN`,
    `Infinity`, `1e999`) make the text invalid.
    """
    text = strip_thinking(text)
    if fenced := _FENCED.fullmatch(text):
        text = fenced[1]
    found = _load(text)
    if found is None:
        starts = [match.start() for match in re.finditer(r"\{", text)][:_MAX_STARTS]
        for start in starts:
            found = _load(text[start:], is_whole=False)
            if isinstance(found, dict):
                break
    if isinstance(found, list):
        found = {"items": found}
    return found if isinstance(found, dict) and _is_shallow(found) else None


def _is_shallow(value: Any, depth: int = _MAX_DEPTH) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return depth > 0 and all(_is_shallow(part, depth - 1) for part in value)


def _load(text: str, *, is_whole: bool = True) -> Any:
    try:
        return json.loads(text, **_STRICT) if is_whole else _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


_STRICT: dict[str, Any] = {"parse_constant": _refuse, "parse_float": _finite}
_DECODER = json.JSONDecoder(**_STRICT)
