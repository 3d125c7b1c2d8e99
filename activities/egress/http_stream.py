"""HTTP/1.1 on one connection, and the headers that a proxy passes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import h11

Headers = list[tuple[bytes, bytes]]

CHUNK = 64 * 1024
"""Most bytes of one read."""

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


def _ignore(count: int) -> None:
    """Count nothing."""


class HttpStream:
    """The HTTP messages of one connection. This end of the connection is `role`.

    `max_head` is the largest head of a message, in bytes. `on_read` and `on_write` get the number
    of bytes that came and went. Methods raise `h11.ProtocolError` or `OSError`.
    """

    def __init__(
        self,
        role: type[h11.CLIENT] | type[h11.SERVER],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        max_head: int,
        on_read: Callable[[int], None] = _ignore,
        on_write: Callable[[int], None] = _ignore,
    ) -> None:
        self.http = h11.Connection(role, max_incomplete_event_size=max_head)
        self.reader = reader
        self.writer = writer
        self.on_read = on_read
        self.on_write = on_write

    async def next_event(self) -> h11.Event | type[h11.PAUSED]:
        """Return what the other end sends next."""
        while True:
            event = self.received_event()
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value]
            data = await self.reader.read(CHUNK)
            self.on_read(len(data))
            self.receive(data)

    def received_event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        """Return the next event if all its bytes are here, else `h11.NEED_DATA`."""
        return self.http.next_event()

    def receive(self, data: bytes) -> None:
        """Take what was read; `data` is empty at the end of the connection."""
        self.http.receive_data(data)

    async def next_events(self) -> list[h11.Event | type[h11.PAUSED]]:
        """Return the next event, and the later events of the same message that are here already."""
        events = [await self.next_event()]
        while isinstance(events[-1], h11.Response | h11.Data):
            event = self.received_event()
            if event is h11.NEED_DATA:
                break
            events.append(event)  # type: ignore[arg-type]
        return events

    async def send(self, *events: h11.Event) -> None:
        """Send `events`, and wait while the other end reads slowly."""
        data = b"".join(self.http.send(event) or b"" for event in events)
        if data:
            self.on_write(len(data))
            self.writer.write(data)
        await self.writer.drain()

    def renew(self) -> bool:
        """Prepare for the next request; return False if the connection cannot have another one."""
        try:
            self.http.start_next_cycle()
        except h11.LocalProtocolError:
            return False
        return not self.writer.is_closing()

    def abort(self) -> None:
        """Break the connection, so that the other end knows that something is missing."""
        self.writer.transport.abort()


def end_to_end(headers: Iterable[tuple[bytes, bytes]], *, keep: Iterable[bytes] = ()) -> Headers:
    """Return the `headers` that a proxy passes on, and the hop-by-hop ones that `keep` names."""
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
    """Return whether the body comes in chunks. `h11` accepts no other transfer coding."""
    return any(key.lower() == b"transfer-encoding" for key, _ in headers)
