"""Tell why a page goes round in circles.

A challenge that refuses this browser loads itself again and again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from playwright.async_api import Error as PlaywrightError

from activities.browser.document import served_html
from activities.browser.navigation import Navigation
from activities.browser.tab import Tab
from activities.walls.detector import detect_wall
from activities.walls.facts import SeenPage
from domain.failures import ScrapeError

_ENDLESS = frozenset({"TOO_MANY_REDIRECTS", "NAVIGATION_TIMEOUT"})
"""Failures of a page that goes on and on."""

_STOP_TIMEOUT = 3.0
"""Seconds for the page to come to a stop without its scripts."""


async def check_rounds(tab: Tab, navigation: Navigation, error: ScrapeError) -> None:
    """Raise the error of a wall if `error` is that of a page that goes round, and it is a wall.

    The scripts of `tab` are off afterwards: do not use it for another item.
    """
    if error.failure.code not in _ENDLESS or navigation.documents <= 1:
        return
    html = await _stopped_document(tab, navigation)
    response = navigation.response
    seen = SeenPage(html, response.url, response.status, response.headers)
    if html and (detection := await asyncio.to_thread(detect_wall, seen)):
        raise detection.error() from error


async def _stopped_document(tab: Tab, navigation: Navigation) -> str:
    """Return the document at which the page stops without scripts, as it was served."""
    # The body of a document that the page has left is gone.
    with suppress(TimeoutError, PlaywrightError):
        async with asyncio.timeout(_STOP_TIMEOUT):
            await tab.session.send("Emulation.setScriptExecutionDisabled", {"value": True})
            await navigation.until(lambda: navigation.pending is None and navigation.parsed)
    return await served_html(navigation.response)
