"""The browser of a worker: found, started, shared out in contexts, and replaced when it dies."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

from playwright.async_api import BrowserContext

from activities.chromium import MAX_PAGE_MEMORY, BrowserStartError, Chromium
from activities.egress.lane import Lane
from activities.failures import ScrapeError
from activities.identity import Identity
from activities.interrupts import interrupted_by
from settings import SettingsError

__all__ = ["BrowserPool", "BrowserStartError", "find_browser"]

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

_PLAYWRIGHT_PROGRAMS = (
    "chromium_headless_shell-*/chrome-*/*headless?shell",
    "chromium-*/chrome-linux*/chrome",
)
"""Where `playwright install` puts browsers, below its own folder."""


class BrowserPool:
    """One browser of which up to `tabs` contexts are in use at the same time.

    A page one of whose processes takes more than `max_page_memory` bytes crashes.
    Call `start` before use and `close` after it.
    """

    def __init__(
        self, executable: Path, *, tabs: int, max_page_memory: int = MAX_PAGE_MEMORY
    ) -> None:
        self._executable = executable
        self._max_page_memory = max_page_memory
        self._tabs = asyncio.Semaphore(tabs)
        self._current: Chromium | None = None
        self._launch: asyncio.Task[Chromium] | None = None
        self._closing: set[asyncio.Task[None]] = set()
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
        if self._current is not None:
            await self._current.close()
            self._current = None
        if self._closing:
            await asyncio.wait(self._closing)

    def context(
        self, lane: Lane | None = None, identity: Identity | None = None
    ) -> AbstractAsyncContextManager[BrowserContext]:
        """A new context that shares nothing with any other; waits until a tab is free.

        All that it loads goes through `lane`; its first document has to be told the password, see
        `activities.proxy_login`. Without a lane there is no network. Its pages can become
        `identity`, see `activities.disguise`. The viewport is 1280 x 720, downloads are refused.
        Raises `ScrapeError` with
        `BROWSER_LOST`, also out of the body and whatever that awaits, if the browser dies; the
        next context then comes from a new browser.
        """
        return self._context(lane, identity)

    @asynccontextmanager
    async def _context(
        self, lane: Lane | None, identity: Identity | None
    ) -> AsyncIterator[BrowserContext]:
        async with self._tabs:
            chromium, context = await self._open_context(lane, identity)
            async with interrupted_by(chromium.lost):
                try:
                    yield context
                finally:
                    await self._close_context(chromium, context)

    async def _open_context(
        self, lane: Lane | None, identity: Identity | None
    ) -> tuple[Chromium, BrowserContext]:
        for _ in range(_OPEN_TRIES):
            try:
                chromium = await self._browser()
            except BrowserStartError as error:
                logger.error("the browser cannot be restarted", extra={"reason": str(error)})
                break
            with suppress(ScrapeError):
                async with interrupted_by(chromium.lost):
                    return chromium, await chromium.open_context(lane, identity)
        raise ScrapeError("BROWSER_LOST", "No browser could be started.")

    async def _close_context(self, chromium: Chromium, context: BrowserContext) -> None:
        # A task of its own, since cancelling the work must not leave a tab open.
        closing = asyncio.create_task(chromium.close_context(context))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        await asyncio.shield(closing)

    async def _browser(self) -> Chromium:
        """The running browser, launched first if there is none; all callers await one launch."""
        if self._closed:
            raise ScrapeError("BROWSER_LOST", "The browser was shut down.")
        if self._current is not None and not self._current.lost.done():
            return self._current
        if self._launch is None:
            self._launch = asyncio.create_task(self._replace())
        return await asyncio.shield(self._launch)

    async def _replace(self) -> Chromium:
        try:
            if self._current is not None:
                reason = self._current.lost.result()[1]
                logger.warning("replacing the browser", extra={"reason": reason})
                await self._current.close()
                self._current = None
            self._current = await Chromium.launch(
                self._executable, max_page_memory=self._max_page_memory
            )
            return self._current
        finally:
            self._launch = None


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
