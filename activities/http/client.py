"""The HTTP client of a worker.

Items share its threads and nothing else: each item has connections and cookies of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

from curl_cffi import Curl, CurlOpt

from activities.egress.session import EgressSession
from activities.http.exchange import BodyRule, Exchange, HttpResponse


class HttpClient:
    """An HTTP client that makes its requests in up to `threads` threads. Call `close` when done.

    `authorities` is a file with the certificates that the client trusts. The default is Mozilla's
    list.
    """

    def __init__(self, *, threads: int, authorities: Path | None = None) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self._authorities = authorities

    @asynccontextmanager
    async def session(
        self, egress: EgressSession, cookies: Sequence[str] = ()
    ) -> AsyncIterator[HttpSession]:
        """Open the session of one item, which keeps connections and cookies between requests.

        `cookies` are in the session from the start. Each is a line of a cookie file, whose `domain`
        says which hosts get the cookie.
        """
        session = HttpSession(self._threads, egress, self._authorities, cookies)
        try:
            yield session
        finally:
            session.close()

    def close(self) -> None:
        """Release the threads. Running requests end with their session."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class HttpSession:
    """Connections and cookies of one item, for one request at a time. See `HttpClient.session`."""

    def __init__(
        self,
        threads: ThreadPoolExecutor,
        egress: EgressSession,
        authorities: Path | None,
        cookies: Sequence[str],
    ) -> None:
        self._threads = threads
        self._egress = egress
        self._authorities = authorities
        self._curl = Curl()
        self._latest: Future[HttpResponse] | None = None
        self._curl.setopt(CurlOpt.COOKIEFILE, b"")  # no file, but an empty cookie jar
        for cookie in cookies:
            self._curl.setopt(CurlOpt.COOKIELIST, cookie.encode())

    async def get(
        self,
        url: str,
        headers: Mapping[str, str],
        body_rule: BodyRule,
        *,
        seconds: float,
        nameless_cookie: str = "",
    ) -> HttpResponse:
        """Request `url`, which is written as `ada_url` writes it, and return the response.

        `nameless_cookie` is the value of a cookie that the session cannot hold. Redirects are not
        followed. Raises `ScrapeError`.
        """
        exchange = Exchange(self._curl, self._egress, url, body_rule, nameless_cookie)
        self._latest = self._threads.submit(exchange.run, headers, seconds, self._authorities)
        return await asyncio.wrap_future(self._latest)

    def close(self) -> None:
        """Close connections and drop cookies, as soon as the latest request has ended."""
        if self._latest is None:
            self._curl.close()
        else:
            self._latest.add_done_callback(lambda _: self._curl.close())
