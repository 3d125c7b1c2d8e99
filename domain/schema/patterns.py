"""Regular expressions of clients' schemas: which text they match, in a time that is limited.

Patterns are those of ECMA-262 (JSON Schema 2020-12, 6.4). `ecma` writes them for the two engines:

- RE2 takes time in proportion to the text. It has neither lookarounds nor references to groups.
- `regex` has both, and can take exponential time. So each search has a time limit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

import re2
import regex

from domain.schema.ecma import for_re2, for_regex, without_lookarounds

_MAX_MEMORY = 2**20
"""Bytes that one pattern may take, compiled by RE2."""

_MAX_LENGTH = 10_000
"""Characters of a pattern for `regex`, which compiles long ones slowly."""

_HUGE_REPEAT = re2.compile(r"\{[0-9]*,?[0-9]{5,}[,}]")

_REPEAT = regex.compile(r"(?<=(?<!\\x)\{(?:\d+,)?)\d+(?=(?:,\d*)?\})")

_TIMEOUT = 0.5
"""Seconds for one search by `regex`. A search that does not go wrong takes microseconds."""


class PatternTimeoutError(Exception):
    """A pattern takes too long for a text."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.pattern = pattern


class Matcher(Protocol):
    """A compiled pattern."""

    def matches(self, text: str) -> bool:
        """Return whether the pattern occurs in `text`. May raise `PatternTimeoutError`."""


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Matcher | None:
    """Return the compiled `pattern`, or None if it is not a regular expression."""
    if _HUGE_REPEAT.search(pattern):  # RE2 would take the braces for text
        return None
    return _linear(pattern) or _backtracking(pattern)


def is_linear(pattern: str) -> bool:
    """Return whether `pattern` is matched in a time in proportion to the text."""
    return isinstance(compiled(pattern), _Linear)


def matches(pattern: str, text: str) -> bool:
    """Return whether `pattern` occurs in `text`; a pattern that cannot be compiled always does.

    Raises `PatternTimeoutError`.
    """
    matcher = compiled(pattern)
    return matcher is None or matcher.matches(text)


class _Linear:
    def __init__(self, expression: Any) -> None:
        self._expression = expression

    def matches(self, text: str) -> bool:
        # RE2 works on UTF-8, which has no lone surrogates.
        return self._expression.search(text.encode(errors="replace").decode()) is not None


class _Backtracking:
    def __init__(self, expression: Any, pattern: str) -> None:
        self._expression = expression
        self._pattern = pattern

    def matches(self, text: str) -> bool:
        try:
            return self._expression.search(text, timeout=_TIMEOUT) is not None
        except TimeoutError:
            raise PatternTimeoutError(self._pattern) from None


def _linear(pattern: str) -> Matcher | None:
    expression = _re2(for_re2(pattern))
    return None if expression is None else _Linear(expression)


def _backtracking(pattern: str) -> Matcher | None:
    # RE2 refuses repeats of repeats, for which `regex` would take gigabytes. It also refuses every
    # repeat of more than 1,000, which `regex` does not mind.
    plain = _REPEAT.sub(lambda repeat: str(min(int(repeat[0]), 1000)), without_lookarounds(pattern))
    if len(pattern) > _MAX_LENGTH or _re2(plain) is None:
        return None
    try:
        expression = regex.compile(for_regex(pattern), regex.VERSION0)
    except (regex.error, ValueError, OverflowError, RecursionError):
        return None
    return _Backtracking(expression, pattern)


def _re2(pattern: str) -> Any:
    """Return `pattern` compiled by RE2, or None."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None
