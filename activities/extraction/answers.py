"""Find the JSON object in the text of a model's answer."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from activities.extraction.loose_json import as_json
from activities.extraction.marks import text_without_marks
from domain.schema.references import escape

_THINKING = re.compile(
    r"\A(?:<think(?:ing)?>.*?</think(?:ing)?>|\[THINK\].*?\[/THINK\]"
    r"|<\|channel\|>.*?<\|channel\|>final<\|message\|>"
    r"|(?![{\[`]).*?</think>)",  # some templates begin the thoughts themselves
    re.DOTALL,
)
"""What reasoning models write in front of their answer, if their server leaves it there."""

_FENCED = re.compile(r"\A\s*```[A-Za-z]*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)

_MAX_DEPTH = 50
"""Levels of objects and lists. No useful answer is nested deeper."""

_MAX_STARTS = 20
"""Opening braces that are tried in a text that surrounds its JSON with words."""

_MAX_DIGITS = 309
"""Digits of an integer from which on it may be above all numbers of double precision."""

_LONG_WHOLE = re.compile(r"(-?\d{16,})\.0+")
"""An integer that double precision may not hold."""

_LOST = object()
"""Stands for a number that JSON cannot hold, while a text is parsed."""


@dataclass(frozen=True)
class FoundObject:
    """An object that the model answered."""

    value: dict[str, Any]
    lost: list[str] = field(default_factory=list)
    """JSON Pointers of values that cannot be used, so that they are null here."""
    repeated: tuple[str, ...] = ()
    """JSON Pointers of properties in which the model repeated itself until it was cut off."""


def strip_thinking(text: str) -> str:
    """Return `text` without the thoughts that some models write first."""
    return _THINKING.sub("", text.lstrip(), count=1).strip()


def markdown(text: str, boundary: str) -> str:
    """Return an answer in markdown, without thoughts and without the marks of its request."""
    return _encodable(text_without_marks(strip_thinking(text), boundary))


def parse_object(text: str) -> FoundObject | None:
    """Return the JSON object in `text`, or None if there is no such object.

    A list becomes an object with the property `items`. Numbers that JSON or double precision does
    not have (`NaN`, `Infinity`, `1e999`) are lost. Lone surrogates become U+FFFD.
    """
    text = strip_thinking(text)
    if fenced := _FENCED.fullmatch(text):
        text = fenced[1]
    found = _load(text)
    if isinstance(found, str):  # the object as a text within JSON
        found = _load(found)
    if found is None:
        starts = [match.start() for match in re.finditer(r"\{", text)][:_MAX_STARTS]
        for start in starts:
            found = _load(text[start:], is_whole=False)
            if isinstance(found, dict) and found:
                break
    if not found and (loose := as_json(text)) is not None:
        found = _load(loose) or found
    if isinstance(found, list):
        found = {"items": found}
    if not isinstance(found, dict) or not _is_shallow(found):
        return None
    lost: list[str] = []
    return FoundObject(_usable(found, "", lost), lost)


def _is_shallow(value: Any, depth: int = _MAX_DEPTH) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return depth > 0 and all(_is_shallow(part, depth - 1) for part in value)


def _load(text: str, *, is_whole: bool = True) -> Any:
    try:
        return json.loads(text, **_PARSING) if is_whole else _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _usable(value: Any, pointer: str, lost: list[str]) -> Any:
    """Return `value` with null for each lost number; `lost` gets the places."""
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, list):
        return [_usable(part, f"{pointer}/{number}", lost) for number, part in enumerate(value)]
    if isinstance(value, dict):
        return {
            name: _usable(part, f"{pointer}/{escape(name)}", lost)
            for name, part in ((_encodable(name), part) for name, part in value.items())
        }
    if value is _LOST:
        lost.append(pointer)
        return None
    return value


def _encodable(text: str) -> str:
    return (
        text
        if text.isascii()
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _float(text: str) -> Any:
    if whole := _LONG_WHOLE.fullmatch(text):
        return _integer(whole[1])
    value = float(text)
    return value if math.isfinite(value) else _LOST


def _integer(text: str) -> Any:
    is_long = len(text) >= _MAX_DIGITS
    return _LOST if is_long and not math.isfinite(float(text)) else int(text)


_PARSING: dict[str, Any] = {
    "parse_constant": lambda _: _LOST,
    "parse_float": _float,
    "parse_int": _integer,
    "strict": False,  # models write line ends into texts as they are
}
_DECODER = json.JSONDecoder(**_PARSING)
