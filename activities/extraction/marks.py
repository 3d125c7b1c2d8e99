"""The marks around the data in a request, and their removal from the model's answers.

Each request has a new random boundary. An author of a page cannot know it, so no page can close its
section and continue as instructions. Small models copy marks into their answers. No page has the
boundary, so a text that has it is recognised for certain.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from domain.schema.references import escape

_BOUNDARY_BYTES = 16
"""128 random bits. No page can guess them, since it is written before the request.

The 32 digits are about 28 tokens each time, and no server can keep them from one request to the
next. So a mark begins each section, and only one more ends the last: the next mark ends the others.
"""

_END = "end"
"""Name in the mark behind the last section."""

_MIN_COPIED = 10
"""Digits of a boundary that make a word a copy of it: 40 bits, which no page has by chance."""

_MARK = re.compile(
    r"(?:[ \t]?(?:<|&lt;){1,4}[ \t]?/?[ \t]?)?"
    r"(?P<word>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{10,})"
    r"(?:[ \t]?(?:…|\.\.\.|(?:address|page(?:, part \d+ of \d+)?|declared|end"
    r"|answer \d+)\b))?(?:[ \t]?(?:>|&gt;){1,4})?"
    r"(?::[ \t])?",
    re.IGNORECASE,
)
"""What may be a mark, also without its brackets, cut, or with dashes as a UUID has them."""

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{0,20}://[^\s<>\"()]+", re.IGNORECASE)
"""An address with a mark in it is no address, also without the mark."""

_NO_VALUE = re.compile(
    r"(?:[\W_]|\b(?:address|page|declared|end|answer|and|marks?|0x)\b)*", re.IGNORECASE
)
"""What is left of marks, and no value: brackets, and the other words that stand in marks."""


def new_boundary() -> str:
    """Return a random word that no page can contain on purpose."""
    return secrets.token_hex(_BOUNDARY_BYTES)


def marked(boundary: str, sections: Mapping[str, str]) -> str:
    """Return the user message: named `sections` of data, each behind a mark of `boundary`.

    The first line is a mark, so that all text of strangers comes after the boundary is known.
    """
    parts = [f"<<{boundary} {name}>>\n{text}" for name, text in sections.items()]
    return "\n\n".join((*parts, f"<<{boundary} {_END}>>"))


def without_marks(value: Any, boundary: str) -> tuple[Any, list[str]]:
    """Return `value`, a JSON value, without copies of the marks of `boundary`.

    A text of nothing but marks becomes null. The list has the JSON Pointers of these texts.
    """
    emptied: list[str] = []
    return _without(value, boundary, "", emptied), emptied


def text_without_marks(text: str, boundary: str) -> str:
    """Return `text` without copies of the marks of `boundary`; unchanged if it has none."""
    if not _has_copy(text, boundary):
        return text

    def replaced(found: re.Match[str], group: int | str = 0) -> str:
        return "" if _has_copy(found[group], boundary) else found[0]

    text = _ADDRESS.sub(replaced, text)
    cleaned = _MARK.sub(lambda found: replaced(found, "word"), text).strip()
    return "" if _NO_VALUE.fullmatch(cleaned) else cleaned


def _has_copy(text: str, boundary: str) -> bool:
    digits = text.replace("-", "").lower()
    starts = range(len(boundary) - _MIN_COPIED + 1)
    return any(boundary[start : start + _MIN_COPIED] in digits for start in starts)


def _without(value: Any, boundary: str, pointer: str, emptied: list[str]) -> Any:
    if isinstance(value, str):
        cleaned = text_without_marks(value, boundary)
        if not cleaned and value:
            emptied.append(pointer)
            return None
        return cleaned
    if isinstance(value, list):
        return [
            _without(part, boundary, f"{pointer}/{number}", emptied)
            for number, part in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for name, part in value.items():
        cleaned = text_without_marks(name, boundary)
        if cleaned or not name:
            place = f"{pointer}/{escape(cleaned)}"
            result.setdefault(cleaned, _without(part, boundary, place, emptied))
    return result
