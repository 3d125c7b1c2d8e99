"""Bytes that the gateway passes on without reading them: `CONNECT`, and WebSockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from activities.egress.http_stream import CHUNK, HttpStream
from activities.egress.session import TrafficMeter

_LINGER_SECONDS = 10.0
"""How long one direction of a tunnel may go on after the other direction has ended."""


class Tunnel:
    """A two-way pipe between a client of the gateway and a server."""

    def __init__(
        self,
        client: HttpStream,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        meter: TrafficMeter,
    ) -> None:
        """`reader` and `writer` belong to the server."""
        self._client = client
        self._reader = reader
        self._writer = writer
        self._meter = meter

    async def run(self) -> None:
        """Pass bytes both ways until both ends are done, or one end is gone.

        Raises `OSError` if a connection breaks.
        """
        self._send_early_bytes()
        directions = (
            asyncio.create_task(_copy(self._client.reader, self._writer, self._meter.count_sent)),
            asyncio.create_task(
                _copy(self._reader, self._client.writer, self._meter.count_received)
            ),
        )
        try:
            ended, going = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            if going and all(task.exception() is None for task in ended):
                await asyncio.wait(going, timeout=_LINGER_SECONDS)
        finally:
            for task in directions:
                task.cancel()
            outcomes = await asyncio.gather(*directions, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, OSError):
                raise outcome

    def _send_early_bytes(self) -> None:
        """Send what the client wrote before it knew that the tunnel is open."""
        early, _ = self._client.http.trailing_data
        if early:
            self._meter.count_sent(len(early))
            self._writer.write(early)


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: Callable[[int], None]
) -> None:
    while data := await reader.read(CHUNK):
        count(len(data))
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
