"""A server that no page may reach. It records each connection and datagram that arrives."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Connection: close\r\nContent-Length: 13\r\n\r\ncanary secret"
)
SECRET = "canary secret"
"""The body of each response of a canary."""


class Canary:
    """A server on one address and port, for TCP and UDP.

    `hits` has an entry for each connection and datagram. The entry of a connection is the first
    line that it sent, or an empty string.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self.port = 0
        self.hits: list[str] = []
        self._server: asyncio.Server | None = None
        self._datagrams: asyncio.DatagramTransport | None = None

    async def start(self, port: int) -> None:
        """Start to listen. Raises `OSError` if the address does not exist or the port is taken."""
        self._server = await asyncio.start_server(self._serve, self.host, port)
        self.port = self._server.sockets[0].getsockname()[1]
        hits = self.hits

        class Datagrams(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: object) -> None:
                hits.append("datagram")

        loop = asyncio.get_running_loop()
        self._datagrams, _ = await loop.create_datagram_endpoint(
            Datagrams, local_addr=(self.host, self.port)
        )

    async def close(self) -> None:
        """Stop to listen."""
        if self._datagrams is not None:
            self._datagrams.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        index = len(self.hits)
        self.hits.append("")
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(5):
                head = await reader.readuntil(b"\r\n\r\n")
                self.hits[index] = head.split(b"\r\n")[0].decode("latin-1")
                writer.write(_ANSWER)
                await writer.drain()
        writer.close()
