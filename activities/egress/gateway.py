"""The gateway: listens on loopback, and lets only items of this worker out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from activities.egress.connection import ClientReader, GatewayConnection
from activities.egress.dialer import Dialer, Resolver
from activities.egress.exits import Direct, Exit
from activities.egress.session import EgressSession, ProxyCredential
from domain.addresses import Address, Network, resolve

_LOOPBACK = "127.0.0.1"
_THREADS = 32
"""Names that are looked up at the same time; a slow name takes seconds."""

_BUFFER = 64 * 1024
_BACKLOG = 512


class Gateway:
    """A forward proxy for HTTP and `CONNECT`. Call `start` before use and `close` after it.

    Nothing gets through to an address that is neither globally routable nor in `allow`, nor to
    the gateway itself. Only requests with a credential that works for an open session are served.
    `max_item_bytes` is what one session may receive. `resolver` takes the place of the system's.
    """

    def __init__(
        self,
        *,
        allow: Sequence[Network] = (),
        max_item_bytes: int,
        resolver: Resolver | None = None,
    ) -> None:
        self._direct = Direct()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolver")
        self._dialer = Dialer(resolver or self._resolve, allow, lambda: self._port)
        self._max_item_bytes = max_item_bytes
        self._server: asyncio.Server | None = None
        self._port = 0
        self._logins: dict[bytes, ProxyCredential] = {}
        self._clients: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`, once it has started."""
        return f"http://{_LOOPBACK}:{self._port}"

    async def start(self) -> None:
        """Listens, on a free port. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: asyncio.StreamReaderProtocol(ClientReader(limit=_BUFFER), self._accept),
            _LOOPBACK,
            0,
            backlog=_BACKLOG,
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Ends all connections, and listens no more."""
        if self._server is not None:
            self._server.close()
        for client in self._clients:
            client.cancel()
        if self._clients:
            await asyncio.wait(self._clients)
        self._threads.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def open_session(self, exit_: Exit | None = None) -> AsyncIterator[EgressSession]:
        """A way out for one item, by `exit_` or straight; its connections end with it.

        If the gateway has stopped listening, it starts again first.
        """
        if self._server is None or not self._server.is_serving():
            await self.start()
        credential = ProxyCredential(self._logins)
        egress = EgressSession(exit_ or self._direct, self._max_item_bytes, self.url, credential)
        credential.open(egress)
        try:
            yield egress
        finally:
            egress.is_open = False
            if not credential.is_kept:
                credential.close()
            egress.end_connections()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reader, ClientReader)  # noqa: S101 -- made by `start`
        client = asyncio.create_task(
            GatewayConnection(reader, writer, self._dialer, self._logins.get).run()
        )
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _resolve(self, host: str) -> Sequence[Address]:
        return await resolve(host, self._threads)
