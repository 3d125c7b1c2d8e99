"""A real web site for tests, hostile where a scraper has to be proof against it.

    with Site() as site:
        requests.get(site.url("/plain"))
        assert site.hits("/plain") == 1

The pages are in `tests.support.site.pages`. The server runs in a thread of its own, so both
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
from tests.support.site.pages import Handler, html, routes

UNKNOWN_HOST = "http://no-such-host.invalid/"
"""No resolver ever answers for `.invalid` (RFC 6761, 6.4)."""

_START_TIMEOUT = 10.0


class Site(LocalServer):
    """The test site on 127.0.0.1 and a free port. A context manager, `with` and `async with`."""

    def __init__(self) -> None:
        self._hits: Counter[str] = Counter()
        self._hit = threading.Condition()
        self._gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-site")

    def url(self, path: str) -> str:
        """The absolute URL of `path`, which may have a query."""
        return f"{self.origin}{path}"

    def hits(self, path: str) -> int:
        """How many requests have come in for `path`, whatever their query."""
        with self._hit:
            return self._hits[path]

    def wait_hits(self, path: str, n: int, timeout: float) -> None:
        """Blocks until `n` requests have come in for `path`; `TimeoutError` after `timeout` s.

        In a coroutine: `await asyncio.to_thread(site.wait_hits, …)`.
        """
        with self._hit:
            if not self._hit.wait_for(lambda: self._hits[path] >= n, timeout):
                raise TimeoutError(f"{path} had {self._hits[path]} of {n} hits in {timeout} s")

    def open_gate(self, name: str) -> None:
        """Lets `/gated/{name}` answer, requests that wait for it included, from now on, and
        `/broken/{name}` answer with a page instead of a 500."""
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
        """See `LocalServer`."""
        app = web.Application(middlewares=[self._count])
        app.add_routes(routes)
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
        """A page whose path is its own, so that its hits can be counted. By `behaviour` it is
        there at once (`ok`), after a second (`slow`), never (`gone`), or from the second time
        on (`flaky`)."""
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
        """A page that asks to come back in a second, the first time."""
        if self.hits(request.path) == 1:
            return web.Response(status=429, headers={"Retry-After": "1"})
        return html("<h1>patience</h1>")

    async def _gated(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        await self._gates[name].wait()
        return html(f"<h1>gated</h1><p>Behind the gate {name}.</p>")


def closed_port() -> int:
    """A port of 127.0.0.1 on which nothing listens as long as the tests run."""
    [port] = free_ports(1)
    return port
