"""Abort work in a browser at once, for a reason that comes from outside of the work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Error as PlaywrightError

from activities.abort import AbortReason
from domain.failures import ScrapeError

_EXPLANATION_TIMEOUT = 2.0
"""Seconds to wait for the reason after one of Playwright's calls has failed.

A call fails a little before it is known whether the page or the browser died. Two seconds are
twice the interval of the browser's health checks.
"""


@asynccontextmanager
async def aborted_by(reason: asyncio.Future[AbortReason]) -> AsyncIterator[None]:
    """Run the body until it ends, or until `reason` is set; then raise a `ScrapeError`.

    If one of Playwright's calls in the body fails, and `reason` is set soon after, then `reason`
    is raised as well: it explains why the call failed.
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
