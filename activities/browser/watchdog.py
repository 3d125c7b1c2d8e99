"""Keep a page responsive: stop scripts that never end or that open dialog after dialog."""

from __future__ import annotations

import asyncio

from playwright.async_api import Dialog
from playwright.async_api import Error as PlaywrightError

from activities.abort import AbortReason, abort_with
from activities.browser.navigation import Navigation
from activities.browser.tab import Tab
from domain.items import ItemWarning
from domain.warnings import item_warning

_CHECK_INTERVAL = 0.5
_STOP_TIMEOUT = 10.0

_MAX_DIALOGS = 10
"""Dialogs until the script that opens them is stopped. Honest pages open one or two."""

_MAX_STOPS = 3
"""Stopped scripts until the page is given up."""


class Watchdog:
    """A guard that watches the page of one tab while `run` runs.

    A script that keeps the page busy for `patience` seconds is stopped. The rest of the page goes
    on. If that does not help, `abort_reason` is set. A page that waits for a server is not busy:
    `navigation` knows that.
    """

    def __init__(
        self,
        tab: Tab,
        navigation: Navigation,
        abort_reason: asyncio.Future[AbortReason],
        *,
        patience: float,
    ) -> None:
        self.warnings: list[ItemWarning] = []
        """One sentence for each kind of script that was stopped."""
        self.dialogs = 0
        """Number of dialogs that the page has opened."""
        self._page = tab.page
        self._session = tab.session
        self._event_relay = tab.event_relay
        self._navigation = navigation
        self._abort_reason = abort_reason
        self._patience = patience
        self._too_many_dialogs = asyncio.Event()
        self._stops = 0

    async def run(self) -> None:
        """Watch the page until this task is cancelled or the page is given up.

        This listener does not close dialogs. Another listener has to, since Playwright closes
        them by itself only while no listener is set.
        """
        listeners = self._event_relay.listeners()
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
        while not self._abort_reason.done():
            await self._too_many_dialogs.wait()
            self._too_many_dialogs.clear()
            await self._stop_script(
                "A script of the page opened dialog after dialog and was stopped."
            )

    async def _stop_busy_scripts(self) -> None:
        while not self._abort_reason.done():
            await asyncio.sleep(_CHECK_INTERVAL)
            if self._navigation.pending is not None:
                continue
            try:
                async with asyncio.timeout(self._patience):
                    await self._session.send("Runtime.evaluate", {"expression": "0"})
            except TimeoutError:
                if self._navigation.pending is not None:
                    continue  # the browser holds commands back until the server answers
                await self._stop_script(
                    f"A script of the page ran for more than {self._patience:g} seconds "
                    "and was stopped."
                )
            except PlaywrightError:
                continue  # the page is between two documents, or gone

    async def _stop_script(self, message: str) -> None:
        self._stops += 1
        warning = item_warning("SCRIPT_STOPPED", message)
        if warning not in self.warnings:
            self.warnings.append(warning)
        try:
            async with asyncio.timeout(_STOP_TIMEOUT):
                await self._session.send("Runtime.terminateExecution")
        except (TimeoutError, PlaywrightError):
            self._stops = _MAX_STOPS
        if self._stops >= _MAX_STOPS:
            abort_with(self._abort_reason, "PAGE_UNRESPONSIVE", "The page does not react.")
