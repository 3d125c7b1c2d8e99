"""The browser of a worker: found, started, shared out in tabs, and replaced when it is worn out or
dies. docs/browser.md tells the whole of it."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import BrowserContext

from activities.browser.abortable import aborted_by
from activities.browser.chromium import MAX_PAGE_MEMORY, BrowserStartError, Chromium
from activities.browser.tab import Tab
from activities.egress.session import EgressSession
from activities.visitor.profile import VisitorProfile
from domain.failures import ScrapeError
from settings import SettingsError

__all__ = ["BrowserPool", "BrowserStartError", "Limits", "find_browser"]

logger = logging.getLogger(__name__)

_PROGRAMS = (
    "chromium-headless-shell",  # twice the pages per second of the full browser
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
)

_OPEN_TRIES = 2
"""A browser may turn out to have died while nobody used it."""

_IDLE_SECONDS = 5.0
"""How long a clean tab waits for the next item of its batch: longer than it takes to convert a page
and to fetch an item from Temporal."""

_RENEWAL_PAUSE = 60.0
"""Seconds until a browser that could not be replaced is tried again."""

T = TypeVar("T")

_PLAYWRIGHT_PROGRAMS = (
    "chromium_headless_shell-*/chrome-*/*headless?shell",
    "chromium-*/chrome-linux*/chrome",
)
"""Where `playwright install` puts browsers, below its own folder."""


@dataclass(frozen=True)
class Limits:
    """When a browser has done its work. What it keeps of each page that it has shown is little,
    but is never given back."""

    pages: int = 1000
    """That it has loaded."""
    age: float = 3600.0
    """Seconds since its start."""
    memory: int = 2**30
    """Bytes that it takes besides its pages."""

    def exceeded_by(self, chromium: Chromium) -> str | None:
        """Which of them, if any is."""
        if chromium.pages >= self.pages:
            return f"it has loaded {chromium.pages} pages"
        if chromium.age >= self.age:
            return f"it has run for {chromium.age:.0f} seconds"
        if chromium.own_memory >= self.memory:
            return f"it takes {chromium.own_memory} bytes besides its pages"
        return None


class BrowserPool:
    """One browser of which up to `tabs` contexts are in use at the same time, while as many others
    may wait for an item that shares theirs.

    A page one of whose processes takes more than `max_page_memory` bytes crashes. A browser that
    is worn out, by `limits`, is replaced: a new one is started first, and the old one ends with
    the last item that has a tab of it. Call `start` before use and `close` after it.
    """

    def __init__(
        self,
        executable: Path,
        *,
        tabs: int,
        max_page_memory: int = MAX_PAGE_MEMORY,
        limits: Limits | None = None,
    ) -> None:
        self._executable = executable
        self._max_page_memory = max_page_memory
        self._limits = limits or Limits()
        self._tabs = tabs
        self._slots = asyncio.Semaphore(tabs)
        """One for each tab that is in use or being cleaned."""
        self._current: Chromium | None = None
        self._launch: asyncio.Task[Chromium] | None = None
        self._renewable_at = 0.0
        self._users: Counter[Chromium] = Counter()
        """How many contexts of each browser are open."""
        self._idle: list[_IdleTab] = []
        """Clean tabs that wait for another item; the one that has waited longest is first. They may
        be as many as those in use: items of several batches and sites take turns."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Starts the browser. Raises `BrowserStartError`."""
        await self._browser()

    async def close(self) -> None:
        """Ends the browser and whatever still uses it. Takes seconds at most, and no process
        or temporary file remains."""
        self._closed = True
        if self._launch is not None:
            await asyncio.wait([self._launch])
        self._close_idle(lambda _: True)
        browsers = set(self._users)
        if self._current is not None:
            browsers.add(self._current)
            self._current = None
        await asyncio.gather(*(chromium.close() for chromium in browsers))
        while self._tasks:
            await asyncio.wait(self._tasks)

    def context(
        self, egress: EgressSession | None = None, profile: VisitorProfile | None = None
    ) -> AbstractAsyncContextManager[BrowserContext]:
        """A new context that shares nothing with any other; waits until a tab is free.

        All that it loads goes through `egress`; its first document has to be told the password, see
        `activities.browser.proxy_auth`. Without a session there is no network. Its pages can become
        `profile`, see `activities.browser.fingerprint`.
        The viewport is 1280 x 720, downloads are refused.
        Raises `ScrapeError` with
        `BROWSER_LOST`, also out of the body and whatever that awaits, if the browser dies; the
        next context then comes from a new browser.
        """
        return self._context(egress, profile)

    def tab(
        self,
        egress: EgressSession,
        reuse_key: Hashable | None = None,
        profile: VisitorProfile | None = None,
    ) -> AbstractAsyncContextManager[Tab]:
        """A tab as `context` has them, and as clean: a new one, or, if `reuse_key` is not None, one
        that had the same sharers before. A new one visits as `profile`, and goes on to do so.
        Raises what `context` does.

        The body has to `mark_reusable` of the tab for another item to get it. Sharers are all items
        between which the sites that they visit may not tell a difference anyway: those of one
        account and one batch.
        """
        return self._tab(egress, reuse_key, profile)

    @asynccontextmanager
    async def _context(
        self, egress: EgressSession | None, profile: VisitorProfile | None
    ) -> AsyncIterator[BrowserContext]:
        async with self._slots:
            chromium, context = await self._open(
                lambda chromium: chromium.open_context(egress, profile)
            )
            async with aborted_by(chromium.lost):
                try:
                    yield context
                finally:
                    await self._finish(chromium, chromium.close_context(context))

    @asynccontextmanager
    async def _tab(
        self, egress: EgressSession, reuse_key: Hashable | None, profile: VisitorProfile | None
    ) -> AsyncIterator[Tab]:
        await self._slots.acquire()
        is_kept = False
        try:
            self._retire()
            tab = self._take_idle(egress, reuse_key) or await self._new_tab(egress, profile)
            tab.chromium.pages += 1
            async with aborted_by(tab.chromium.lost):
                try:
                    yield tab
                finally:
                    tab.leave()
                    if reuse_key is not None and tab.is_good:
                        # Nobody needs to wait for that but the next item.
                        self._spawn(self._keep(tab, reuse_key))
                        is_kept = True
                    else:
                        await self._finish(tab.chromium, tab.close())
        finally:
            if not is_kept:
                self._slots.release()

    async def _new_tab(self, egress: EgressSession, profile: VisitorProfile | None) -> Tab:
        _, tab = await self._open(lambda chromium: Tab.open(chromium, egress, profile))
        return tab

    async def _open(self, make: Callable[[Chromium], Awaitable[T]]) -> tuple[Chromium, T]:
        """What `make` makes of a browser that is well, which counts it as a user of its own."""
        for _ in range(_OPEN_TRIES):
            try:
                chromium = await self._browser()
            except BrowserStartError as error:
                logger.error("the browser cannot be restarted", extra={"reason": str(error)})
                break
            self._users[chromium] += 1
            is_open = False
            try:
                with suppress(ScrapeError):
                    async with aborted_by(chromium.lost):
                        made = await make(chromium)
                        is_open = True
                        return chromium, made
            finally:
                if not is_open:
                    self._release(chromium)
        raise ScrapeError("BROWSER_LOST", "No browser could be started.")

    # Tabs that wait for another item

    def _take_idle(self, egress: EgressSession, reuse_key: Hashable | None) -> Tab | None:
        for idle in list(self._idle):
            if reuse_key is not None and idle.reuse_key == reuse_key:
                self._idle.remove(idle)
                idle.expiry.cancel()
                if idle.tab.chromium is self._current and idle.tab.reopen(egress):
                    return idle.tab
                self._spawn(self._close_tab(idle.tab))
        return None

    async def _keep(self, tab: Tab, reuse_key: Hashable) -> None:
        """Cleans `tab` for another item, or closes it if that cannot be."""
        try:
            is_clean = False
            if tab.chromium is self._current:
                with suppress(ScrapeError):
                    async with aborted_by(tab.chromium.lost):
                        is_clean = await tab.clean()
            if not is_clean or tab.chromium is not self._current or self._closed:
                await self._close_tab(tab)
                return
            expiry = asyncio.get_running_loop().call_later(
                _IDLE_SECONDS, lambda: self._close_idle(lambda idle: idle.tab is tab)
            )
            self._idle.append(_IdleTab(tab, reuse_key, expiry))
            surplus = self._idle[: -self._tabs]
            self._close_idle(lambda idle: idle in surplus)
        finally:
            self._slots.release()

    def _close_idle(self, is_meant: Callable[[_IdleTab], bool]) -> None:
        for idle in list(filter(is_meant, self._idle)):
            self._idle.remove(idle)
            idle.expiry.cancel()
            self._spawn(self._close_tab(idle.tab))

    async def _close_tab(self, tab: Tab) -> None:
        try:
            await tab.close()
        finally:
            self._release(tab.chromium)

    async def _finish(self, chromium: Chromium, closing: Coroutine[Any, Any, None]) -> None:
        """Awaits `closing`, which closes a context of `chromium`."""

        async def close() -> None:
            try:
                await closing
            finally:
                self._release(chromium)

        # A task of its own, since cancelling the work must not leave a tab open.
        await asyncio.shield(self._spawn(close()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # Browsers

    async def _browser(self) -> Chromium:
        """The running browser, launched first if there is none; all callers await one launch."""
        if self._closed:
            raise ScrapeError("BROWSER_LOST", "The browser was shut down.")
        current = self._current
        if current is None or current.lost.done():
            return await asyncio.shield(self._replacement())
        return current

    def _retire(self) -> None:
        """Begins to replace the browser if it is worn out. Until then it goes on."""
        current, now = self._current, asyncio.get_running_loop().time()
        if current is None or current.lost.done() or now < self._renewable_at:
            return
        if reason := self._limits.exceeded_by(current):
            self._renewable_at = now + _RENEWAL_PAUSE
            logger.info("the browser is retired", extra={"reason": reason})
            self._spawn(self._renew())

    def _replacement(self) -> asyncio.Task[Chromium]:
        if self._launch is None:
            self._launch = asyncio.create_task(self._replace())
        return self._launch

    async def _renew(self) -> None:
        try:
            await asyncio.shield(self._replacement())
        except BrowserStartError as error:
            logger.error("the browser cannot be replaced", extra={"reason": str(error)})

    async def _replace(self) -> Chromium:
        old = self._current
        try:
            if old is not None and old.lost.done():
                logger.warning("replacing the browser", extra={"reason": old.lost.result()[1]})
                await old.close()
                self._current = None
            self._current = await Chromium.launch(
                self._executable, max_page_memory=self._max_page_memory
            )
            self._renewable_at = 0.0
            if old is not None:
                self._close_idle(lambda idle: idle.tab.chromium is old)
                self._end_unused(old)
            return self._current
        finally:
            self._launch = None

    def _release(self, chromium: Chromium) -> None:
        """Counts one user less."""
        self._users[chromium] -= 1
        if not self._users[chromium]:
            del self._users[chromium]
            self._end_unused(chromium)

    def _end_unused(self, chromium: Chromium) -> None:
        """Ends a browser that was replaced, once nobody has a tab of it."""
        if chromium is not self._current and chromium not in self._users:
            self._spawn(chromium.close())


@dataclass(eq=False)
class _IdleTab:
    """A clean tab, and who may have it until `expiry`."""

    tab: Tab
    reuse_key: Hashable
    expiry: asyncio.TimerHandle


def find_browser(configured: Path | None) -> Path:
    """The browser to use: `configured` or else one that is installed, the fastest first.

    Raises `SettingsError` if there is none.
    """
    if configured is not None:
        return configured
    for program in _PROGRAMS:
        if path := shutil.which(program):
            return Path(path)
    folder = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    )
    for pattern in _PLAYWRIGHT_PROGRAMS:
        if installed := sorted(folder.glob(pattern)):
            return installed[-1]
    raise SettingsError(
        "No browser was found: install Debian's package chromium-headless-shell, or set "
        "SPIDRA_BROWSER to the path of a Chromium or Chrome."
    )
