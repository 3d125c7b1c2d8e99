"""Everything that watches the page of a tab while one item has the tab."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from types import TracebackType

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page, Response

from activities.abort import AbortReason, abort_with
from activities.browser.background import BackgroundTasks
from activities.browser.navigation import Navigation
from activities.browser.tab import Tab
from activities.browser.urls import has_password, site_key
from activities.browser.watchdog import Watchdog
from activities.capture import PageLimits
from activities.egress.session import EgressSession
from domain.items import ItemWarning

_SCRIPT_PATIENCE = 8.0
"""Seconds that one script may run, but at most half of the `navigation_timeout`."""


class PageObserver:
    """The listeners and the watchdog of one page, from entering to leaving a `with` block.

    It closes popups, counts frames, stops endless scripts, and notices what makes a tab unfit for
    another item. `abort_reason` is set when the capture cannot go on.
    """

    def __init__(self, tab: Tab, egress: EgressSession, limits: PageLimits) -> None:
        self.abort_reason: asyncio.Future[AbortReason] = asyncio.get_running_loop().create_future()
        self._tab = tab
        self._egress = egress
        self._max_frames = limits.max_frames
        self._frames = 0
        self._closing_popups = BackgroundTasks()
        self._listeners = tab.event_relay.listeners()
        self._add_listeners()
        self.navigation = Navigation(tab.page, tab.event_relay)
        patience = min(_SCRIPT_PATIENCE, limits.navigation_timeout / 2)
        self._watchdog = Watchdog(tab, self.navigation, self.abort_reason, patience=patience)
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> PageObserver:
        self._egress.exhausted.add_done_callback(
            lambda exhausted: abort_with(self.abort_reason, *exhausted.result())
        )
        self._watching = asyncio.create_task(self._watchdog.run())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._watching is not None:
            self._watching.cancel()
        self.navigation.close()
        self._listeners.remove()

    @property
    def warnings(self) -> list[ItemWarning]:
        """Scripts that were stopped."""
        return self._watchdog.warnings

    def mark_tab(self) -> None:
        """Mark the tab as dirty if dialogs or stopped scripts may have left something in it."""
        if self._watchdog.dialogs:
            self._tab.mark_dirty("it has opened dialogs")
        if self._watchdog.warnings:
            self._tab.mark_dirty("a script was stopped")

    def _add_listeners(self) -> None:
        page = self._tab.page
        self._listeners.add(self._tab.context, "page", self._on_popup)
        self._listeners.add(page, "frameattached", self._on_frame)
        self._listeners.add(page, "framenavigated", self._on_navigated)
        self._listeners.add(page, "response", self._on_response)
        self._listeners.add(page, "crash", self._on_crash)

    def _on_popup(self, popup: Page) -> None:
        self._tab.mark_dirty("it has opened popups")
        self._closing_popups.start(_close(popup))

    def _on_frame(self, _: Frame) -> None:
        self._frames += 1
        if self._frames > self._max_frames:
            what = f"The page opened more than {self._max_frames} frames."
            abort_with(self.abort_reason, "TOO_MANY_FRAMES", what)

    def _on_navigated(self, frame: Frame) -> None:
        page = self._tab.page
        if frame == page.main_frame:
            self._tab.world.forget()
        if not frame.url.startswith(("http:", "https:")):
            return
        if has_password(frame.url):
            self._tab.mark_dirty("it has logged in by HTTP")
        # Another site has a process of its own, which may go on after the page has gone.
        if frame != page.main_frame and site_key(frame.url) != site_key(page.url):
            self._tab.mark_dirty("it has frames of other sites")

    def _on_response(self, response: Response) -> None:
        if response.status == HTTPStatus.UNAUTHORIZED:
            self._tab.mark_dirty("it was asked for a password")

    def _on_crash(self, _: Page) -> None:
        abort_with(self.abort_reason, "PAGE_CRASHED", "The page crashed its process.")


async def _close(page: Page) -> None:
    with suppress(PlaywrightError):  # the page is closed already
        await page.close()
