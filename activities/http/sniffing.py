"""The type of a response, by its bytes where its header does not tell (MIME Sniffing)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from activities.fetch_errors import declared_type
from domain.content_type import ContentType

_SNIFFED_BYTES = 1445
"""Bytes from which the type is guessed, as in the standard (MIME Sniffing, 5.2)."""

_HTML_TAGS = re.compile(
    rb"\s*<(?:!--|(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|"
    rb"br|p)[\s>])",
    re.IGNORECASE,
)
"""Beginning of HTML without a declared type (MIME Sniffing, 7.1)."""

_SIGNATURES = (
    (rb"%PDF-", "application/pdf"),
    (rb"%!PS-Adobe-", "application/postscript"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"PK\x03\x04", "application/zip"),
    (rb"\x1f\x8b\x08", "application/gzip"),
    (rb"\s*<\?xml", "text/xml"),
)
"""Beginnings of other types, as patterns (MIME Sniffing, 6 and 7.1)."""

_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""Bytes that do not occur in text (MIME Sniffing, 3)."""


def computed_type(headers: Mapping[str, str], body: bytes) -> ContentType:
    """Return the type that a browser gives to `body`, which came with `headers`."""
    declared = declared_type(headers)
    essence = declared.essence
    if not essence:
        # A server may forbid the guess.
        is_fixed = headers.get("x-content-type-options", "").strip().lower() == "nosniff"
        essence = "text/plain" if is_fixed else sniff_type(body)
    elif essence == "text/plain" and _is_binary(body[:_SNIFFED_BYTES]):
        essence = sniff_type(body)
    return ContentType(essence, declared.charset)


def sniff_type(body: bytes) -> str:
    """Return the type of `body`, which has no declared type."""
    head = body[:_SNIFFED_BYTES]
    if _HTML_TAGS.match(head):
        return "text/html"
    for pattern, essence in _SIGNATURES:
        if re.match(pattern, head, re.DOTALL):
            return essence
    return "application/octet-stream" if _is_binary(head) else "text/plain"


def _is_binary(head: bytes) -> bool:
    return not head.startswith(_MARKS) and _BINARY.search(head) is not None
