"""Clean a tab between two items, so that the next page finds nothing of the earlier one."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from activities.browser import fingerprint
from activities.visitor.profile import VisitorProfile

logger = logging.getLogger(__name__)

_TIMEOUT = 5.0
"""Seconds to clean a tab. It takes a twentieth of a second, unless something still runs in it."""

_RESETS = 20
_RESET_PAUSE = 0.01

_BLANK_PAGE = "about:blank"

_EVERY_ORIGIN = "*"
"""Not a valid origin to Chromium, which then clears the data of all origins.

Only then it also clears the data of tabs (`sessionStorage`) and of frames of other sites.
"""


async def clean(
    page: Page, session: CDPSession, context_id: str, profile: VisitorProfile | None
) -> bool:
    """Clean `page` and its context; return whether Chromium itself finds them clean.

    `session` is a session of `page`, and `context_id` is Chromium's name for the context.
    """
    try:
        async with asyncio.timeout(_TIMEOUT):
            # This ends scripts, timers and workers. All frames are in one process, so everything
            # that they do at their end happens before this call returns.
            await page.goto(_BLANK_PAGE, wait_until="commit")
            await asyncio.gather(
                session.send(
                    "Storage.clearDataForOrigin",
                    {"origin": _EVERY_ORIGIN, "storageTypes": "all"},
                ),
                _reset_history(session),
                session.send("Runtime.evaluate", {"expression": "window.name = ''"}),
                session.send("Browser.resetPermissions", {"browserContextId": context_id}),
            )
            if profile is not None:
                await fingerprint.set_permissions(session, context_id, profile)
            return await _is_clean(page, session, context_id)
    except (TimeoutError, PlaywrightError) as error:
        logger.info("a tab could not be cleaned", extra={"error": str(error)})
        return False


async def _reset_history(session: CDPSession) -> None:
    """Reset the history to the blank page. Raises `PlaywrightError` if that fails."""
    for _ in range(_RESETS):
        with suppress(PlaywrightError):
            await session.send("Page.resetNavigationHistory")
            history = await session.send("Page.getNavigationHistory")
            if [entry["url"] for entry in history["entries"]] == [_BLANK_PAGE]:
                return
        # Chromium may still be about to leave the earlier document.
        await asyncio.sleep(_RESET_PAUSE)
    raise PlaywrightError("the history cannot be reset")


async def _is_clean(page: Page, session: CDPSession, context_id: str) -> bool:
    """Ask Chromium whether the context contains nothing but the blank page."""
    targets, cookies = await asyncio.gather(
        session.send("Target.getTargets"), page.context.cookies()
    )
    # Popups and workers are targets as well.
    found = [
        target["url"]
        for target in targets["targetInfos"]
        if target.get("browserContextId") == context_id
    ]
    if found == [_BLANK_PAGE] and not cookies:
        return True
    left = {"targets": len(found), "cookies": len(cookies)}
    logger.info("a tab was not clean", extra=left)
    return False
