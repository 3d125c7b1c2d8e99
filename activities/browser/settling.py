"""Wait until a page has settled: its scripts neither write nor fetch any more.

docs/browser.md explains the rules.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from playwright.async_api import Error as PlaywrightError

from activities.browser.loading_signs import read_signs
from activities.browser.navigation import Navigation
from activities.browser.patience import SHORT, Unfinished, what_is_missing
from activities.browser.tab import Tab
from activities.browser.timers import late_timers, remaining_timer_ms

_TIMEOUT = 5.0
"""Seconds to wait for scripts to finish writing. Some pages never finish."""

_QUIET_MS = 150
"""Milliseconds without a change after which a page counts as settled.

This is longer than one step of a script usually takes if the script waits for no request and no
timer. Requests and timers are known otherwise.
"""

_BLIND_QUIET_MS = 500
"""Least milliseconds after the document is complete, if scripts may wait for unknown events."""

_LOOK_MS = 300
"""Least milliseconds between two looks at a page that is waited for."""

_MAX_TIMER_ROUNDS = 2
"""How often to wait for a page that has set timers. A page that goes on to change itself by timers
after that is a clock."""


async def wait_until_settled(
    tab: Tab, navigation: Navigation, number: int, *, patience: float = 0
) -> Unfinished | None:
    """Wait until scripts of document `number` neither write nor fetch, or the page goes on.

    Wait five seconds at most. A page that is seen to be unfinished then gets more time: at most
    `patience` seconds from when its document was complete. Return what is still missing, if
    anything is.
    """
    settling = _Settling(tab, navigation, number, patience)
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(_TIMEOUT):
                await settling.wait()
        missing = await settling.look()
        if missing is None or not await settling.comes(missing):
            return missing


class _Settling:
    """The wait for one document to settle."""

    def __init__(self, tab: Tab, navigation: Navigation, number: int, patience: float) -> None:
        self._tab = tab
        self._navigation = navigation
        self._number = number
        self._patience = patience
        self._is_quiet = False
        """Whether no request began or ended during the latest wait for quiet."""
        self._timer_rounds = 0
        self._timers_end: float | None = None
        """When the timers end that were set at the first look. Later ones are those of a clock."""

    async def wait(self) -> None:
        """Wait until scripts neither write nor fetch, or the page goes on."""
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

    async def look(self) -> Unfinished | None:
        """Return what is still missing from the page; None if nothing is, or the page goes on."""
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(_TIMEOUT):
                if not self._navigation.has_left(self._number):
                    signs = await read_signs(self._tab)
                    is_timed = await self._waits_for_timer(has_little_text=signs.has_little_text)
                    return what_is_missing(signs, self._navigation, is_timed)
        return None

    async def _waits_for_timer(self, *, has_little_text: bool) -> bool:
        """Return whether a longer timer may bring text. If there is some, its code must write.

        A timer that is due after the wait must have ended brings nothing.
        """
        within = min(SHORT, self._patience or SHORT) - self._waited
        if within <= 0:
            return False
        timers = await late_timers(self._tab.session, within)
        remaining = timers.any if has_little_text else timers.writing
        now = asyncio.get_running_loop().time()
        if self._timers_end is None:
            self._timers_end = now + remaining
        return remaining > 0 and now < self._timers_end

    async def comes(self, missing: Unfinished) -> bool:
        """Wait until nothing is missing or the page goes on; return whether that has come."""
        latest: Unfinished | None = missing
        while latest is not None:
            if self._waited >= min(latest.seconds, self._patience):
                return False
            with suppress(TimeoutError, PlaywrightError):
                async with asyncio.timeout(_TIMEOUT):
                    await self._tab.world.run("wait_for_quiet", _LOOK_MS, _QUIET_MS)
            latest = await self.look()
        self._is_quiet = False
        return True

    @property
    def _waited(self) -> float:
        """Seconds since the document was complete."""
        return asyncio.get_running_loop().time() - self._navigation.parsed_at

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
        blind_ms = _BLIND_QUIET_MS - 1000 * self._waited if is_blind else 0
        return max(_QUIET_MS + (timers or 0), blind_ms)
