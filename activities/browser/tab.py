"""A tab: one page in a context of its own, that may serve several items of one batch in turn."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from activities.browser import fingerprint
from activities.browser.chromium import VIEWPORT, Chromium
from activities.browser.events import EventRelay
from activities.browser.proxy_auth import authenticate
from activities.browser.scripts import World
from activities.egress.session import EgressSession
from activities.visitor.profile import VisitorProfile
from domain.failures import ScrapeError

logger = logging.getLogger(__name__)

_OPEN_TIMEOUT = 10.0

_CLEANING_TIMEOUT = 5.0
"""Seconds; it takes a twentieth of one. A tab that needs longer has something running in it."""

_RESETS = 20
_RESET_PAUSE = 0.01

_MAX_USES = 50
"""Items that one tab serves: as many as a batch has, so that its process does not grow for ever."""

_SMALL = 0.1
"""Of its size, at which a page is drawn that nobody looks at: that halves what drawing costs.
Layout, and whatever scripts can measure, are those of the full size."""

_NOTHING = "about:blank"

_EVERY_ORIGIN = "*"
"""No origin at all to Chromium, which then clears what belongs to any; only so it also clears what
tabs have (`sessionStorage`) and what frames of other sites have."""


class Tab:
    """Made by `open`. Its page is at `about:blank` whenever an item gets it, and nothing but the
    HTTP cache of its context tells that there was an item before."""

    def __init__(
        self,
        chromium: Chromium,
        context: BrowserContext,
        page: Page,
        session: CDPSession,
        target: dict[str, Any],
        egress: EgressSession,
        profile: VisitorProfile | None,
    ) -> None:
        self.chromium = chromium
        self.context = context
        self.page = page
        self.session = session
        """Of `page`."""
        self.event_relay = EventRelay()
        self.world = World(session, target["targetId"])
        self.uses = 1
        """Items that it was given to, the present one included."""
        self._gateway = egress.proxy_url
        self._credential = egress.credential
        self._credential.is_kept = True
        self._profile = profile
        self._is_good = self._is_idle = False
        self._dirty_reason: str | None = None
        self._context_id: str = target["browserContextId"]
        self._is_full_size = True

    @classmethod
    async def open(
        cls, chromium: Chromium, egress: EgressSession, profile: VisitorProfile | None
    ) -> Tab:
        """A new one, for the item of `egress`, that visits as `profile`. All that makes a context
        or a page what it is to the sites that it visits belongs here, or into
        `Chromium.open_context`.

        Raises Playwright's errors, and `ScrapeError` with `BROWSER_LOST`.
        """
        context = await chromium.open_context(egress, profile)
        try:
            async with asyncio.timeout(_OPEN_TIMEOUT):
                page = await context.new_page()
                session = await context.new_cdp_session(page)
                target = (await session.send("Target.getTargetInfo"))["targetInfo"]
                if profile is None:
                    page.on("dialog", fingerprint.dismiss)
                else:
                    context_id = target["browserContextId"]
                    await fingerprint.assume(page, session, context_id, profile)
                await authenticate(session, egress)
            return cls(chromium, context, page, session, target, egress, profile)
        except BaseException as error:
            # A task of its own, since whoever cancelled this does not wait.
            await asyncio.shield(asyncio.create_task(chromium.close_context(context)))
            if isinstance(error, TimeoutError):
                what = "The browser did not open a tab in time."
                raise ScrapeError("BROWSER_LOST", what) from None
            raise

    def reopen(self, egress: EgressSession) -> bool:
        """Gives it to the item of `egress`; False if that is not possible any more."""
        if self.chromium.lost.done() or self.page.is_closed() or self._gateway != egress.proxy_url:
            return False
        self._credential.resume(egress)
        self.uses += 1
        self._is_good = self._is_idle = False
        return True

    @property
    def is_good(self) -> bool:
        """Whether it may serve another item once it is clean."""
        return self._is_good and self._dirty_reason is None and self.uses < _MAX_USES

    def mark_reusable(self, *, is_idle: bool = False) -> None:
        """Says that the item has come to a good end. A tab in which anything went wrong is in a
        state that nobody knows, and serves no other item. `is_idle` if all requests of the page
        are known to have ended, so that its connections can go on to the next one."""
        self._is_good = True
        self._is_idle = is_idle

    def mark_dirty(self, why: str) -> None:
        """Says that the page may have left something where `clean` does not find it, so that the
        tab must not serve another item."""
        self._dirty_reason = self._dirty_reason or why

    async def draw(self, *, full_size: bool) -> None:
        """Has the page drawn so that a picture of it can be taken, or only for the page to go on
        as if it were. Coordinates of the mouse hold at full size only. Raises Playwright's errors.
        """
        if full_size == self._is_full_size:
            return
        self._is_full_size = full_size
        screen = (VIEWPORT["width"], VIEWPORT["height"])
        if self._profile is not None:
            screen = self._profile.device.screen
        await self.session.send(
            "Emulation.setDeviceMetricsOverride",
            {
                # As Playwright has set it, but for the scale.
                **VIEWPORT,
                "screenWidth": screen[0],
                "screenHeight": screen[1],
                "screenOrientation": {"type": "landscapePrimary", "angle": 0},
                "deviceScaleFactor": 1,
                "mobile": False,
                "scale": 1 if full_size else _SMALL,
            },
        )

    def leave(self) -> None:
        """Ends all connections but those on which nothing goes on, and lets nothing out until the
        next item."""
        self._credential.park(keep_connections=self._is_idle and self.is_good)

    async def clean(self) -> bool:
        """Whether the tab is as a new one, after whatever the page has left was cleared away."""
        try:
            async with asyncio.timeout(_CLEANING_TIMEOUT):
                # Ends scripts, timers and workers; what they do while they end, they do before
                # this returns, since all frames are in one process.
                await self.page.goto(_NOTHING, wait_until="commit")
                await asyncio.gather(
                    self.session.send(
                        "Storage.clearDataForOrigin",
                        {"origin": _EVERY_ORIGIN, "storageTypes": "all"},
                    ),
                    self._reset_history(),
                    self.session.send("Runtime.evaluate", {"expression": "window.name = ''"}),
                    self.session.send(
                        "Browser.resetPermissions", {"browserContextId": self._context_id}
                    ),
                )
                if self._profile is not None:
                    await fingerprint.set_permissions(self.session, self._context_id, self._profile)
                return await self._is_clean()
        except (TimeoutError, PlaywrightError) as error:
            logger.info("a tab could not be cleaned", extra={"error": str(error)})
            return False

    async def close(self) -> None:
        """Closes the context, and all that is in it."""
        self._credential.close()
        await self.chromium.close_context(self.context)

    async def _reset_history(self) -> None:
        """Raises `PlaywrightError` if the history goes on to hold more than the present page."""
        for _ in range(_RESETS):
            with suppress(PlaywrightError):
                await self.session.send("Page.resetNavigationHistory")
                history = await self.session.send("Page.getNavigationHistory")
                if [entry["url"] for entry in history["entries"]] == [_NOTHING]:
                    return
            # Chromium may not have taken leave of the former document yet.
            await asyncio.sleep(_RESET_PAUSE)
        raise PlaywrightError("the history cannot be reset")

    async def _is_clean(self) -> bool:
        """Whether Chromium itself knows of nothing that was left."""
        targets, cookies = await asyncio.gather(
            self.session.send("Target.getTargets"), self.context.cookies()
        )
        # Popups and workers are targets too.
        found = [
            target["url"]
            for target in targets["targetInfos"]
            if target.get("browserContextId") == self._context_id
        ]
        if found == [_NOTHING] and not cookies:
            return self.is_good
        left = {"targets": len(found), "cookies": len(cookies)}
        logger.info("a tab was not clean", extra=left)
        return False
