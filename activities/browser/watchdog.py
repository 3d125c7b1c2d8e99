"""Keeps a page responsive: stops scripts that never end, or that open dialog after dialog."""

from __future__ import annotations

import asyncio

from playwright.async_api import CDPSession, Dialog, Page
from playwright.async_api import Error as PlaywrightError

from activities.abort import AbortReason, abort_with
from activities.browser.events import EventRelay
from activities.browser.navigation import Navigation

_CHECK_INTERVAL = 0.5
_STOP_TIMEOUT = 10.0

_MAX_DIALOGS = 10
"""Dialogs after which the script that opens them is stopped; honest pages open one or two."""

_MAX_STOPS = 3
"""Stopped scripts after which the page is given up."""


class Watchdog:
    """Watches one page for as long as `run` runs.

    A script that keeps the page busy for `patience` seconds is stopped, and the rest of the page
    goes on. `reason` is told when that does not help. A page that waits for a server is not busy:
    see `navigation`.
    """

    def __init__(
        self,
        page: Page,
        session: CDPSession,
        event_relay: EventRelay,
        navigation: Navigation,
        reason: asyncio.Future[AbortReason],
        *,
        patience: float,
    ) -> None:
        self.warnings: list[str] = []
        """A sentence for each kind of script that was stopped."""
        self._page = page
        self._session = session
        self._relays = event_relay
        self._navigation = navigation
        self._reason = reason
        self._patience = patience
        self.dialogs = 0
        """Dialogs that were opened."""
        self._too_many_dialogs = asyncio.Event()
        self._stops = 0

    async def run(self) -> None:
        """Watches until it is cancelled or the page is given up. Somebody else has to answer
        dialogs, which Playwright does by itself only as long as nothing listens to them."""
        listeners = self._relays.listeners()
        listeners.add(self._page, "dialog", self._count_dialog)
        try:
            await asyncio.gather(self._stop_busy_scripts(), self._stop_dialogs())
        finally:
            listeners.remove()

    def _count_dialog(self, _: Dialog) -> None:
        self.dialogs += 1
        if self.dialogs % _MAX_DIALOGS == 0:
            self._too_many_dialogs.set()

    async def _stop_dialogs(self) -> None:
        while not self._reason.done():
            await self._too_many_dialogs.wait()
            self._too_many_dialogs.clear()
            await self._stop_script(
                "A script of the page opened dialog after dialog and was stopped."
            )

    async def _stop_busy_scripts(self) -> None:
        while not self._reason.done():
            await asyncio.sleep(_CHECK_INTERVAL)
            if self._navigation.pending is not None:
                continue
            try:
                async with asyncio.timeout(self._patience):
                    await self._session.send("Runtime.evaluate", {"expression": "0"})
            except TimeoutError:
                if self._navigation.pending is not None:
                    continue  # until it is answered, the browser keeps what it is asked
                await self._stop_script(
                    f"A script of the page ran for more than {self._patience:g} seconds "
                    "and was stopped."
                )
            except PlaywrightError:
                continue  # between two documents, or the page is gone

    async def _stop_script(self, warning: str) -> None:
        self._stops += 1
        if warning not in self.warnings:
            self.warnings.append(warning)
        try:
            async with asyncio.timeout(_STOP_TIMEOUT):
                await self._session.send("Runtime.terminateExecution")
        except (TimeoutError, PlaywrightError):
            self._stops = _MAX_STOPS
        if self._stops >= _MAX_STOPS:
            abort_with(self._reason, "PAGE_UNRESPONSIVE", "The page does not react.")
