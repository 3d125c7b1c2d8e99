"""Repairs of JSON that templates write without a serializer: quotes and brackets."""

from __future__ import annotations

import re

_QUOTE_OR_BRACKET = re.compile(r'\\.|["{}\[\]]', re.DOTALL)

_AFTER_KEY = re.compile(r"\s*:")
_NEXT_KEY = r'"(?:[^"\\]|\\.){0,200}"\s*:'
_AFTER_MEMBER = re.compile(rf"\s*(?:\Z|[}}\]]\s*(?:\Z|[,;}}\]])|,\s*(?:{_NEXT_KEY}|[}}\]]))")
_AFTER_ELEMENT = re.compile(r"\s*(?:\Z|[}\]]\s*(?:\Z|[,;}\]])|,\s*[\"{\[\]\d-])")
"""What follows the quote at the end of a key, of a value in an object, and of one in an array."""

_CLOSING = {"{": "}", "[": "]"}


def with_escaped_quotes(text: str) -> str:
    """Return `text` with a backslash before quotes within strings, as in `"a 5" nail"`.

    A quote ends a string only if what follows can follow a string there.
    """
    parts: list[str] = []
    stack: list[str] = []
    at = start = 0
    is_open = is_value = False
    while found := _QUOTE_OR_BRACKET.search(text, at):
        at = found.end()
        mark = found[0]
        if mark == '"' and not is_open:
            is_open = True
            is_value = _is_value(text, found.start(), stack)
        elif mark == '"':
            if _ends_string(text, at, stack, is_value=is_value):
                is_open = False
            else:
                parts += [text[start : found.start()], '\\"']
                start = at
        elif not is_open:
            _follow(stack, mark)
    return "".join([*parts, text[start:]])


def _is_value(text: str, at: int, stack: list[str]) -> bool:
    """Return whether the string that begins at `at` is no key of an object."""
    while at > 0 and text[at - 1].isspace():
        at -= 1
    return stack[-1:] != ["{"] or text[at - 1 : at] == ":"


def _ends_string(text: str, at: int, stack: list[str], *, is_value: bool) -> bool:
    if not is_value:
        return _AFTER_KEY.match(text, at) is not None
    after = _AFTER_MEMBER if stack[-1:] == ["{"] else _AFTER_ELEMENT
    return after.match(text, at) is not None


def _follow(stack: list[str], mark: str) -> None:
    if mark in _CLOSING:
        stack.append(mark)
    elif stack and _CLOSING[stack[-1]] == mark:
        stack.pop()


def with_closed_brackets(text: str) -> str:
    """Return `text` with the brackets that are missing at its end, unless it ends in a string."""
    stack: list[str] = []
    is_open = False
    for found in _QUOTE_OR_BRACKET.finditer(text):
        if found[0] == '"':
            is_open = not is_open
        elif not is_open:
            _follow(stack, found[0])
    if is_open:
        return text
    return text.rstrip().rstrip(",") + "".join(_CLOSING[mark] for mark in reversed(stack))
