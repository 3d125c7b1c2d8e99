"""Wait until a page has settled: its scripts neither write nor fetch any more.

docs/browser.md explains the rules.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from playwright.async_api import Error as PlaywrightError

from activities.browser.navigation import Navigation
from activities.browser.tab import Tab
from activities.browser.timers import remaining_timer_ms

_TIMEOUT = 5.0
"""Seconds to wait for scripts to finish writing. Some pages never finish."""

_QUIET_MS = 150
"""Milliseconds without a change after which a page counts as settled.

This is longer than one step of a script usually takes if the script waits for no request and no
timer. Requests and timers are known otherwise.
"""

_BLIND_QUIET_MS = 500
"""Least milliseconds after the document is complete, if scripts may wait for unknown events."""

_MAX_TIMER_ROUNDS = 2
"""How often to wait for a page that has set timers. A page that goes on to change itself by timers
after that is a clock."""


async def wait_until_settled(tab: Tab, navigation: Navigation, number: int) -> None:
    """Wait until scripts of document `number` neither write nor fetch, or the page goes on.

    Wait five seconds at most.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(_TIMEOUT):
            await _Settling(tab, navigation, number).wait()


class _Settling:
    """The wait for one document to settle."""

    def __init__(self, tab: Tab, navigation: Navigation, number: int) -> None:
        self._tab = tab
        self._navigation = navigation
        self._number = number
        self._is_quiet = False
        """Whether no request began or ended during the latest wait for quiet."""
        self._timer_rounds = 0

    async def wait(self) -> None:
        navigation = self._navigation
        while True:
            await navigation.until(
                lambda: not navigation.active or navigation.has_left(self._number)
            )
            if navigation.has_left(self._number):
                return
            try:
                if await self._is_settled():
                    return
            except PlaywrightError:
                self._is_quiet = False
                await navigation.is_replaced(self._number)

    async def _is_settled(self) -> bool:
        """Wait for quiet; return whether the document has settled."""
        activity = self._navigation.activity
        timers: float | None = 0
        if self._timer_rounds < _MAX_TIMER_ROUNDS:
            timers = await remaining_timer_ms(self._tab.session)
        if self._is_quiet and not timers:
            return True
        self._timer_rounds += bool(timers)
        has_changed = await self._tab.world.run("wait_for_quiet", self._least_ms(timers), _QUIET_MS)
        self._is_quiet = self._navigation.activity == activity
        return self._is_quiet and not has_changed

    def _least_ms(self, timers: float | None) -> float:
        """Return how long to wait at least, if the document's timers take `timers` more ms.

        `timers` is None if that is unknown.
        """
        navigation = self._navigation
        is_blind = timers is None or navigation.has_streams or len(self._tab.page.frames) > 1
        waited = 1000 * (asyncio.get_running_loop().time() - navigation.parsed_at)
        return max(_QUIET_MS + (timers or 0), _BLIND_QUIET_MS - waited if is_blind else 0)
