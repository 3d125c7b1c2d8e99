"""One page from its URL to its HTML and screenshot, whatever it tries on the way."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import ada_url
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page, Response

from activities.abort import AbortReason, abort_with
from activities.browser.abortable import aborted_by
from activities.browser.cookies import browser_cookies
from activities.browser.fingerprint import awaited_timers
from activities.browser.navigation import Navigation
from activities.browser.pool import BrowserPool
from activities.browser.screenshot import take_screenshot
from activities.browser.tab import Tab
from activities.browser.wall_handler import Shown, WallHandler
from activities.browser.watchdog import Watchdog
from activities.capture import PageCapture, PageOptions
from activities.egress.refusal import REFUSAL_HEADER, EgressRefusal
from activities.egress.session import EgressSession
from activities.fetch_errors import check_content_type, check_head, host, net_error
from activities.visitor.profile import VisitorProfile
from activities.walls.facts import SeenPage
from domain.cookies import site_of
from domain.failures import ScrapeError

_LOAD_LIMIT = 10.0
"""Seconds to wait for images and the like once the document itself is complete."""

_SETTLE_LIMIT = 5.0
"""Seconds to wait for scripts to finish writing; chatty pages never do."""

_QUIET_MS = 150
"""Without a change for so long, a page counts as settled: longer than one step of a script usually
takes that waits for none of what is known, which are requests and timers."""

_BLIND_QUIET_MS = 500
"""At least so long after the document is complete, if not all is known that scripts wait for."""

_MAX_TIMER_ROUNDS = 2
"""How often a page is waited for that has set timers. One that goes on to change itself by timers
after that is a clock."""

_MAX_DOCUMENTS = 10
"""Documents that may follow each other by scripts and meta refreshes."""

_PATIENCE = 8.0
"""Seconds that one script may run, if `navigation_timeout` is not short."""

_READ_TIMEOUT = 15.0
"""Seconds to fetch the HTML; 20 MB take about one."""

_SUCCESSION_TIMEOUT = 2.0
"""Seconds in which it must turn out why a document has vanished: another one takes its place, or
its process or browser died."""

_FAILURES_OF_TABS = frozenset({"CONNECTION_FAILED", "PAGE_CRASHED", "PAGE_UNRESPONSIVE"})
"""What a process may come to that has had pages before, and a browser whose process dies while it
waits for a page."""

logger = logging.getLogger(__name__)


async def capture_page(
    pool: BrowserPool,
    egress: EgressSession,
    url: str,
    options: PageOptions,
    on_stage: Callable[[str], None],
    wall_handler: WallHandler | None = None,
    *,
    reuse_key: Hashable | None = None,
    profile: VisitorProfile | None = None,
) -> PageCapture:
    """Loads `url` by way of `egress`, waits until its scripts have written what they write, and
    takes it all.

    `wall_handler` is how the item gets past walls; without one, none is passed. Its tab may have
    been,
    and may become, that of other items of `reuse_key` for the same site, see `BrowserPool.tab`.
    In a
    new one `profile` is who visits, in another one who did before; without one it is the browser
    as it is. `on_stage` is called with `navigating`, `settling` and `screenshot`. Raises
    `ScrapeError`.
    """
    if reuse_key is not None:
        reuse_key = None if _has_password(url) else (reuse_key, _site(url))
    while True:
        async with pool.tab(egress, reuse_key, profile) as tab:
            is_new = tab.uses == 1
            try:
                return await _capture(
                    tab, egress, url, options, on_stage, wall_handler or WallHandler()
                )
            except (ScrapeError, PlaywrightError) as error:
                if is_new or not _may_be_the_tab(error):
                    raise
                logger.info("a used tab failed", extra={"uses": tab.uses})
        reuse_key = None


async def _capture(
    tab: Tab,
    egress: EgressSession,
    url: str,
    options: PageOptions,
    on_stage: Callable[[str], None],
    wall_handler: WallHandler,
) -> PageCapture:
    async with _watched(tab, egress, options) as watched:
        capture = _Capture(watched, egress, url, options, on_stage, wall_handler)
        try:
            async with aborted_by(watched.reason):
                captured = await capture.run()
        except ScrapeError as error:
            capture.add_facts(error)
            raise
        if watched.watchdog.dialogs:
            tab.mark_dirty("it has opened dialogs")
        if watched.watchdog.warnings:
            tab.mark_dirty("a script was stopped")
        if wall_handler.has_met_walls:
            tab.mark_dirty("it has passed a wall")
    tab.mark_reusable(is_idle=not watched.navigation.unfinished)
    return captured


def _may_be_the_tab(error: ScrapeError | PlaywrightError) -> bool:
    """Whether an item that failed in a used tab may owe that to the items before it."""
    return isinstance(error, PlaywrightError) or error.failure.code in _FAILURES_OF_TABS


def _site(url: str) -> tuple[str, str]:
    """What Chromium has a process for: pages of two sites never share one."""
    parsed = ada_url.URL(url)
    return parsed.protocol, site_of(parsed.hostname) or parsed.hostname


def _has_password(url: str) -> bool:
    """Whether whoever opens `url` is logged in by HTTP, which a context does not forget."""
    parsed = ada_url.URL(url)
    return bool(parsed.username or parsed.password)


@dataclass(frozen=True)
class _Watched:
    """A tab while an item has it."""

    tab: Tab
    navigation: Navigation
    watchdog: Watchdog
    reason: asyncio.Future[AbortReason]
    """Becomes known when the page crashes or does not react any more."""


@asynccontextmanager
async def _watched(
    tab: Tab, egress: EgressSession, options: PageOptions
) -> AsyncIterator[_Watched]:
    """Closes popups, counts frames, and notices what makes a tab unfit for another item."""
    page, reason = tab.page, asyncio.get_running_loop().create_future()
    popups: set[asyncio.Task[None]] = set()

    def on_page(popup: Page) -> None:
        tab.mark_dirty("it has opened popups")
        closing = asyncio.create_task(_close(popup))
        popups.add(closing)
        closing.add_done_callback(popups.discard)

    frames = 0

    def on_frame(_: Frame) -> None:
        nonlocal frames
        frames += 1
        if frames > options.max_frames:
            what = f"The page opened more than {options.max_frames} frames."
            abort_with(reason, "TOO_MANY_FRAMES", what)

    def on_navigated(frame: Frame) -> None:
        if frame == page.main_frame:
            tab.world.forget()
        if not frame.url.startswith(("http:", "https:")):
            return
        if _has_password(frame.url):
            tab.mark_dirty("it has logged in by HTTP")
        # Another site has a process of its own, which may go on after the page has gone.
        if frame != page.main_frame and _site(frame.url) != _site(page.url):
            tab.mark_dirty("it has frames of other sites")

    def on_response(response: Response) -> None:
        if response.status == HTTPStatus.UNAUTHORIZED:
            tab.mark_dirty("it was asked for a password")

    listeners = tab.event_relay.listeners()
    listeners.add(tab.context, "page", on_page)
    listeners.add(page, "frameattached", on_frame)
    listeners.add(page, "framenavigated", on_navigated)
    listeners.add(page, "response", on_response)
    listeners.add(
        page, "crash", lambda _: abort_with(reason, "PAGE_CRASHED", "The page crashed its process.")
    )
    egress.exhausted.add_done_callback(lambda exhausted: abort_with(reason, *exhausted.result()))
    patience = min(_PATIENCE, options.navigation_timeout / 2)
    navigation = Navigation(page, tab.event_relay)
    watchdog = Watchdog(page, tab.session, tab.event_relay, navigation, reason, patience=patience)
    watching = asyncio.create_task(watchdog.run())
    try:
        yield _Watched(tab, navigation, watchdog, reason)
    finally:
        watching.cancel()
        navigation.close()
        listeners.remove()


async def _close(page: Page) -> None:
    with suppress(PlaywrightError):  # then it is closed already
        await page.close()


class _Capture:
    """The capture of one page."""

    def __init__(
        self,
        watched: _Watched,
        egress: EgressSession,
        url: str,
        options: PageOptions,
        on_stage: Callable[[str], None],
        wall_handler: WallHandler,
    ) -> None:
        self._tab = watched.tab
        self._watchdog = watched.watchdog
        self._egress = egress
        self._url = url
        self._options = options
        self._on_stage = on_stage
        self._wall_handler = wall_handler
        wall_handler.enter()
        self._navigation = watched.navigation
        self._deadline = asyncio.get_running_loop().time() + options.navigation_timeout

    async def run(self) -> PageCapture:
        self._on_stage("navigating")
        await self._go()
        document = await self._final_document()
        status = self._navigation.response.status
        screenshot: bytes | None = None
        warnings: list[str] = []
        if self._options.screenshot:
            self._on_stage("screenshot")
            screenshot, warnings = await take_screenshot(
                self._tab.page, self._tab.world, full_page=self._options.full_page
            )
        return PageCapture(
            html=document["html"],
            content_type=document["contentType"],
            http_status=status,
            final_url=document["url"],
            screenshot=screenshot,
            warnings=(*self._watchdog.warnings, *self._egress_warnings(), *warnings),
        )

    def add_facts(self, error: ScrapeError) -> None:
        """Completes `error` with what is known about the document."""
        if self._navigation.documents and self._refusal(self._navigation.response) is None:
            error.http_status = error.http_status or self._navigation.response.status
            error.final_url = error.final_url or self._navigation.response.url

    async def _go(self) -> None:
        await self._tab.draw(full_size=self._options.screenshot)
        await self._set_cookies()
        try:
            async with self._within_deadline(f"{host(self._url)} did not answer"):
                await self._tab.page.goto(self._url, wait_until="commit", timeout=0)
                await self._navigation.until(lambda: self._navigation.documents > 0)
        except PlaywrightError as error:
            self._check_navigation()
            if found := re.search(r"net::ERR_\w+", error.message):
                raise self._net_error(found[0], self._url) from None
            raise

    async def _set_cookies(self) -> None:
        params = browser_cookies(self._options.cookies, self._url)
        if not params:
            return
        with suppress(PlaywrightError):  # whose text may hold the cookies
            await self._tab.page.context.add_cookies(params)
            return
        await self._tab.page.title()  # fails if the browser has died, which is another matter
        what = "The browser does not take the cookies as they are."
        raise ScrapeError("COOKIES_UNAVAILABLE", what)

    async def _final_document(self) -> dict[str, Any]:
        """The document at the end of all redirects and walls, when its scripts have settled."""
        navigation = self._navigation
        while True:
            seen = navigation.documents
            await self._load(seen)
            self._on_stage("settling")
            await self._settle(seen)
            async with self._within_deadline("The page to which the page redirects did not answer"):
                await navigation.until(lambda: navigation.pending is None)
            if navigation.documents != seen or navigation.failed is not None:
                continue
            document = await self._read(seen)
            if navigation.documents != seen or document is None:
                continue
            if "html" not in document["contentType"] or await self._wall_handler.clear(
                self._shown(document)
            ):
                if not self._wall_handler.has_cleared(seen):
                    self._check_answer(navigation.response)
                return document
            # What comes after a wall has all the time that a page has.
            self._deadline = asyncio.get_running_loop().time() + self._options.navigation_timeout

    def _shown(self, document: dict[str, Any]) -> Shown:
        response = self._navigation.response
        seen = SeenPage(document["html"], document["url"], response.status, response.headers)
        return Shown(self._tab, self._navigation, seen)

    async def _load(self, seen: int) -> None:
        """Waits until the document number `seen`, shown now, is complete or the page goes on."""
        navigation = self._navigation
        if not self._wall_handler.must_be_read(navigation.response.status):
            self._check_answer(navigation.response)
        async with self._within_deadline("The page was not complete"):
            await navigation.until(lambda: navigation.parsed or self._is_elsewhere(seen))
        self._check_navigation()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOAD_LIMIT):
                await navigation.until(lambda: navigation.loaded or self._is_elsewhere(seen))
        self._check_navigation()

    def _is_elsewhere(self, seen: int) -> bool:
        """Whether the way leads, or has led, on from the document number `seen`."""
        navigation = self._navigation
        return (
            navigation.documents != seen
            or navigation.failed is not None
            or navigation.rejected is not None
        )

    def _check_navigation(self) -> None:
        """Raises `ScrapeError` if the way to a complete document has come to an end."""
        navigation = self._navigation
        if navigation.failed is not None:
            raise self._net_error(
                navigation.failed.failure or "net::ERR_FAILED", navigation.failed.url
            )
        # Going elsewhere stops the parser, even if there turns out to be no document.
        if navigation.rejected is not None and not navigation.parsed:
            self._check_answer(navigation.rejected)
            raise self._net_error("net::ERR_ABORTED", navigation.rejected.url)
        if navigation.documents > _MAX_DOCUMENTS:
            raise ScrapeError(
                "TOO_MANY_REDIRECTS", f"The page redirects by scripts, over {_MAX_DOCUMENTS} times."
            )

    def _check_answer(self, response: Response) -> None:
        """Raises `ScrapeError` unless `response` is a page or text that came from the network."""
        refusal = self._refusal(response)
        if refusal is not None:
            raise ScrapeError(refusal.code, refusal.what, final_url=response.url)
        check_head(response.status, response.headers, response.url)

    def _refusal(self, response: Response) -> EgressRefusal | None:
        """Why the gateway itself gave the answer `response`; None if a server did."""
        name = response.headers.get(REFUSAL_HEADER)
        return None if name is None else self._egress.refusal_named(name)

    def _net_error(self, error: str, url: str) -> ScrapeError:
        refusal = self._egress.refusal_of(url) if "TUNNEL_CONNECTION_FAILED" in error else None
        if refusal is not None:
            return ScrapeError(refusal.code, refusal.what, final_url=url)
        return net_error(error, url)

    def _egress_warnings(self) -> list[str]:
        blocked = self._egress.blocked
        if not blocked:
            return []
        return [
            f"{blocked} {'connection' if blocked == 1 else 'connections'} of the page to addresses "
            "that are not public were refused."
        ]

    async def _settle(self, seen: int) -> None:
        """Waits until scripts neither write nor fetch, or the page goes on."""
        navigation = self._navigation

        def is_leaving() -> bool:
            return navigation.pending is not None or navigation.documents != seen

        is_quiet, rounds = False, 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_LIMIT):
                while True:
                    await navigation.until(lambda: not navigation.active or is_leaving())
                    if is_leaving():
                        return
                    before = navigation.activity
                    try:
                        timers: float | None = 0
                        if rounds < _MAX_TIMER_ROUNDS:
                            timers = await awaited_timers(self._tab.session)
                        if is_quiet and not timers:
                            return
                        rounds += bool(timers)
                        has_changed = await self._tab.world.run(
                            "wait_for_quiet", self._least_ms(timers), _QUIET_MS
                        )
                    except PlaywrightError:
                        is_quiet = False
                        await self._await_successor(seen)
                        continue
                    is_quiet = navigation.activity == before
                    if is_quiet and not has_changed:
                        return

    def _least_ms(self, timers: float | None) -> float:
        """How long to wait at least for the document that is shown, whose `timers` take that many
        milliseconds, as far as it is known."""
        navigation = self._navigation
        is_blind = timers is None or navigation.is_streamed_to or len(self._tab.page.frames) > 1
        waited = 1000 * (asyncio.get_running_loop().time() - navigation.parsed_at)
        return max(_QUIET_MS + (timers or 0), _BLIND_QUIET_MS - waited if is_blind else 0)

    async def _await_successor(self, seen: int) -> bool:
        """Whether the document number `seen`, in which a script of ours just failed, gives way to
        another one."""
        navigation = self._navigation
        with suppress(TimeoutError):
            async with asyncio.timeout(_SUCCESSION_TIMEOUT):
                await navigation.until(lambda: navigation.documents != seen)
        return navigation.documents != seen or navigation.pending is not None

    async def _read(self, seen: int) -> dict[str, Any] | None:
        """What `serialize.js` returns, checked; None if the page went on meanwhile."""
        limit = self._options.max_bytes
        unreadable = ScrapeError("PAGE_UNRESPONSIVE", "The page's HTML could not be read.")
        try:
            async with asyncio.timeout(_READ_TIMEOUT):
                document: dict[str, Any] = await self._tab.world.run("serialize", limit)
        except TimeoutError:
            raise unreadable from None
        except PlaywrightError:
            if await self._await_successor(seen):
                return None
            raise unreadable from None
        if not document["url"].startswith(("http:", "https:")):
            raise ScrapeError("NO_CONTENT", "The page replaced itself with an empty one.")
        check_content_type(document["contentType"])
        if document["bytes"] > limit:
            raise ScrapeError(
                "TOO_LARGE", f"The page's HTML has {document['bytes']} bytes; {limit} are allowed."
            )
        return document

    @asynccontextmanager
    async def _within_deadline(self, what: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout_at(self._deadline):
                yield
        except TimeoutError:
            raise ScrapeError(
                "NAVIGATION_TIMEOUT", f"{what} within {self._options.navigation_timeout:g} seconds."
            ) from None
