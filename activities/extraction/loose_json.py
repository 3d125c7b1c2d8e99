"""Objects that models write nearly in JSON: with single quotes, comments, or a comma too many."""

from __future__ import annotations

import ast
import json
import re

_MAX_LENGTH = 100_000
"""Characters. No answer is much longer."""

_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*(?:\"|\Z)|'(?:[^'\\]|\\.)*(?:'|\Z)"
    r"|//[^\n]*|\b(?:true|false|null|NaN|Infinity)\b",
    re.DOTALL,
)
"""Texts, comments, and the words that are written otherwise in Python.

A text without its end goes on to the end of all. So the time is linear.
"""

_IN_PYTHON = {
    "true": "True",
    "false": "False",
    "null": "None",
    "NaN": "1e999",  # any number that JSON does not have
    "Infinity": "1e999",
}


def as_json(text: str) -> str | None:
    """Return the object in `text` as JSON, or None if it is none with the syntax of Python too."""
    start, end = text.find("{"), text.rfind("}")
    if not 0 <= start < end or end - start > _MAX_LENGTH:
        return None
    try:
        found = ast.literal_eval(_TOKEN.sub(_python, text[start : end + 1]))
        return json.dumps(found) if isinstance(found, dict) else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _python(found: re.Match[str]) -> str:
    token = found[0]
    if token[0] == "/":
        return ""
    if token[0] in "\"'":
        return token.replace("\\/", "/").replace("\r", "").replace("\n", "\\n")
    return _IN_PYTHON[token]
