"""The test site: a real web site, with each kind of page that a scraper must cope with.

    with Site() as site:
        requests.get(site.url("/plain"))
        assert site.hits("/plain") == 1

The pages are in `tests.support.site.pages`. The server runs in a thread of its own, so that both
coroutines and plain functions can use it.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, defaultdict
from types import TracebackType

from aiohttp import web

from stack.ports import free_ports
from tests.support.servers import LocalServer
from tests.support.site.drawn import routes as drawn_routes
from tests.support.site.pages import Handler, html, routes
from tests.support.site.seen import routes as seen_routes

UNKNOWN_HOST = "http://no-such-host.invalid/"
"""A URL whose host no resolver knows: `.invalid` is reserved for that (RFC 6761, 6.4)."""

_START_TIMEOUT = 10.0


class Site(LocalServer):
    """The test site on 127.0.0.1 and a free port. Use it with `with` or `async with`."""

    def __init__(self) -> None:
        self._hits: Counter[str] = Counter()
        self._hit = threading.Condition()
        self._gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-site")

    def url(self, path: str) -> str:
        """Return the absolute URL of `path`, which may have a query."""
        return f"{self.origin}{path}"

    def hits(self, path: str) -> int:
        """Return the number of requests for `path` so far, with any query."""
        with self._hit:
            return self._hits[path]

    def wait_hits(self, path: str, n: int, timeout: float) -> None:
        """Wait until `n` requests have come in for `path`.

        Raises `TimeoutError` after `timeout` seconds. This blocks the thread, so a coroutine calls
        `await asyncio.to_thread(site.wait_hits, …)`.
        """
        with self._hit:
            if not self._hit.wait_for(lambda: self._hits[path] >= n, timeout):
                raise TimeoutError(f"{path} had {self._hits[path]} of {n} hits in {timeout} s")

    def open_gate(self, name: str) -> None:
        """Make `/gated/{name}` answer, also to requests that wait for the gate.

        From now on, `/broken/{name}` answers with a page instead of a 500.
        """
        self._loop.call_soon_threadsafe(lambda: self._gates[name].set())

    def __enter__(self) -> Site:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.start(), self._loop).result(_START_TIMEOUT)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self.stop(), self._loop).result(_START_TIMEOUT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def __aenter__(self) -> Site:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, traceback)

    def application(self) -> web.Application:
        """Return the application with all pages, those with state included."""
        app = web.Application(middlewares=[self._count])
        app.add_routes(routes)
        app.add_routes(seen_routes)
        app.add_routes(drawn_routes)
        app.router.add_get("/gated/{name}", self._gated)
        app.router.add_get("/broken/{name}", self._broken)
        app.router.add_get("/refusing/{name}", self._refusing)
        app.router.add_get("/item/{name}/{behaviour}", self._item)
        return app

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        with self._hit:
            self._hits[request.path] += 1
            self._hit.notify_all()
        return await handler(request)

    async def _item(self, request: web.Request) -> web.Response:
        """Answer as the path says. Each item of a test has its own path, to count its requests.

        The page comes at once (`ok`), after a second (`slow`), never (`gone`), or from the second
        request on (`flaky`).
        """
        behaviour = request.match_info["behaviour"]
        if behaviour == "gone" or (behaviour == "flaky" and self.hits(request.path) == 1):
            return web.Response(status=500, text=behaviour)
        if behaviour == "slow":
            await asyncio.sleep(1)
        return html(f"<h1>{behaviour}</h1>")

    async def _broken(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if not self._gates[name].is_set():
            return web.Response(status=500, text="broken")
        return html(f"<h1>mended</h1><p>The gate {name} is open.</p>")

    async def _refusing(self, request: web.Request) -> web.Response:
        """Ask the first visitor to come back in a second; answer the others with a page."""
        if self.hits(request.path) == 1:
            return web.Response(status=429, headers={"Retry-After": "1"})
        return html("<h1>patience</h1>")

    async def _gated(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        await self._gates[name].wait()
        return html(f"<h1>gated</h1><p>Behind the gate {name}.</p>")


def closed_port() -> int:
    """Return a port of 127.0.0.1 on which no process listens while the tests run."""
    [port] = free_ports(1)
    return port
