"""Upstream proxies: HTTP `CONNECT` and SOCKS5, with or without a user name and password."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

USER, PASSWORD = "exit-user", "exit-password"


class Upstream:
    """A proxy. `asked` has the targets that its clients asked for, as `host:port`."""

    def __init__(
        self,
        scheme: str,
        names: Mapping[str, str],
        *,
        needs_credential: bool,
        dies_after: int | None,
        source: str | None,
    ) -> None:
        self.scheme = scheme
        self.asked: list[str] = []
        self.users: list[str] = []
        """User names that clients have sent. All names that begin with `USER` are accepted."""
        self.relayed = 0
        """Bytes that the proxy has relayed, in both directions."""
        self.address = ""
        self.server: asyncio.Server | None = None
        self._names = names
        self._needs_credential = needs_credential
        self._dies_after = dies_after
        self._source = source
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """URL of the proxy, with user name and password if it needs them."""
        credential = f"{USER}:{PASSWORD}@" if self._needs_credential else ""
        return f"{self.scheme}://{credential}{self.address}"

    @property
    def is_dead(self) -> bool:
        """Whether the proxy has died."""
        return self._dies_after is not None and self.relayed > self._dies_after

    def count(self, data: bytes) -> None:
        """Count bytes before they are relayed. The proxy dies when the bytes exceed its limit."""
        self.relayed += len(data)
        if self.is_dead:
            assert self.server is not None
            self.server.close()
            for writer in self._open:
                writer.transport.abort()
            raise ConnectionResetError

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self._open.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            if self.scheme in ("http", "https"):
                await self._serve_http(reader, writer)
            else:
                await self._serve_socks(reader, writer)
        self._open.discard(writer)
        writer.close()

    async def _serve_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        given = re.search(r"^proxy-authorization: Basic (\S+)\r$", head, re.M | re.I)
        credential = base64.b64decode(given[1]).decode() if given else ""
        user, _, password = credential.partition(":")
        if not self._lets_in(user, password):
            writer.write(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
            return
        method, target, _ = head.split("\r\n")[0].split(" ")
        assert method == "CONNECT"
        host, _, port = target.rpartition(":")
        try:
            there = await self._connect(host.strip("[]"), int(port))
        except OSError:
            writer.write(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await self._relay(reader, writer, *there)

    def _lets_in(self, user: str, password: str) -> bool:
        self.users.append(user)
        return not self._needs_credential or (user.startswith(USER) and password == PASSWORD)

    async def _serve_socks(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Speak SOCKS5, with user name and password if need be (RFC 1928, RFC 1929)."""
        _, count = await reader.readexactly(2)
        method = 2 if self._needs_credential else 0
        if method not in await reader.readexactly(count):
            writer.write(b"\x05\xff")
            return
        writer.write(bytes((5, method)))
        if self._needs_credential:
            _, length = await reader.readexactly(2)
            user = await reader.readexactly(length)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            if not self._lets_in(user.decode(), password.decode()):
                writer.write(b"\x01\x01")
                return
            writer.write(b"\x01\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        port = int.from_bytes(await reader.readexactly(2), "big")
        bound = b"\x00\x01\x00\x00\x00\x00\x00\x00"
        try:
            there = await self._connect(host, port)
        except OSError:
            writer.write(b"\x05\x05" + bound)
            return
        writer.write(b"\x05\x00" + bound)
        await self._relay(reader, writer, *there)

    async def _connect(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.asked.append(f"{host}:{port}")
        return await asyncio.open_connection(
            self._names.get(host, host),
            port,
            local_addr=None if self._source is None else (self._source, 0),
        )

    async def _relay(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        other_reader: asyncio.StreamReader,
        other_writer: asyncio.StreamWriter,
    ) -> None:
        async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                self.count(data)
                target.write(data)
                await target.drain()

        ways = [
            asyncio.create_task(copy(reader, other_writer)),
            asyncio.create_task(copy(other_reader, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        other_writer.close()


@asynccontextmanager
async def upstream_proxy(
    scheme: str,
    *,
    needs_credential: bool = True,
    names: Mapping[str, str] | None = None,
    dies_after: int | None = None,
    source: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Upstream]:
    """Run a proxy on a free port until the block ends.

    Args:
        scheme: `http`, `https` or `socks5`.
        needs_credential: Whether the proxy needs user name and password.
        names: Hosts that only this proxy knows, and their addresses.
        dies_after: Bytes after which the proxy is gone for good, with all its connections.
        source: Address of this machine that sites see as the visitor.
        tls: TLS by which clients reach the proxy, whose scheme is `https` then.
    """
    upstream = Upstream(
        scheme, names or {}, needs_credential=needs_credential, dies_after=dies_after, source=source
    )
    server = upstream.server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0, ssl=tls)
    upstream.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield upstream
    finally:
        server.close()
        await server.wait_closed()
