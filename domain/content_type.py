"""The header `Content-Type` (Fetch, "extract a MIME type"): which type counts, and its charset."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNQUOTED_COMMA = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_UNQUOTED_SEMICOLON = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*"?)+')
_TYPE = re.compile(r"[^\s;(]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)')
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class ContentType:
    """A type and its charset, as a header declares them."""

    essence: str = ""
    """The type without parameters, in lower case; empty if the header declares none."""
    charset: str = ""
    """The parameter `charset` as it is written; empty if there is none."""


def parse_content_type(header: str) -> ContentType:
    """Return the type that counts in `header`.

    The header is a list, of which the last valid type counts; line breaks or commas separate its
    members, since headers may be repeated. A type may have the charset of an earlier member that
    names the same type. As in Chromium (`net/http/http_util.cc`), white space ends a type. What has
    no slash, and `*/*`, is no type.
    """
    found = ContentType()
    for line in header.splitlines():
        for member in _UNQUOTED_COMMA.findall(line):
            essence = _essence(member)
            if "/" not in essence or essence == "*/*":
                continue
            charset = _charset(member)
            if not charset and essence == found.essence:
                charset = found.charset
            found = ContentType(essence, charset)
    return found


def _essence(member: str) -> str:
    begins = _TYPE.match(member.strip())
    return begins[0].lower() if begins else ""


def _charset(member: str) -> str:
    """Return the first charset of `member` that is not empty.

    As in Chromium, nothing may stand between the name and its `=`, and single quotes are letters.
    """
    parameters: list[str] = _UNQUOTED_SEMICOLON.findall(member)
    for parameter in parameters[1:]:
        name, _, value = parameter.lstrip().partition("=")
        if name.lower() == "charset" and (charset := _unquoted(value.strip())):
            return charset
    return ""


def _unquoted(value: str) -> str:
    quoted = _QUOTED.match(value)
    return _ESCAPED.sub(r"\1", quoted[1]).strip() if quoted else value
