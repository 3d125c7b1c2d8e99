"""The JSON in what a model answers."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

_THOUGHTS = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_FENCED = re.compile(r"\A\s*```[A-Za-z]*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)

_MAX_LEVELS = 50
"""What is nested deeper is no answer to anything."""

_MAX_STARTS = 20
"""Opening braces that are tried in a text that surrounds its JSON with words."""


def without_thoughts(text: str) -> str:
    """`text` without what some models think aloud first."""
    return _THOUGHTS.sub("", text, count=1).strip()


def parse(text: str) -> dict[str, Any] | None:
    """The object in `text`; None if there is none. A list counts as an object with `items`.

    Numbers that JSON does not have (`NaN`, `Infinity`, `1e999`) are none.
    """
    text = without_thoughts(text)
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


def _is_shallow(value: Any, levels: int = _MAX_LEVELS) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in value)


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
