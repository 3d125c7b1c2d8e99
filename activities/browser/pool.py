"""The tabs of a worker: how many are in use, and which clean ones wait for their next item.

docs/browser.md explains the whole life of a tab.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext

from activities.browser.abortable import aborted_by
from activities.browser.background import BackgroundTasks
from activities.browser.chromium import MAX_PAGE_MEMORY, Chromium
from activities.browser.keeper import BrowserKeeper, BrowserLimits
from activities.browser.tab import Tab
from activities.egress.session import EgressSession
from activities.visitor.profile import VisitorProfile
from domain.failures import ScrapeError

_IDLE_SECONDS = 5.0
"""How long a clean tab waits for the next item of its batch.

This is longer than it takes to convert a page and to fetch the next item from Temporal.
"""


class TabPool:
    """Up to `tabs` tabs in use at the same time, all in one browser.

    As many clean tabs may wait for another item with the same reuse key. A page crashes if one of
    its processes takes more than `max_page_memory` bytes. A browser beyond its `limits` is
    replaced without a gap. Call `start` before use and `close` after it.
    """

    def __init__(
        self,
        executable: Path,
        *,
        tabs: int,
        max_page_memory: int = MAX_PAGE_MEMORY,
        limits: BrowserLimits | None = None,
    ) -> None:
        self._keeper = BrowserKeeper(
            executable,
            on_replaced=self._close_idle_of,
            max_page_memory=max_page_memory,
            limits=limits,
        )
        self._max_idle = tabs
        self._slots = asyncio.Semaphore(tabs)
        """One slot for each tab that is in use or being cleaned."""
        self._idle: list[_IdleTab] = []
        """Clean tabs that wait for another item; the tab that has waited longest is first.

        There may be as many as tabs in use, since items of several batches and sites take turns.
        """
        self._tasks = BackgroundTasks()
        self._closed = False

    async def start(self) -> None:
        """Start the browser. Raises `BrowserStartError`."""
        await self._keeper.start()

    async def close(self) -> None:
        """End the browser and everything that still uses it, within seconds.

        No process and no temporary file remains.
        """
        self._closed = True
        self._close_idle(lambda _: True)
        await self._keeper.close()
        await self._tasks.wait()

    @asynccontextmanager
    async def context(
        self, egress: EgressSession | None = None, profile: VisitorProfile | None = None
    ) -> AsyncIterator[BrowserContext]:
        """Open a context that shares nothing with any other; first wait for a free slot.

        All traffic of its pages leaves through `egress`. The first document needs the password of
        the session, see `activities.browser.proxy_auth`. Without a session there is no network.
        The pages can become `profile`, see `activities.browser.fingerprint`. The viewport is
        1280 x 720. Downloads are refused.

        Raises `ScrapeError` with `BROWSER_LOST` if the browser dies, also from within the body.
        The next context then comes from a new browser.
        """
        async with self._slots:
            chromium, context = await self._keeper.open(
                lambda chromium: chromium.open_context(egress, profile)
            )
            async with aborted_by(chromium.lost):
                try:
                    yield context
                finally:
                    await asyncio.shield(
                        self._start_closing(chromium, chromium.close_context(context))
                    )

    @asynccontextmanager
    async def tab(
        self,
        egress: EgressSession,
        reuse_key: Hashable | None = None,
        profile: VisitorProfile | None = None,
    ) -> AsyncIterator[Tab]:
        """Take a clean tab: a used one with the same `reuse_key`, or else a new one.

        A new tab visits as `profile`, and keeps that profile for later items. With `reuse_key`
        None the tab is new and serves no other item. The body must call `tab.mark_reusable`, or
        else the tab is closed.

        Items may have the same key only if sites may take them for the same visitor: items of one
        account and one batch. Raises the errors of `context`.
        """
        await self._slots.acquire()
        is_kept = False
        try:
            self._keeper.retire_if_worn_out()
            tab = self._take_idle(egress, reuse_key) or await self._new_tab(egress, profile)
            tab.chromium.pages += 1
            async with aborted_by(tab.chromium.lost):
                try:
                    yield tab
                finally:
                    tab.park()
                    if reuse_key is not None and tab.is_reusable:
                        # In the background: only the next item of the tab has to wait for this.
                        self._tasks.start(self._keep(tab, reuse_key))
                        is_kept = True
                    else:
                        await asyncio.shield(self._start_closing(tab.chromium, tab.close()))
        finally:
            if not is_kept:
                self._slots.release()

    async def _new_tab(self, egress: EgressSession, profile: VisitorProfile | None) -> Tab:
        _, tab = await self._keeper.open(lambda chromium: Tab.open(chromium, egress, profile))
        return tab

    def _take_idle(self, egress: EgressSession, reuse_key: Hashable | None) -> Tab | None:
        for idle in list(self._idle):
            if reuse_key is not None and idle.reuse_key == reuse_key:
                self._idle.remove(idle)
                idle.expiry.cancel()
                if self._keeper.is_current(idle.tab.chromium) and idle.tab.resume(egress):
                    return idle.tab
                self._start_closing(idle.tab.chromium, idle.tab.close())
        return None

    async def _keep(self, tab: Tab, reuse_key: Hashable) -> None:
        """Clean `tab` for another item, or close it if that fails."""
        try:
            is_clean = False
            if self._keeper.is_current(tab.chromium):
                with suppress(ScrapeError):
                    async with aborted_by(tab.chromium.lost):
                        is_clean = await tab.clean()
            if not is_clean or not self._keeper.is_current(tab.chromium) or self._closed:
                await self._start_closing(tab.chromium, tab.close())
                return
            expiry = asyncio.get_running_loop().call_later(
                _IDLE_SECONDS, lambda: self._close_idle(lambda idle: idle.tab is tab)
            )
            self._idle.append(_IdleTab(tab, reuse_key, expiry))
            surplus = self._idle[: -self._max_idle]
            self._close_idle(lambda idle: idle in surplus)
        finally:
            self._slots.release()

    def _close_idle_of(self, chromium: Chromium) -> None:
        self._close_idle(lambda idle: idle.tab.chromium is chromium)

    def _close_idle(self, is_meant: Callable[[_IdleTab], bool]) -> None:
        for idle in list(filter(is_meant, self._idle)):
            self._idle.remove(idle)
            idle.expiry.cancel()
            self._start_closing(idle.tab.chromium, idle.tab.close())

    def _start_closing(
        self, chromium: Chromium, closing: Coroutine[Any, Any, None]
    ) -> asyncio.Task[None]:
        """Run `closing`, which closes a context of `chromium`, in a task of its own.

        A cancelled item must not leave a tab open, so callers that may be cancelled shield the
        task.
        """

        async def close() -> None:
            try:
                await closing
            finally:
                self._keeper.release(chromium)

        return self._tasks.start(close())


@dataclass(eq=False)
class _IdleTab:
    """A clean tab that waits until `expiry` for an item with the same `reuse_key`."""

    tab: Tab
    reuse_key: Hashable
    expiry: asyncio.TimerHandle
