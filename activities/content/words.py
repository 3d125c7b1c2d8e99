"""Words of a text, in scripts with and without spaces."""

from __future__ import annotations

import re

_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Characters of Thai, Lao, Japanese and Chinese, which put no spaces between words."""

_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
"""A word, or one character of a script without spaces."""

SHINGLE_SIZE = 4
"""Consecutive words that are compared. Fewer words recur by chance."""

Shingle = tuple[str, ...]
"""Consecutive words of a text."""


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return _WORD.findall(text.lower())


def shingles_of(words: list[str]) -> list[Shingle]:
    """Return all runs of `SHINGLE_SIZE` consecutive words."""
    return [tuple(words[i : i + SHINGLE_SIZE]) for i in range(len(words) - SHINGLE_SIZE + 1)]


def count_words(text: str) -> int:
    """Return the number of words in a text. Lines that recur count once."""
    return sum(len(words_of(line)) for line in dict.fromkeys(map(str.strip, text.splitlines())))
