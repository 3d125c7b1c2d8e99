"""Comparison of a result with the truth: value by value, as a patient reader would."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.accuracy.page import Either

_EDGES = " .,;:!?\"'()[]*_`"
"""What may stand around a text without being part of its meaning."""

_TIME_OF_DAY = re.compile(r"\A(\d{4}-\d{2}-\d{2})[t ]\d{2}:\d{2}.*\Z")


@dataclass
class Score:
    """How many values are right, not given and wrong. A list may be right in part."""

    right: float = 0
    empty: float = 0
    wrong: float = 0

    @property
    def all(self) -> float:
        """Return how many values there are."""
        return self.right + self.empty + self.wrong

    def add(self, other: Score) -> None:
        """Add the values of `other`."""
        self.right += other.right
        self.empty += other.empty
        self.wrong += other.wrong


def score_result(result: dict[str, Any] | None, truth: dict[str, Any]) -> Score:
    """Return the score of `result`. Without a result all values are wrong."""
    score = Score()
    for name, expected in truth.items():
        if result is None:
            score.wrong += 1
        else:
            score.add(score_value(result.get(name), expected))
    return score


def score_value(found: Any, expected: Any) -> Score:
    """Return the score of one value."""
    share = max(_share(found, choice) for choice in choices_of(expected))
    if share < 1 and _is_empty(found):
        return Score(empty=1)
    return Score(right=share, wrong=1 - share)


def choices_of(expected: Any) -> tuple[Any, ...]:
    """Return the values of which each is right."""
    return expected.values if isinstance(expected, Either) else (expected,)


def _is_empty(found: Any) -> bool:
    return found is None or found in ("", [])


def _share(found: Any, expected: Any) -> float:
    """Return how much of the value is right, from 0 to 1."""
    if expected is None:
        return float(_is_empty(found))
    if isinstance(expected, list):
        return _overlap(found if isinstance(found, list) else [], expected)
    return float(comparable(found) == comparable(expected))


def _overlap(found: Iterable[Any], expected: Iterable[Any]) -> float:
    """Return the share of the entries of both lists that both have."""
    ours, theirs = {comparable(entry) for entry in found}, {comparable(entry) for entry in expected}
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 1.0


def comparable(value: Any) -> Any:
    """Return a form of `value` in which two ways to write it are equal."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return ("number", round(float(value), 6)) if math.isfinite(value) else "no number"
    if isinstance(value, dict):
        return tuple(sorted((name, comparable(part)) for name, part in value.items()))
    if isinstance(value, list):
        return tuple(map(comparable, value))
    return _comparable_text(str(value))


def _comparable_text(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    text = re.sub(r"[\u2018\u2019]", "'", text)
    text = " ".join(text.split()).strip(_EDGES)
    if moment := _TIME_OF_DAY.match(text):
        return moment[1]
    return text
