"""Keep one browser running: start it, retire it when it is worn out, replace it when it dies."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from activities.browser.abortable import aborted_by
from activities.browser.background import BackgroundTasks
from activities.browser.chromium import MAX_PAGE_MEMORY, Chromium
from activities.browser.launch import BrowserStartError
from domain.failures import ScrapeError

logger = logging.getLogger(__name__)

_OPEN_TRIES = 2
"""Browsers to try for one context: the first may have died while it was idle."""

_RENEWAL_PAUSE = 60.0
"""Seconds until the keeper tries again to replace a worn-out browser."""

T = TypeVar("T")


@dataclass(frozen=True)
class BrowserLimits:
    """The limits that make a browser worn out.

    A browser keeps a little of each page that it has loaded, and never gives that back.
    """

    pages: int = 1000
    """Pages that the browser has loaded."""
    age: float = 3600.0
    """Seconds since the start of the browser."""
    memory: int = 2**30
    """Bytes that the browser takes besides its pages."""

    def exceeded_by(self, chromium: Chromium) -> str | None:
        """Return the first limit that `chromium` exceeds, as a clause for the log."""
        if chromium.pages >= self.pages:
            return f"it has loaded {chromium.pages} pages"
        if chromium.age >= self.age:
            return f"it has run for {chromium.age:.0f} seconds"
        if chromium.memory_besides_pages >= self.memory:
            return f"it takes {chromium.memory_besides_pages} bytes besides its pages"
        return None


class BrowserKeeper:
    """The owner of the current browser, and of earlier browsers that still have open contexts.

    A browser beyond its `limits` is retired: the keeper first starts a new one. The old one ends
    when its last context is closed. `on_replaced` is called with the old browser.
    """

    def __init__(
        self,
        executable: Path,
        *,
        on_replaced: Callable[[Chromium], None],
        max_page_memory: int = MAX_PAGE_MEMORY,
        limits: BrowserLimits | None = None,
    ) -> None:
        self._executable = executable
        self._on_replaced = on_replaced
        self._max_page_memory = max_page_memory
        self._limits = limits or BrowserLimits()
        self._current: Chromium | None = None
        self._launch: asyncio.Task[Chromium] | None = None
        self._renewable_at = 0.0
        """Time of the event loop before which no browser is retired."""
        self._open_contexts: Counter[Chromium] = Counter()
        self._tasks = BackgroundTasks()
        self._closed = False

    async def start(self) -> None:
        """Start the browser. Raises `BrowserStartError`."""
        await self._running_browser()

    async def close(self) -> None:
        """End all browsers within seconds, with their processes and temporary files."""
        self._closed = True
        if self._launch is not None:
            await asyncio.wait([self._launch])
        browsers = set(self._open_contexts)
        if self._current is not None:
            browsers.add(self._current)
            self._current = None
        await asyncio.gather(*(chromium.close() for chromium in browsers))
        await self._tasks.wait()

    def is_current(self, chromium: Chromium) -> bool:
        """Return whether new items get `chromium`."""
        return chromium is self._current

    def retire_if_worn_out(self) -> None:
        """Begin to replace the browser if it exceeds a limit. It works on until then."""
        current, now = self._current, asyncio.get_running_loop().time()
        if current is None or current.lost.done() or now < self._renewable_at:
            return
        if reason := self._limits.exceeded_by(current):
            self._renewable_at = now + _RENEWAL_PAUSE
            logger.info("the browser is retired", extra={"reason": reason})
            self._tasks.start(self._renew())

    async def open(self, make: Callable[[Chromium], Awaitable[T]]) -> tuple[Chromium, T]:
        """Call `make`, which opens a context in the browser that it gets, and return its result.

        Call `release` when the context is closed. Raises `ScrapeError` with `BROWSER_LOST` if no
        browser can be started.
        """
        for _ in range(_OPEN_TRIES):
            try:
                chromium = await self._running_browser()
            except BrowserStartError as error:
                logger.error("the browser cannot be restarted", extra={"reason": str(error)})
                break
            self._open_contexts[chromium] += 1
            is_open = False
            try:
                with suppress(ScrapeError):
                    async with aborted_by(chromium.lost):
                        made = await make(chromium)
                        is_open = True
                        return chromium, made
            finally:
                if not is_open:
                    self.release(chromium)
        raise ScrapeError("BROWSER_LOST", "No browser could be started.")

    def release(self, chromium: Chromium) -> None:
        """Count one open context less for `chromium`."""
        self._open_contexts[chromium] -= 1
        if not self._open_contexts[chromium]:
            del self._open_contexts[chromium]
            self._end_if_unused(chromium)

    async def _running_browser(self) -> Chromium:
        """Return the current browser, or start one; all callers wait for the same start."""
        if self._closed:
            raise ScrapeError("BROWSER_LOST", "The browser was shut down.")
        current = self._current
        if current is None or current.lost.done():
            return await asyncio.shield(self._replacement())
        return current

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
                self._on_replaced(old)
                self._end_if_unused(old)
            return self._current
        finally:
            self._launch = None

    def _end_if_unused(self, chromium: Chromium) -> None:
        """End a replaced browser that has no open context any more."""
        if chromium is not self._current and chromium not in self._open_contexts:
            self._tasks.start(chromium.close())
