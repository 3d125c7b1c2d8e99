"""HTTP/1.1 on one connection, and what of it a proxy passes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import h11

Headers = list[tuple[bytes, bytes]]

CHUNK = 64 * 1024
"""Bytes that are read at most at once."""

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Headers that concern one connection only (RFC 9110, 7.6.1)."""


class HttpStream:
    """The messages of one connection, of which this end is `role`.

    `max_head` bounds the head of a message, in bytes. `on_read` and `on_write` are told how many
    bytes came and went. Methods raise `h11.ProtocolError` or `OSError`.
    """

    def __init__(
        self,
        role: type[h11.CLIENT] | type[h11.SERVER],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        max_head: int,
        on_read: Callable[[int], None],
        on_write: Callable[[int], None],
    ) -> None:
        self.http = h11.Connection(role, max_incomplete_event_size=max_head)
        self.reader = reader
        self.writer = writer
        self.on_read = on_read
        self.on_write = on_write

    async def next_event(self) -> h11.Event | type[h11.PAUSED]:
        """What the other end says next."""
        while True:
            event = self.http.next_event()
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value]
            data = await self.reader.read(CHUNK)
            self.on_read(len(data))
            self.http.receive_data(data)

    async def next_events(self) -> list[h11.Event | type[h11.PAUSED]]:
        """What the other end says next, with all that it has said already of the same message."""
        events = [await self.next_event()]
        while isinstance(events[-1], h11.Response | h11.Data):
            event = self.http.next_event()
            if event is h11.NEED_DATA:
                break
            events.append(event)  # type: ignore[arg-type]
        return events

    async def send(self, *events: h11.Event) -> None:
        """Says `events`, and waits while the other end is slow to take it."""
        data = b"".join(self.http.send(event) or b"" for event in events)
        if data:
            self.on_write(len(data))
            self.writer.write(data)
        await self.writer.drain()

    def renew(self) -> bool:
        """Prepares for the next exchange; False if the connection cannot have another one."""
        try:
            self.http.start_next_cycle()
        except h11.LocalProtocolError:
            return False
        return not self.writer.is_closing()

    def abort(self) -> None:
        """Closes the connection so that the other end can tell that something is missing."""
        self.writer.transport.abort()


def end_to_end(headers: Iterable[tuple[bytes, bytes]], *, keep: Iterable[bytes] = ()) -> Headers:
    """Those of `headers` that are not about a single connection, and those that `keep` names."""
    headers = list(headers)
    listed = {
        name.strip().lower()
        for key, value in headers
        if key.lower() == b"connection"
        for name in value.split(b",")
    }
    dropped = (_HOP_BY_HOP | (listed - {b"host", b"content-length"})) - set(keep)
    chunked = is_chunked(headers)
    passed = [
        (key, value)
        for key, value in headers
        if key.lower() not in dropped and not (chunked and key.lower() == b"content-length")
    ]
    if chunked:
        passed.append((b"Transfer-Encoding", b"chunked"))
    return passed


def is_chunked(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether the body comes in chunks; `h11` lets no other coding pass."""
    return any(key.lower() == b"transfer-encoding" for key, _ in headers)
