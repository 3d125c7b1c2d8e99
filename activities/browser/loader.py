"""Load a page: open its URL, and follow redirects and walls to the final document."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from playwright.async_api import Error as PlaywrightError

from activities.browser.cookies import set_cookies
from activities.browser.document import SerializedDocument, read_document, served_html
from activities.browser.egress_errors import (
    check_response,
    navigation_error,
    refusal_in,
    rejected_error,
)
from activities.browser.error_pages import APPLICATION_STATUS, is_application_page
from activities.browser.navigation import Navigation
from activities.browser.patience import Unfinished
from activities.browser.rounds import check_rounds
from activities.browser.settling import wait_until_settled
from activities.browser.sight import bring_into_view
from activities.browser.tab import Tab
from activities.browser.visit import Visit
from activities.browser.wall_handler import LoadedDocument
from activities.egress.session import EgressSession
from activities.fetch_errors import host, part_warnings
from activities.onward import MAX_WAITS, find_refresh, leads_on, script_seconds
from activities.walls.facts import SeenPage
from domain.cookies import parse_cookies
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.warnings import item_warning

_LOAD_TIMEOUT = 10.0
"""Seconds to wait for images and the like after the document itself is complete."""

_TOLERANCE = 1.0
"""Seconds by which a refresh or a timer may be late: they may begin when the document is loaded."""

_MAX_DOCUMENTS = 10
"""Documents that may follow each other by scripts and meta refreshes."""


class PageLoader:
    """The way of one visit from the URL to the final document."""

    def __init__(
        self, tab: Tab, navigation: Navigation, egress: EgressSession, visit: Visit
    ) -> None:
        self._tab = tab
        self._navigation = navigation
        self._egress = egress
        self._visit = visit
        self._deadline = _NavigationDeadline(visit.limits.navigation_timeout)
        self._waits = 0
        """Documents that were waited for because they lead on."""
        self._leading_on: tuple[ItemWarning, ...] = ()
        self._of_status: tuple[ItemWarning, ...] = ()
        self._unseen: tuple[ItemWarning, ...] = ()
        """What is not shown of the latest document."""
        self._unfinished: Unfinished | None = None
        self._waited_for = 0
        """Number of the document that got more time because it was unfinished."""

    async def open(self) -> None:
        """Open the URL, and wait for the first document. Raises `ScrapeError`."""
        url, navigation = self._visit.url, self._navigation
        await self._tab.scale_drawing(full_size=self._visit.options.screenshot)
        await set_cookies(self._tab.page, parse_cookies(self._visit.options.cookies), url)
        try:
            async with self._deadline.limit(f"{host(url)} did not answer"):
                await self._tab.page.goto(url, wait_until="commit", timeout=0)
                await navigation.until(lambda: navigation.documents > 0)
        except PlaywrightError as error:
            self._check_navigation()
            if "net::ERR_ABORTED" in error.message:
                # The browser tells of no response, as after a 304: no page was stored before.
                raise ScrapeError("NO_CONTENT", "The server answered without a page.") from None
            if found := re.search(r"net::ERR_\w+", error.message):
                raise navigation_error(found[0], url, self._egress) from None
            raise

    async def final_document(self) -> SerializedDocument:
        """Return the document after all redirects and walls, when its scripts have settled.

        Raises `ScrapeError`.
        """
        wall_handler = self._visit.wall_handler
        while True:
            number = self._navigation.documents
            try:
                document = await self._settled_document(number)
            except ScrapeError as error:
                self._check_unread()
                await check_rounds(self._tab, self._navigation, error)
                raise
            if document is None:
                continue
            if not document.is_html or await wall_handler.clear(self._loaded(document)):
                # Only now, since a wall is never finished.
                if await self._gets_more_time(number):
                    continue
                if not wall_handler.has_cleared(number):
                    await self._check_shown(document)
                if await self._has_led_on(document, number):
                    continue
                return document
            # The document behind a wall gets the whole navigation time again.
            self._deadline.restart()

    def warnings(self) -> tuple[ItemWarning, ...]:
        """Return what the client must know of the final document."""
        response = self._navigation.response
        parts = part_warnings(response.status, response.headers)
        unfinished = () if self._unfinished is None else self._unfinished.warnings()
        return (*parts, *self._leading_on, *self._of_status, *self._unseen, *unfinished)

    def add_facts(self, error: ScrapeError) -> None:
        """Add the HTTP status and the URL of the document to `error`, if they are known."""
        if self._navigation.documents == 0:
            return
        response = self._navigation.response
        if refusal_in(response, self._egress) is None:
            error.http_status = error.http_status or response.status
            error.final_url = error.final_url or response.url

    async def _settled_document(self, number: int) -> SerializedDocument | None:
        """Return document `number` once it has settled; None if the page goes on from it."""
        navigation = self._navigation
        await self._wait_until_loaded(number)
        self._visit.on_stage("settling")
        self._unfinished = await wait_until_settled(self._tab, navigation, number)
        sight = await bring_into_view(self._tab, navigation, number)
        self._unseen = sight.warnings
        if sight.has_changed:
            self._unfinished = sight.unfinished
        async with self._deadline.limit("The page to which the page redirects did not answer"):
            await navigation.until(lambda: navigation.pending is None)
        if navigation.documents != number or navigation.failed is not None:
            return None
        max_bytes = self._visit.limits.max_bytes
        document = await read_document(self._tab, navigation, number, max_bytes=max_bytes)
        return document if navigation.documents == number else None

    def _check_unread(self) -> None:
        """Raise `ScrapeError` if the document, which cannot be read, has the status of an error."""
        if self._navigation.response.status == APPLICATION_STATUS:
            check_response(self._navigation.response, self._egress)

    async def _check_shown(self, document: SerializedDocument) -> None:
        """Raise `ScrapeError` if `document` is an error page."""
        self._of_status = ()
        response = self._navigation.response
        if response.status == APPLICATION_STATUS and document.is_html:
            seen = SeenPage(document.html, document.url)
            served = await served_html(response)
            if await asyncio.to_thread(is_application_page, seen, served):
                what = "The server answered with HTTP status 404, but its application shows a page."
                self._of_status = (item_warning("ERROR_STATUS", what),)
                return
        check_response(response, self._egress)

    async def _has_led_on(self, document: SerializedDocument, number: int) -> bool:
        """Wait for what `document` leads on to; return whether the page goes on from it."""
        navigation = self._navigation
        refresh = find_refresh(document.html, navigation.response.headers, document.url)
        if refresh is not None and leads_on(document.html, document.url, refresh):
            seconds: float = refresh.seconds
        else:
            seconds = script_seconds(document.html)
        if seconds and self._waits < MAX_WAITS:
            self._waits += 1
            end = navigation.parsed_at + seconds + _TOLERANCE
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(end, self._deadline.at)):
                    await navigation.until(lambda: navigation.has_left(number))
        self._leading_on = () if refresh is None else refresh.warnings(document.url)
        return navigation.has_left(number)

    async def _gets_more_time(self, number: int) -> bool:
        """Wait for what document `number` still lacks, once; return whether it was waited for."""
        status = self._navigation.response.status
        is_failure = status >= HTTPStatus.BAD_REQUEST and status != APPLICATION_STATUS
        if self._unfinished is None or self._waited_for == number or is_failure:
            return False
        self._waited_for = number
        # At most half of the time for navigation, so that another document may still follow.
        patience = self._visit.limits.navigation_timeout / 2
        await wait_until_settled(self._tab, self._navigation, number, patience=patience)
        return True

    async def _wait_until_loaded(self, number: int) -> None:
        """Wait until document `number` is complete, or the page goes on from it."""
        navigation = self._navigation
        status = navigation.response.status
        if status != APPLICATION_STATUS and not self._visit.wall_handler.must_be_read(status):
            check_response(navigation.response, self._egress)
        async with self._deadline.limit("The page was not complete"):
            await navigation.until(lambda: navigation.parsed or self._has_moved_on(number))
        self._check_navigation()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOAD_TIMEOUT):
                await navigation.until(lambda: navigation.loaded or self._has_moved_on(number))
        self._check_navigation()

    def _has_moved_on(self, number: int) -> bool:
        navigation = self._navigation
        return (
            navigation.documents != number
            or navigation.failed is not None
            or navigation.rejected is not None
        )

    def _check_navigation(self) -> None:
        """Raise `ScrapeError` if the navigation can lead to no complete document any more."""
        failed, rejected = self._navigation.failed, self._navigation.rejected
        if failed is not None:
            if rejected is not None:
                check_response(rejected, self._egress)
            reason = failed.failure or "net::ERR_FAILED"
            raise navigation_error(reason, failed.url, self._egress)
        # A navigation stops the parser, even if it leads to no document.
        if rejected is not None and not self._navigation.parsed:
            raise rejected_error(rejected, self._egress)
        if self._navigation.documents > _MAX_DOCUMENTS:
            raise ScrapeError(
                "TOO_MANY_REDIRECTS", f"The page redirects by scripts, over {_MAX_DOCUMENTS} times."
            )

    def _loaded(self, document: SerializedDocument) -> LoadedDocument:
        response = self._navigation.response
        page = SeenPage(document.html, document.url, response.status, response.headers)
        return LoadedDocument(self._tab, self._navigation, page)


class _NavigationDeadline:
    """The time by which the documents of a page must be there."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.at = 0.0
        """The time, in the event loop's."""
        self.restart()

    def restart(self) -> None:
        """Allow the whole time again, from this moment on."""
        self.at = asyncio.get_running_loop().time() + self._seconds

    @asynccontextmanager
    async def limit(self, what: str) -> AsyncIterator[None]:
        """Raise `ScrapeError` if the body is not done at the deadline; `what` is missing then."""
        try:
            async with asyncio.timeout_at(self.at):
                yield
        except TimeoutError:
            raise ScrapeError(
                "NAVIGATION_TIMEOUT", f"{what} within {self._seconds:g} seconds."
            ) from None
