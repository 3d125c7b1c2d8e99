"""Work in a browser that ends at once for a reason from outside of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Error as PlaywrightError

from activities.abort import AbortReason
from domain.failures import ScrapeError

_EXPLANATION_TIMEOUT = 2.0
"""Seconds: Playwright's calls fail a little before it is known whether the page or the browser
died. Twice the interval at which a browser is checked."""


@asynccontextmanager
async def aborted_by(reason: asyncio.Future[AbortReason]) -> AsyncIterator[None]:
    """Runs the body until it ends or `reason` is known, which raises it as a `ScrapeError`.

    If one of Playwright's calls in the body fails, and `reason` comes to be known soon after,
    then that is raised too: it is what made the call fail.
    """
    loop = asyncio.get_running_loop()
    inside = True

    def expire(_: asyncio.Future[AbortReason]) -> None:
        if inside:
            scope.reschedule(loop.time())

    try:
        async with asyncio.timeout(None) as scope:
            reason.add_done_callback(expire)
            try:
                yield
            finally:
                inside = False
                reason.remove_done_callback(expire)
    except TimeoutError:
        if not scope.expired():
            raise
        raise ScrapeError(*reason.result()) from None
    except PlaywrightError:
        await asyncio.wait([reason], timeout=_EXPLANATION_TIMEOUT)
        if not reason.done():
            raise
        raise ScrapeError(*reason.result()) from None
