"""One page from its URL to its HTML by plain HTTP: no browser, no scripts, no images.

What counts as a page, which redirects are followed, and which failures there are is the same as in
`activities.browser.capture`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import ada_url

from activities.capture import PageCapture, PageLimits, ignore_stage
from activities.egress.session import EgressSession
from activities.fetch_errors import (
    check_content_type,
    check_disposition,
    check_head,
    declared_type,
    net_error,
    part_warnings,
    too_large,
)
from activities.http.client import HttpClient, HttpSession
from activities.http.decoding import HTML_TYPES, Document, has_style_sheet, read_document
from activities.http.exchange import BodyRule, HttpResponse
from activities.http.headers import navigation_headers
from activities.http.redirects import is_redirect, redirect_target
from activities.http.sniffing import computed_type
from activities.onward import MAX_WAITS, Refresh, find_refresh, leads_on
from activities.visitor.profile import VisitorProfile
from activities.walls.detection import WALL_STATUSES
from activities.walls.detector import detect_wall
from activities.walls.facts import SeenPage
from domain.cookies import Cookie, jar_lines, parse_cookies, scopes, set_without_name
from domain.failures import ScrapeError
from domain.options import BatchOptions
from domain.warnings import item_warning

_MAX_REDIRECTS = 20
"""Redirects of one document, as in Chromium."""

_MAX_DOCUMENTS = 10
"""Documents that may follow each other by refreshes."""

_AS_SOURCE = item_warning(
    "NEEDS_BROWSER",
    "The page is XML with a style sheet, which the fast mode does not read. So the result is its "
    "source.",
)


@dataclass(frozen=True)
class HttpVisit:
    """A page to fetch, and the visitor who asks for the page."""

    url: str
    limits: PageLimits
    profile: VisitorProfile
    options: BatchOptions = field(default_factory=BatchOptions)
    """What the client asks for."""
    on_stage: Callable[[str], None] = ignore_stage
    """Called with `navigating` when the visit begins."""


async def fetch_page(client: HttpClient, egress: EgressSession, visit: HttpVisit) -> PageCapture:
    """Load the page of `visit` through `egress`.

    Cookies that servers set are dropped at the end of this call. Raises `ScrapeError`.
    """
    visit.on_stage("navigating")
    cookies = parse_cookies(visit.options.cookies)
    async with client.session(egress, jar_lines(cookies, visit.url)) as session:
        return await _Fetch(session, visit, cookies).run()


class _Fetch:
    """The requests that lead to one page."""

    def __init__(self, session: HttpSession, visit: HttpVisit, cookies: Iterable[Cookie]) -> None:
        self._session = session
        self._nameless = [
            (cookie, scope) for cookie, scope in scopes(cookies, visit.url) if not cookie.name
        ]
        """Cookies without a name, which curl does not keep. The first one that fits is sent."""
        self._url = str(ada_url.URL(visit.url).href)
        self._profile = visit.profile
        self._max_bytes = visit.limits.max_bytes
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + visit.limits.navigation_timeout

    async def run(self) -> PageCapture:
        """Follow redirects and refreshes, and return the page at their end."""
        url = self._url
        waits = 0
        for _ in range(_MAX_DOCUMENTS):
            response = await self._get(url)
            # In a thread, because a page may have megabytes.
            document, refresh = await asyncio.to_thread(_read, response)
            if (
                refresh is None
                or not leads_on(document.html, response.url, refresh)
                or (refresh.is_late and waits == MAX_WAITS)
            ):
                return self._captured(response, document, refresh)
            waits += refresh.is_late
            await asyncio.sleep(refresh.seconds)
            url = refresh.url
        raise ScrapeError(
            "TOO_MANY_REDIRECTS",
            f"The page refreshes to another one, over {_MAX_DOCUMENTS} times.",
            http_status=response.status,
            final_url=response.url,
        )

    async def _get(self, url: str) -> HttpResponse:
        """Return the response at the end of all redirects."""
        body_rule = BodyRule(_is_document, self._max_bytes)
        for _ in range(_MAX_REDIRECTS + 1):
            response = await self._session.get(
                url,
                navigation_headers(self._profile, url),
                body_rule,
                seconds=max(self._deadline - self._loop.time(), 0),
                nameless_cookie=next(
                    (cookie.value for cookie, scope in self._nameless if scope.includes(url)), ""
                ),
            )
            for header in response.set_cookies:
                if (cookie := set_without_name(header, url)) is not None:
                    self._nameless.insert(0, cookie)
            target = redirect_target(response)
            if target is None:
                return response
            url = target
        raise net_error("net::ERR_TOO_MANY_REDIRECTS", url)

    def _captured(
        self, response: HttpResponse, document: Document, refresh: Refresh | None
    ) -> PageCapture:
        size = len(document.html) if document.html.isascii() else len(document.html.encode())
        if size > self._max_bytes:
            error = too_large(self._max_bytes, size=size)
            error.http_status, error.final_url = response.status, response.url
            raise error
        return PageCapture(
            html=document.html,
            content_type=document.content_type,
            http_status=response.status,
            final_url=response.url,
            screenshot=None,
            warnings=(
                *part_warnings(response.status, response.headers, is_complete=response.is_complete),
                *(() if refresh is None else refresh.warnings(response.url)),
                *([_AS_SOURCE] if has_style_sheet(document) else ()),
            ),
        )


def _is_document(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether the body after `headers` may be a page, or the reason why there is no page."""
    if is_redirect(status, headers):
        return False
    try:
        check_disposition(headers)
        check_content_type(declared_type(headers).essence)
    except ScrapeError:
        return False
    return True


def _read(response: HttpResponse) -> tuple[Document, Refresh | None]:
    """Return the document in `response`, and its refresh. Raises `ScrapeError`."""
    content_type = computed_type(response.headers, response.body)
    headers = {**response.headers, "content-type": content_type.essence}
    if content_type.essence not in HTML_TYPES:
        check_head(response.status, headers, response.url)
        return read_document(response.body, content_type), None
    # A wall says more than its status, so look for a wall first.
    if response.status not in WALL_STATUSES:
        check_head(response.status, headers, response.url)
    document = read_document(response.body, content_type)
    detection = detect_wall(
        SeenPage(document.html, response.url, response.status, response.headers)
    )
    if detection is not None:
        raise detection.error("the fast mode solves no CAPTCHAs")
    check_head(response.status, headers, response.url)
    return document, find_refresh(document.html, response.headers, response.url)
