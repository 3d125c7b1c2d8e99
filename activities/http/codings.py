"""Content codings of a response body (RFC 9110, 8.4), undone as browsers undo them."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli
import zstandard

_MAX_CODINGS = 5
"""Most codings that one body may have."""

_INFLATE_STEP = 4096
"""Bytes that are unpacked at a time. Many small members of gzip may follow each other."""

_ZSTD_STEP = 512
"""Bytes that are unpacked at a time. Each four of them can stand for 128 kB (RFC 8878, 3.1.1.2)."""

_ZSTD_WINDOW = 8 * 2**20
"""Largest window in bytes (RFC 9659)."""


class ContentCodingError(ValueError):
    """The body is not in the coding that its header names."""


def decode_content(body: bytes, codings: str, limit: int) -> tuple[bytes, bool]:
    """Return `body` without `codings`, and whether it is complete.

    `codings` is the header `Content-Encoding`. Unknown names are ignored: servers write a charset
    there, or `none`. At most `limit` bytes are returned. As in browsers, checksums and bytes after
    the end do not matter, and a body that ends too early is read as far as it goes. Raises
    `ContentCodingError`.
    """
    names = [name.strip(' \t"').lower() for name in codings.split(",")]
    decoders = [_DECODERS[name] for name in names if name in _DECODERS]
    if len(decoders) > _MAX_CODINGS:
        raise ContentCodingError(f"{len(decoders)} codings")
    is_complete = True
    for decoder in reversed(decoders):
        if body:
            try:
                body, has_end = decoder(body, limit)
            except (zlib.error, brotli.error, zstandard.ZstdError) as error:
                raise ContentCodingError(str(error)) from None
            is_complete &= has_end
    return body[:limit], is_complete


def _gunzip(body: bytes, limit: int) -> tuple[bytes, bool]:
    """Undo gzip (RFC 1952), with all its members."""
    content: list[bytes] = []
    left, at = limit, 0
    while True:
        at = _gzip_head(body, at)
        if at > len(body):
            return b"".join(content), False
        member, has_end, at = _inflate_raw(body, at, left)
        content.append(member)
        left -= len(member)
        at += 8  # without checksum and length
        if not has_end or left <= 0 or not body.startswith(b"\x1f\x8b\x08", at):
            return b"".join(content), has_end


def _gzip_head(body: bytes, at: int) -> int:
    """Return where the gzip member at `at` begins after its head; beyond `body` if that is cut."""
    if not b"\x1f\x8b\x08".startswith(body[at : at + 3]):
        raise ContentCodingError("no gzip")
    flags = body[at + 3] if len(body) > at + 3 else 0
    at += 10
    if flags & 4:
        at += 2 + int.from_bytes(body[at : at + 2], "little")
    for flag in (8, 16):  # a name and a comment, which end with a zero byte
        if flags & flag:
            end = body.find(b"\0", at)
            at = end + 1 if end >= 0 else len(body) + 1
    return at + 2 if flags & 2 else at


def _inflate(body: bytes, limit: int) -> tuple[bytes, bool]:
    """Undo deflate: in the frame of zlib (RFC 1950), or, as some servers send it, without one."""
    is_framed = body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _inflate_raw(body, 2 if is_framed else 0, limit)[:2]


def _inflate_raw(body: bytes, at: int, limit: int) -> tuple[bytes, bool, int]:
    """Return the content that begins at `at`, whether its end was reached, and where that is."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    content: list[bytes] = []
    while at < len(body) and limit > 0 and not unpacker.eof:
        # In steps, because what follows the end is copied.
        packed = body[at : at + _INFLATE_STEP]
        content.append(unpacker.decompress(packed, limit))
        limit -= len(content[-1])
        at += len(packed) - len(unpacker.unused_data)
    has_end = unpacker.eof or bool(unpacker.unconsumed_tail) or limit <= 0
    return b"".join(content), has_end, at


def _unbrotli(body: bytes, limit: int) -> tuple[bytes, bool]:
    """Undo Brotli (RFC 7932)."""
    unpacker = brotli.Decompressor()
    try:
        content = unpacker.process(body, output_buffer_limit=limit)
        return content, unpacker.is_finished() or len(content) >= limit
    except brotli.error:
        return _unbrotli_to_end(body, limit), True


def _unbrotli_to_end(body: bytes, limit: int) -> bytes:
    """Undo Brotli in a body that goes on after the end, which the decoder takes for an error."""
    unpacker = brotli.Decompressor()
    content: list[bytes] = []
    size = 0
    for at in range(len(body)):
        content.append(unpacker.process(body[at : at + 1]))
        size += len(content[-1])
        if unpacker.is_finished() or size >= limit:
            break
    return b"".join(content)


def _unzstd(body: bytes, limit: int) -> tuple[bytes, bool]:
    """Undo Zstandard (RFC 8878). Only the first frame is read."""
    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
    content: list[bytes] = []
    size = 0
    for at in range(0, len(body), _ZSTD_STEP):
        content.append(unpacker.decompress(body[at : at + _ZSTD_STEP]))
        size += len(content[-1])
        if size >= limit or unpacker.eof:
            return b"".join(content), True
    return b"".join(content), False


_DECODERS: dict[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
