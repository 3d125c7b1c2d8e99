"""JSON as pages write it: commented, quoted twice, wrapped for parsers of the past."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from activities.declared.broken_json import with_closed_brackets, with_escaped_quotes

_MAX_CHARACTERS = 5_000_000
"""Characters of one script."""

_MAX_UNESCAPES = 2
"""How often templates escape a document that must not be escaped at all."""

_WRAPPERS = ("//", "/*", "*/", "<!--", "-->", "<![CDATA[", "]]>", "<!]]>", ">")
"""Marks of comments and of CDATA sections around a whole document."""

_MAX_WRAPPERS = 8
"""Marks inside of each other."""

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*(?:"|\Z))'
    r"|(?P<noise>/\*(?:.*?\*/|.*\Z)|//[^\n]*|<!--(?:.*?-->|.*\Z)|</?(?:br|p)\b[^<>\n]{0,99}>)"
    r"|(?P<comma>,)|(?P<end>[}\]])|(?P<space>\s+)|(?P<other>[^\"/,}\]\s<]+|[/<])",
    re.DOTALL | re.IGNORECASE,
)
"""Tokens of JSON with comments, and with the line breaks that editors of blogs insert.

A token that is not closed runs to the end, for linear time.
"""

_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_QUOTE_REFERENCE = re.compile(r"&(?:amp;)*(?:quot|#0*34|#x0*22|[lr]dquo|#82(?:20|21));", re.I)
_TYPOGRAPHIC_QUOTES = re.compile(r"[\u201c\u201d\u201e\u201f\u2033]")
_TYPOGRAPHIC_OUTSIDE = re.compile(
    rf'(?P<string>"(?:[^"\\]|\\.)*(?:"|\Z))|{_TYPOGRAPHIC_QUOTES.pattern}', re.DOTALL
)
"""Typographic quotes beside strings. Within strings they are text."""

_SINGLE_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")


def parse_tolerantly(text: str) -> list[Any]:
    """Return the JSON documents in `text`, as many as can be understood."""
    if len(text) > _MAX_CHARACTERS:
        return []
    text = text.replace("\ufeff", "").strip()
    best: list[Any] = []
    for attempt in _attempts(text):
        documents, is_complete = _decode_all(attempt)
        if is_complete:
            return [part for document in documents for part in _inside_text(document)]
        if len(documents) > len(best):
            best = documents
    return best


def _attempts(text: str) -> Iterator[str]:
    """Yield the text, and then the texts that it may have been meant as."""
    yield text
    if "{" not in text and "[" not in text:
        return
    plain = _unwrapped(text)
    for form in dict.fromkeys((plain, text)):
        repaired = _repair(form)
        yield repaired
        yield _BAD_ESCAPE.sub(r"\\\\", repaired)
    unescaped = plain
    for _ in range(_MAX_UNESCAPES):
        if _QUOTE_REFERENCE.search(unescaped):
            unescaped = unescape(unescaped)
            yield _repair(_with_plain_quotes(unescaped))
    if found := _QUOTE_REFERENCE.search(plain):
        yield _repair(plain.replace(found[0], '"'))
    if '\\"' in plain:
        yield _repair(plain.replace('\\"', '"'))
    if '"' not in plain:
        yield _repair(_with_plain_quotes(plain))
    else:
        if plain.startswith('"@'):
            plain = "{" + plain
        plain = _TYPOGRAPHIC_OUTSIDE.sub(lambda found: found["string"] or '"', plain)
        yield with_closed_brackets(_repair(plain))
        yield with_closed_brackets(_BAD_ESCAPE.sub(r"\\\\", with_escaped_quotes(plain)))


def _unwrapped(text: str) -> str:
    """Return the text without the marks around it."""
    for _ in range(_MAX_WRAPPERS):
        text = text.strip().rstrip(";")
        for mark in _WRAPPERS:
            text = text.removeprefix(mark).removesuffix(mark)
    return text.strip()


def _with_plain_quotes(text: str) -> str:
    """Return the text with the quotes of JSON, if it has only others."""
    if '"' in text:
        return text
    if _TYPOGRAPHIC_QUOTES.search(text):
        return _TYPOGRAPHIC_QUOTES.sub('"', text)
    return _SINGLE_QUOTED.sub(lambda found: json.dumps(found[1].replace("\\'", "'")), text)


def _repair(text: str) -> str:
    """Return the text without comments, and with commas only between values, also missing ones."""
    parts: list[str] = []
    comma = ""
    ends_value = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "noise":
            continue
        if kind == "comma":
            comma = ","
        elif kind == "space":
            parts.append(token[0])
        else:
            if kind == "string" and not comma and ends_value:
                comma = ","  # it is missing
            if kind != "end":
                parts.append(comma)
            comma = ""
            parts.append(token[0])
            ends_value = not token[0].endswith((":", "{", "["))
    return "".join(parts).strip()


def _decode_all(text: str) -> tuple[list[Any], bool]:
    """Return the documents in `text`, and whether all of the text was understood."""
    # `strict=False` allows control characters in strings.
    decoder = json.JSONDecoder(strict=False, parse_float=_finite, parse_constant=lambda _: None)
    documents = []
    at = 0
    try:
        while at < len(text):
            document, at = decoder.raw_decode(text, at)
            documents.append(document)
            while at < len(text) and (text[at].isspace() or text[at] in ";,"):
                at += 1
    except (ValueError, RecursionError):
        return documents, False
    return documents, True


def _finite(digits: str) -> float | None:
    """Return the number, or None if it is too large for one, as JSON has no infinity."""
    number = float(digits)
    return number if math.isfinite(number) else None


def _inside_text(document: Any) -> list[Any]:
    """Return the document, or the documents in a text that was encoded once more."""
    if isinstance(document, str) and document.lstrip().startswith(("{", "[")):
        return _decode_all(document.strip())[0]
    return [document]
