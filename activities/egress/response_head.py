"""The head of a response, read as browsers read it.

Servers send lines that are no headers, several lengths, and status lines with mistakes. Browsers
show the page all the same. So the gateway writes the head anew, for a strict parser. The rules are
Chromium's (`net/http/http_stream_parser.cc`, `http_util.cc` and `http_response_headers.cc`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import h11

_MAX_SLOP = 4
"""Bytes that may stand before the status line, such as the line break of an earlier body."""

_END = re.compile(rb"\n\r?\n")
_END_BYTES = 3
"""Longest end of a head."""

_LINE_ENDS = re.compile(rb"[\r\n]+")
_VERSION = re.compile(rb"http/(\d)[^.]*\.(\d)", re.IGNORECASE)
_STATUS = re.compile(rb"[^ ]* +(\d{0,9})[ \t]*(.*)", re.DOTALL)
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A token (RFC 9110, 5.6.2)."""

_NOT_TEXT = re.compile(rb"[\x0a-\x0d]")
"""Line breaks and the like, which cannot stand in a value."""

_LENGTH = re.compile(rb"\d{1,18}")
"""A length that fits into 64 bits. A browser ignores any other, and reads to the end."""

_PACKED = frozenset({b"gzip", b"x-gzip", b"deflate", b"compress", b"x-compress"})
"""Transfer codings that change the bytes. Browsers do not ask for them, and cannot read them."""


class MalformedResponseError(h11.RemoteProtocolError):
    """What the server sends is not a response, even as browsers read it."""


def split_head(data: bytes, searched: int = 0) -> tuple[bytes, bytes] | None:
    """Return the head at the beginning of `data`, and the rest; None if more bytes must come.

    The end of the head is not within the first `searched` bytes. Raises
    `MalformedResponseError` if `data` does not begin like a response.
    """
    start = data[: _MAX_SLOP + 4].lower().find(b"http")
    if start < 0:
        if len(data) >= _MAX_SLOP + 4:
            raise MalformedResponseError("no status line")
        return None
    end = _END.search(data, max(start, searched - _END_BYTES))
    return None if end is None else (data[start : end.end()], data[end.end() :])


def tidy_head(head: bytes) -> tuple[bytes, bool]:
    """Return `head` as a strict parser takes it, and whether the body comes in chunks.

    Raises `MalformedResponseError`.
    """
    if b"\0" in head:
        raise MalformedResponseError("a NUL byte in the head")
    status_line, *lines = _LINE_ENDS.split(head)
    fields = list(_fields(lines))
    is_chunked = _is_chunked(fields)
    tidy_line = _tidy_status_line(status_line)
    if tidy_line.startswith(b"HTTP/1.0"):
        is_chunked = False  # as in Chromium: `IsChunkEncoded` in net/http/http_response_headers.cc
    written = [tidy_line]
    written += [
        b"%s: %s" % field
        for field in fields
        if field[0].lower() not in (b"content-length", b"transfer-encoding")
    ]
    if is_chunked:
        written.append(b"Transfer-Encoding: chunked")
    elif (length := _length(fields)) is not None:
        written.append(b"Content-Length: " + length)
    return b"\r\n".join(written) + b"\r\n\r\n", is_chunked


def _tidy_status_line(line: bytes) -> bytes:
    version = _VERSION.match(line)
    is_new = version is not None and (int(version[1]), int(version[2])) >= (1, 1)
    found = _STATUS.match(line)
    status = int(found[1] or 200) if found else 200
    if not 100 <= status <= 999:
        raise MalformedResponseError("no valid status")
    reason = found[2].strip() if found else b""
    return b"HTTP/1.%d %d %s" % (is_new, status, re.sub(rb"[\x00-\x08\x0b-\x1f\x7f]", b" ", reason))


def _fields(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and values of `lines`. Lines that are no header are left out."""
    unfolded: list[list[bytes]] = []
    can_continue = False
    for line in lines:
        if can_continue and line[:1] in (b" ", b"\t"):
            unfolded[-1].append(line.strip(b" \t"))
            continue
        unfolded.append([line])
        can_continue = line.find(b":") > 0 and line[:1] not in (b" ", b"\t")
    for line in map(b" ".join, unfolded):
        name, colon, value = line.partition(b":")
        if colon and line[:1] not in (b" ", b"\t") and _NAME.fullmatch(name := name.rstrip(b" \t")):
            yield name, _NOT_TEXT.sub(b" ", value).strip(b" \t")


def _values(fields: list[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    """Return the members of the list that all fields `name` make together."""
    return [
        member.strip(b" \t")
        for key, value in fields
        if key.lower() == name
        for member in value.split(b",")
    ]


def _is_chunked(fields: list[tuple[bytes, bytes]]) -> bool:
    codings = {coding.lower() for coding in _values(fields, b"transfer-encoding")}
    if codings & _PACKED:
        raise MalformedResponseError("a transfer coding that was not asked for")
    return b"chunked" in codings


def _length(fields: list[tuple[bytes, bytes]]) -> bytes | None:
    """Return the length of the body; None if the end of the connection is its end."""
    lengths = set(_values(fields, b"content-length"))
    if len(lengths) > 1:
        raise MalformedResponseError("several lengths")
    return next((length for length in lengths if _LENGTH.fullmatch(length)), None)
