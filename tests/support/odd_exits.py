"""Upstream proxies that do not do what they should."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, list[bytes]], Awaitable[None]]
"""Serves one connection. The list takes the heads of the requests."""

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class OddExit:
    """A running proxy. `heads` has the head of each request that came."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.address = ""
        self.heads: list[bytes] = []
        self._behaviour = behaviour
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """URL of the proxy without TLS and without a credential."""
        return f"http://{self.address}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(OSError, EOFError, asyncio.CancelledError):
            await self._behaviour(reader, writer, self.heads)
        writer.close()

    def end(self) -> None:
        """End all connections."""
        for task in self._tasks:
            task.cancel()


async def _head(reader: asyncio.StreamReader, heads: list[bytes]) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    heads.append(head)
    return head


async def mute(_: asyncio.StreamReader, __: asyncio.StreamWriter, ___: list[bytes]) -> None:
    """Accept the connection, and never say anything."""
    await asyncio.Event().wait()


async def hang_up(_: asyncio.StreamReader, __: asyncio.StreamWriter, ___: list[bytes]) -> None:
    """Close the connection at once."""


async def hole(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
) -> None:
    """Take each connection, and pass nothing on."""
    await _head(reader, heads)
    writer.write(ESTABLISHED)
    await asyncio.Event().wait()


def answering(answer: bytes, *, reads: bool = False, stays: bool = False) -> Behaviour:
    """Return how a proxy behaves that gives `answer` to each request.

    It closes the connection then, or when it has read more, or never if it stays.
    """

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        await _head(reader, heads)
        writer.write(answer)
        await writer.drain()
        if reads:
            await reader.read(1024)
        if stays:
            await asyncio.Event().wait()

    return behave


def intercepting(tls: ssl.SSLContext, page: bytes) -> Behaviour:
    """Return how a proxy behaves that answers with `page` by TLS of its own."""

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        await _head(reader, heads)
        writer.write(ESTABLISHED)
        await writer.start_tls(tls)
        await _head(reader, heads)
        writer.write(page)

    return behave


def relaying(
    *, until: int | None = None, slowly: bool = False, refusals: Mapping[int, bytes] | None = None
) -> Behaviour:
    """Return how a proxy behaves that passes on the first `until` bytes of each site only.

    A slow one passes on a hundred bytes in a second. `refusals` are the answers to requests for
    some ports.
    """

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        target = (await _head(reader, heads)).split()[1].decode()
        host, _, port = target.rpartition(":")
        if refusals is not None and int(port) in refusals:
            writer.write(refusals[int(port)])
            return
        there = await asyncio.open_connection(host, int(port))
        writer.write(ESTABLISHED)
        directions = (
            asyncio.create_task(_copy(reader, there[1])),
            asyncio.create_task(_pass_on(there[0], writer, until, slowly=slowly)),
        )
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
            there[1].close()

    return behave


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: int | None, *, slowly: bool
) -> None:
    if slowly:
        while data := await reader.read(10):
            writer.write(data)
            await asyncio.sleep(0.1)
    await _copy(reader, writer, until)
    if until is not None:
        await asyncio.Event().wait()


def without_tunnels(
    refusal: bytes = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    pages: Sequence[bytes] = (),
) -> Behaviour:
    """Return how a proxy behaves that answers `CONNECT` with `refusal`.

    If there are `pages`, it answers all other requests with the last one. Otherwise it
    passes on plain HTTP to this machine, which all names have as their address. It closes the
    connection after each request.
    """

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        head = await _head(reader, heads)
        method, target, _ = head.split(b"\r\n")[0].split(b" ")
        if method == b"CONNECT":
            writer.write(refusal)
            return
        if pages:
            writer.write(pages[-1])
            return
        url = urlsplit(target.decode())
        if not url.hostname:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        there = await asyncio.open_connection("127.0.0.1", url.port or 80)
        lines = [f"{method.decode()} {url.path or '/'} HTTP/1.1", f"Host: {url.netloc}"]
        there[1].write("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        await _copy(there[0], writer)
        there[1].close()

    return behave


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int | None = None
) -> None:
    while data := await reader.read(65536 if most is None else min(most, 65536)):
        most = None if most is None else most - len(data)
        writer.write(data)
        await writer.drain()
        if most == 0:
            return


@asynccontextmanager
async def odd_exit(
    behaviour: Behaviour, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[OddExit]:
    """Run a proxy that behaves so, until the block ends."""
    made = OddExit(behaviour)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    made.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        made.end()
        await server.wait_closed()
