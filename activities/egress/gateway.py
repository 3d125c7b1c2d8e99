"""The gateway: listens on loopback, and gives only the items of this worker network access."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from activities.egress.client_reader import ClientReader
from activities.egress.connection import GatewayConnection
from activities.egress.dialer import Dialer, Resolver
from activities.egress.exits import DirectExit, Exit
from activities.egress.session import EgressSession, ProxyCredential
from activities.egress.traffic import ItemTraffic
from domain.addresses import Address, Network
from name_resolution import resolve

_LOOPBACK = "127.0.0.1"
_THREADS = 32
"""Names that are looked up at the same time. A slow name takes seconds."""

_BUFFER = 64 * 1024
_BACKLOG = 512


class Gateway:
    """A forward proxy for HTTP and `CONNECT`. Call `start` before use and `close` after it.

    The gateway connects only to addresses that are globally routable or in `allow`, and never to
    itself. It serves only requests with the credential of an open session. `max_item_bytes` is the
    number of bytes that one session may receive. `resolver` replaces the resolver of the system.
    """

    def __init__(
        self,
        *,
        allow: Sequence[Network] = (),
        max_item_bytes: int,
        resolver: Resolver | None = None,
    ) -> None:
        self._direct = DirectExit()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolver")
        self._dialer = Dialer(resolver or self._resolve, allow, lambda: self._port)
        self._max_item_bytes = max_item_bytes
        self._server: asyncio.Server | None = None
        self._port = 0
        self._credentials: dict[bytes, ProxyCredential] = {}
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`, once the gateway has started."""
        return f"http://{_LOOPBACK}:{self._port}"

    async def start(self) -> None:
        """Listen on a free port. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: asyncio.StreamReaderProtocol(ClientReader(limit=_BUFFER), self._accept),
            _LOOPBACK,
            0,
            backlog=_BACKLOG,
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and end all connections."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        if self._connections:
            await asyncio.wait(self._connections)
        self._threads.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def open_session(
        self, exit_: Exit | None = None, traffic: ItemTraffic | None = None
    ) -> AsyncIterator[EgressSession]:
        """Open the network access of one item, through `exit_` or directly.

        `traffic` counts the bytes of the item, and limits them.

        The connections of the session end with it. A gateway that has stopped listening is started
        again first.
        """
        if self._server is None or not self._server.is_serving():
            await self.start()
        credential = ProxyCredential(self._credentials)
        session = EgressSession(
            exit_ or self._direct, self._max_item_bytes, self.url, credential, traffic
        )
        credential.open(session)
        try:
            yield session
        finally:
            session.is_open = False
            session.watch.stop()
            if not credential.is_kept:
                credential.close()
            session.end_connections()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reader, ClientReader)  # noqa: S101 -- `start` makes these readers
        connection = asyncio.create_task(
            GatewayConnection(reader, writer, self._dialer, self._credentials.get).run()
        )
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _resolve(self, host: str) -> Sequence[Address]:
        return await resolve(host, self._threads)
