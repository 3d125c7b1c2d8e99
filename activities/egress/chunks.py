"""A chunked body, read as browsers read it, and framed anew for a strict parser."""

from __future__ import annotations

import re

from activities.egress.response_head import MalformedResponseError

_SIZE = re.compile(rb"0*([0-9A-Fa-f]{1,15}) *")
_MAX_LINE = 16 * 1024
"""Longest line between two chunks, in bytes; as in Chromium."""


class ChunkTidier:
    """Frames one body anew.

    As in Chromium (`net/http/http_chunked_decoder.cc`), a line may end without a carriage return,
    spaces may follow a size, and trailers need not be headers. Trailers are dropped.
    """

    def __init__(self) -> None:
        self._line = b""
        """Beginning of a line whose end has not come yet."""
        self._remaining = 0
        """Bytes that are missing from the present chunk."""
        self._is_after_chunk = False
        """Whether the next line must be the empty one that ends a chunk."""
        self._is_last = False
        """Whether the last chunk has come, so that only trailers follow."""
        self._is_complete = False

    def feed(self, data: bytes) -> bytes:
        """Return what `data` becomes. Raises `MalformedResponseError`."""
        tidied: list[bytes] = []
        at = 0
        while at < len(data):
            if self._is_complete:
                tidied.append(data[at:])
                break
            if self._remaining:
                piece = data[at : at + self._remaining]
                tidied.append(b"%x\r\n%s\r\n" % (len(piece), piece))
                self._remaining -= len(piece)
                at += len(piece)
                continue
            end = data.find(b"\n", at)
            if end < 0:
                self._line += data[at:]
                self._check_line()
                break
            self._line += data[at:end]
            self._check_line()
            at = end + 1
            line, self._line = self._line.removesuffix(b"\r"), b""
            if self._read_line(line):
                tidied.append(b"0\r\n\r\n")
        return b"".join(tidied)

    def _check_line(self) -> None:
        if len(self._line) > _MAX_LINE:
            raise MalformedResponseError("a line without end between two chunks")

    def _read_line(self, line: bytes) -> bool:
        """Read a line between two chunks; return whether it ends the body."""
        if self._is_last:
            self._is_complete = not line
            return self._is_complete
        if self._is_after_chunk:
            if line:
                raise MalformedResponseError("more than a chunk was to have")
            self._is_after_chunk = False
            return False
        size = _SIZE.fullmatch(line.partition(b";")[0])
        if size is None:
            raise MalformedResponseError("a chunk without a size")
        self._remaining = int(size[1], 16)
        self._is_after_chunk = self._remaining > 0
        self._is_last = self._remaining == 0
        return False
