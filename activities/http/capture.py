"""One page from its URL to its HTML by plain HTTP: no browser, no scripts, no pictures.

What it takes for a page, where it follows, and what it calls a failure is as in
`activities.browser.capture`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import ada_url

from activities.capture import PageCapture, PageOptions
from activities.egress.session import EgressSession
from activities.fetch_errors import (
    check_content_type,
    check_disposition,
    check_head,
    declared_type,
    net_error,
)
from activities.http import decoding
from activities.http.client import Answer, HttpClient, HttpSession
from activities.walls.detector import WALL_STATUSES, detect_wall
from activities.walls.facts import SeenPage
from domain.failures import ScrapeError

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 20
"""Of one document, as in Chromium."""

_MAX_DOCUMENTS = 10
"""Documents that may follow each other by refreshes."""

_REFRESH_SECONDS = 1
"""A refresh after more seconds is not waited for; a browser's page has settled by then as well."""


async def fetch_page(
    client: HttpClient,
    egress: EgressSession,
    url: str,
    options: PageOptions,
    headers: Callable[[str], Mapping[str, str]],
    on_stage: Callable[[str], None],
    *,
    cookies: Sequence[str] = (),
) -> PageCapture:
    """Loads `url` by way of `egress`.

    `headers` tells what a request for a URL is to say about its sender. `cookies` are known from
    the start, see `HttpClient.session`; those that servers set live as long as this call.
    `on_stage` is called with `navigating`. Raises `ScrapeError`.
    """
    on_stage("navigating")
    async with client.session(egress, cookies) as session:
        return await _Fetch(session, options, headers).run(ada_url.URL(url).href)


class _Fetch:
    """The way to one page."""

    def __init__(
        self,
        session: HttpSession,
        options: PageOptions,
        headers: Callable[[str], Mapping[str, str]],
    ) -> None:
        self._session = session
        self._options = options
        self._headers = headers
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + options.navigation_timeout

    async def run(self, url: str) -> PageCapture:
        for _ in range(_MAX_DOCUMENTS):
            answer = await self._answer(url)
            # Not on the event loop: a page may have megabytes.
            document, refresh = await asyncio.to_thread(_read, answer)
            if refresh is None or refresh.seconds > _REFRESH_SECONDS:
                return self._captured(answer, document)
            await asyncio.sleep(refresh.seconds)
            url = refresh.url
        what = f"The page refreshes to another one, over {_MAX_DOCUMENTS} times."
        raise ScrapeError(
            "TOO_MANY_REDIRECTS", what, http_status=answer.status, final_url=answer.url
        )

    async def _answer(self, url: str) -> Answer:
        """The answer at the end of all redirects."""
        for _ in range(_MAX_REDIRECTS + 1):
            answer = await self._session.get(
                url,
                self._headers(url),
                is_wanted=_is_document,
                max_bytes=self._options.max_bytes,
                seconds=max(self._deadline - self._loop.time(), 0),
            )
            location = answer.headers.get("location")
            if answer.status not in REDIRECTS or location is None:
                return answer
            url = redirected(url, location)
        raise net_error("net::ERR_TOO_MANY_REDIRECTS", url)

    def _captured(self, answer: Answer, document: decoding.Document) -> PageCapture:
        limit = self._options.max_bytes
        size = len(document.html) if document.html.isascii() else len(document.html.encode())
        if size > limit:
            raise ScrapeError(
                "TOO_LARGE",
                f"The page's HTML has {size} bytes; {limit} are allowed.",
                http_status=answer.status,
                final_url=answer.url,
            )
        return PageCapture(
            html=document.html,
            content_type=document.content_type,
            http_status=answer.status,
            final_url=answer.url,
            screenshot=None,
            warnings=(),
        )


def _is_document(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the body that follows `headers` may be a page, or say why there is none."""
    if status in REDIRECTS and "location" in headers:
        return False
    try:
        check_disposition(headers)
        check_content_type(declared_type(headers))
    except ScrapeError:
        return False
    return True


def redirected(url: str, location: str) -> str:
    """Where `location` leads from `url`. Raises `ScrapeError`."""
    with suppress(UnicodeDecodeError):
        # Browsers read the bytes as UTF-8 if they are that.
        location = location.encode("latin-1").decode()
    try:
        target = ada_url.URL(location, base=url)
    except ValueError:
        raise net_error("net::ERR_INVALID_REDIRECT", url) from None
    if target.protocol not in ("http:", "https:"):
        raise net_error("net::ERR_UNSAFE_REDIRECT", url)
    if not target.hash:
        target.hash = ada_url.URL(url).hash
    return str(target.href)


def _read(answer: Answer) -> tuple[decoding.Document, decoding.Refresh | None]:
    """The document of `answer`, and what it gives way to. Raises `ScrapeError`."""
    content_type = declared_type(answer.headers) or decoding.sniff_type(answer.body)
    headers = {**answer.headers, "content-type": content_type}
    if content_type not in decoding.HTML_TYPES:
        check_head(answer.status, headers, answer.url)
        return decoding.read_document(answer.body, content_type, answer.headers), None
    # That it is a wall says more than its status.
    if answer.status not in WALL_STATUSES:
        check_head(answer.status, headers, answer.url)
    document = decoding.read_document(answer.body, content_type, answer.headers)
    detection = detect_wall(SeenPage(document.html, answer.url, answer.status, answer.headers))
    if detection is not None:
        raise detection.error("none is solved without a browser")
    check_head(answer.status, headers, answer.url)
    return document, decoding.find_refresh(document.html, answer.headers, answer.url)
