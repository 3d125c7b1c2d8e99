"""Web servers for tests that need pages of their own."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from aiohttp import web


class LocalServer:
    """A server of `application()` on 127.0.0.1 and a free port, with TLS if there is `tls`.

    It listens from `start` to `stop`, or within an `async with` block. An open request ends when
    its client goes away or the server stops.
    """

    _runner: web.AppRunner | None = None
    _port = 0
    tls: ssl.SSLContext | None = None

    def application(self) -> web.Application:
        """Return the application to serve. Each start makes a new application."""
        raise NotImplementedError

    @property
    def origin(self) -> str:
        """Scheme, host and port of the server."""
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://127.0.0.1:{self._port}"

    async def start(self, port: int = 0) -> None:
        """Start to listen. A server that was stopped keeps its port."""
        self._runner = web.AppRunner(
            self.application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(
            self._runner,
            "127.0.0.1",
            port or self._port,
            reuse_address=True,
            ssl_context=self.tls,
        )
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """End all connections, and listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()


class _Server(LocalServer):
    def __init__(self, app: web.Application, tls: ssl.SSLContext | None) -> None:
        self._app = app
        self.tls = tls

    def application(self) -> web.Application:
        return self._app


@asynccontextmanager
async def serving(
    app: web.Application, port: int = 0, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve `app` on 127.0.0.1 until the block ends, and yield its URL."""
    server = _Server(app, tls)
    try:
        await server.start(port)
        yield server.origin
    finally:
        await server.stop()
