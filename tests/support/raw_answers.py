"""A server whose answers are written byte by byte, as no HTTP library would send them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager


def answer(*headers: bytes, body: bytes = b"", status: bytes = b"200 OK") -> bytes:
    """Return an answer with `headers` and a length."""
    lines = [b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, b"Connection: close", b"", body])


@asynccontextmanager
async def raw_site(answers: Mapping[str, bytes]) -> AsyncIterator[str]:
    """Serve `answers` by path, and yield the URL without a path. Other paths are a 404."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()
            return
        path = request.split()[1].decode()
        writer.write(answers.get(path) or answer(status=b"404 Not Found"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
