"""Small servers for tests that need pages of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from aiohttp import web


class LocalServer:
    """Serves `application()` on 127.0.0.1 and a free port: from `start` to `stop`, or while it is
    entered. A request that is not answered ends with its client, and with the server."""

    _runner: web.AppRunner | None = None
    _port = 0

    def application(self) -> web.Application:
        """What it serves, made anew at each start."""
        raise NotImplementedError

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self, port: int = 0) -> None:
        """Begins to listen, on the port that it had before if it was stopped."""
        self._runner = web.AppRunner(
            self.application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port or self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Ends all connections and listens no more."""
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
    def __init__(self, app: web.Application) -> None:
        self._app = app

    def application(self) -> web.Application:
        return self._app


@asynccontextmanager
async def serving(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """`app` on 127.0.0.1; its URL."""
    server = _Server(app)
    try:
        await server.start(port)
        yield server.origin
    finally:
        await server.stop()
