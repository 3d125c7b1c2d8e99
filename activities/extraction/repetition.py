"""Answers that repeat themselves without an end.

Small models write one entry of a list again and again, until the limit of the answer's length. To
divide the page does not help: the model does the same with each half. What it wrote before is as
good as any other answer.
"""

from __future__ import annotations

import json
from typing import Any

_MAX_PERIOD = 400
"""Characters of the longest text whose repetition is looked for: an object of a list."""

_MIN_REPEATS = 5
_MIN_REPEATED = 120
"""Characters that are repetition, together. A page has no such text, apart from lines of dashes."""

_MAX_DEPTH = 2
"""Containers around a comma at which an answer is cut: the entries of lists stay whole."""


def before_repetition(text: str) -> tuple[dict[str, Any], str | None] | None:
    """Return what a cut answer says before it repeats itself, and the list that repeats.

    The list is None if something else repeats. Return None if the end of `text` is no repetition.
    """
    begin = text.find("{")
    start = _start_of_repetition(text)
    if start is None or begin < 0:
        return None
    whole, closers = _last_whole_value(text[begin:start])
    try:
        found = json.loads(whole + closers) if whole else {}
    except (ValueError, RecursionError):
        return None
    name = list(found)[-1] if len(closers) > 1 else None
    if name is not None:
        found[name] = _without_repeated(found[name])
    return found, name


def _start_of_repetition(text: str) -> int | None:
    """Return the end of the first whole pieces, of the equal ones with which `text` ends."""
    for period in range(1, _MAX_PERIOD + 1):
        position = len(text) - 1
        while position >= period and text[position] == text[position - period]:
            position -= 1
        repeated = len(text) - 1 - position
        if repeated >= max(_MIN_REPEATED, period * _MIN_REPEATS):
            return position + 1 + period  # the repetition may begin in the middle of a value
    return None


def _last_whole_value(text: str) -> tuple[str, str]:
    """Return the beginning of an object up to its last whole value, and what closes it there."""
    closers: list[str] = []
    cut = "", ""
    in_string = escaped = False
    for position, character in enumerate(text):
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
            continue
        if character == '"':
            in_string = True
        elif character in "{[":
            closers.append("}" if character == "{" else "]")
        elif character in "}]":
            closers = closers[:-1]
        if 0 < len(closers) <= _MAX_DEPTH and character in ",}]":
            end = position if character == "," else position + 1
            cut = text[:end], "".join(reversed(closers))
    return cut


def _without_repeated(value: Any) -> Any:
    """Return a list without its repeated entries."""
    if not isinstance(value, list):
        return value
    return list({json.dumps(entry): entry for entry in value}.values())
