"""One running Chromium: its contexts, its health checks, and its certain end."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from contextlib import suppress
from pathlib import Path

from playwright.async_api import BrowserContext, ViewportSize
from playwright.async_api import Error as PlaywrightError

from activities.abort import AbortReason, abort_with
from activities.browser import fingerprint
from activities.browser.launch import DEAD_PROXY, PROXY_LOOPBACK_TOO, LaunchedBrowser, launch
from activities.browser.process_control import kill_bloated_pages, memory_besides_pages
from activities.egress.session import EgressSession
from activities.visitor.profile import VisitorProfile

logger = logging.getLogger(__name__)

_CLOSE_TIMEOUT = 3.0

_CONTEXT_TIMEOUT = 10.0
"""Seconds to open or close a context. Both take well under one second, even on a busy machine."""

_CHECK_INTERVAL = 1.0
_CHECK_TIMEOUT = 10.0
"""Seconds without an answer until a browser counts as hung."""

MAX_PAGE_MEMORY = 2 * 2**30
"""Default for the bytes that one page process may take.

The heap limit applies to scripts only. Images, texts and canvases have no limit of their own.
"""

VIEWPORT: ViewportSize = {"width": 1280, "height": 720}
"""Size of a page in pixels. A screenshot has the same pixels, since pages are not scaled."""


class Chromium:
    """A running browser, with the driver process that Playwright uses to control the browser.

    Made by `launch`. `lost` is set when the browser or the driver has died or hangs. After that
    only `close` works.
    """

    def __init__(self, launched: LaunchedBrowser, max_page_memory: int) -> None:
        self.lost: asyncio.Future[AbortReason] = asyncio.get_running_loop().create_future()
        self.pages = 0
        """Number of pages that the browser has loaded. The callers count them."""
        self.memory_besides_pages = 0
        """Bytes that its processes take without the page processes, as of the latest check."""
        self._started = time.monotonic()
        self._closing: asyncio.Task[None] | None = None
        self._launched = launched
        self._browser = launched.browser
        self._max_page_memory = max_page_memory
        self._checks = asyncio.create_task(self._check_health())
        self._browser.on("disconnected", lambda _: self._mark_lost("The browser died."))

    @classmethod
    async def launch(cls, executable: Path, *, max_page_memory: int = MAX_PAGE_MEMORY) -> Chromium:
        """Start the program `executable`, and kill page processes above `max_page_memory` bytes.

        Raises `BrowserStartError`. Must not be cancelled: a half-started browser cannot be ended.
        """
        return cls(await launch(executable), max_page_memory)

    @property
    def age(self) -> float:
        """Seconds since the start of the browser."""
        return time.monotonic() - self._started

    async def open_context(
        self, egress: EgressSession | None, profile: VisitorProfile | None = None
    ) -> BrowserContext:
        """Open a context without cookies, storage or downloads.

        All its traffic leaves through `egress`; without a session there is no network. Its pages
        can become `profile`, see `activities.browser.fingerprint`. Raises Playwright's errors.
        """
        options = {} if profile is None else fingerprint.context_options(profile)
        try:
            async with asyncio.timeout(_CONTEXT_TIMEOUT):
                context = await self._browser.new_context(
                    **options,
                    viewport=VIEWPORT,
                    accept_downloads=False,
                    proxy=DEAD_PROXY
                    if egress is None
                    else {"server": egress.proxy_url, "bypass": PROXY_LOOPBACK_TOO},
                    # Requests of a service worker cannot be told apart from other traffic.
                    service_workers="block",
                )
                if profile is not None:
                    await fingerprint.add_profile_script(context, profile)
                return context
        except TimeoutError as error:
            self._mark_lost("The browser could not open a tab.")
            raise PlaywrightError("the browser opened no context in time") from error

    async def close_context(self, context: BrowserContext) -> None:
        """Close `context`. A browser that cannot do that in time counts as lost."""
        if self.lost.done():
            return
        try:
            async with asyncio.timeout(_CONTEXT_TIMEOUT):
                await context.close()
        except TimeoutError:
            self._mark_lost("The browser could not close a tab.")
        except PlaywrightError:
            # The context closed together with the browser. The next health check notices that.
            logger.debug("a context was closed already")

    async def close(self) -> None:
        """End all processes and remove the profile folder, within a few seconds.

        A second call waits for the end of the first one.
        """
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self._checks.cancel()
        if not self.lost.done():
            self._mark_lost("The browser was shut down.")
            with suppress(TimeoutError, PlaywrightError):
                async with asyncio.timeout(_CLOSE_TIMEOUT):
                    await self._browser.close()
        self._launched.processes.kill_browser()
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                await self._launched.playwright.stop()
        except TimeoutError:
            self._launched.processes.kill_driver()
        # The driver removes the folder as well, unless the driver was killed.
        await asyncio.to_thread(shutil.rmtree, self._launched.profile_folder, ignore_errors=True)

    def _mark_lost(self, what: str) -> None:
        abort_with(self.lost, "BROWSER_LOST", what)

    async def _check_health(self) -> None:
        """Notice what no event reports: a dead driver, or a browser or driver that hangs."""
        try:
            async with asyncio.timeout(_CHECK_TIMEOUT):
                session = await self._browser.new_browser_cdp_session()
            while not self.lost.done():
                async with asyncio.timeout(_CHECK_TIMEOUT):
                    answer = await session.send("SystemInfo.getProcessInfo")
                kill_bloated_pages(answer["processInfo"], self._max_page_memory)
                self.memory_besides_pages = memory_besides_pages(answer["processInfo"])
                await asyncio.sleep(_CHECK_INTERVAL)
        except TimeoutError:
            self._mark_lost("The browser did not answer any more.")
        except PlaywrightError:
            self._mark_lost("The browser died.")
