"""A tab: one page in a context of its own, which may serve several items of a batch in turn."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from playwright.async_api import BrowserContext, CDPSession, Page

from activities.browser import cleaning, fingerprint
from activities.browser.chromium import VIEWPORT, Chromium
from activities.browser.dialogs import close_dialog
from activities.browser.events import EventRelay
from activities.browser.page_scripts import IsolatedWorld
from activities.browser.proxy_auth import authenticate
from activities.egress.session import EgressSession
from activities.visitor.profile import VisitorProfile
from domain.failures import ScrapeError

_OPEN_TIMEOUT = 10.0

_MAX_USES = 50
"""Items that one tab serves: as many as a batch has. So its process does not grow for ever."""

_SMALL_SCALE = 0.1
"""Scale of a page of which no picture is needed: this halves the cost of drawing.

Layout, and everything that scripts can measure, stay those of the full size.
"""


@dataclass(frozen=True)
class _PageHandles:
    """The objects and names that stand for one page in Playwright and in Chromium."""

    context: BrowserContext
    page: Page
    session: CDPSession
    target_id: str
    context_id: str


class Tab:
    """One page and its context. Made by `open`.

    Whenever an item gets the tab, its page is at `about:blank`. Only the HTTP cache of the context
    shows that there was an earlier item.
    """

    def __init__(
        self,
        chromium: Chromium,
        handles: _PageHandles,
        egress: EgressSession,
        profile: VisitorProfile | None,
    ) -> None:
        self.chromium = chromium
        self.context = handles.context
        self.page = handles.page
        self.session = handles.session
        """A session of the debugging protocol for `page`."""
        self.event_relay = EventRelay()
        self.world = IsolatedWorld(handles.session, handles.target_id)
        self.uses = 1
        """Number of items that have had the tab, including the present item."""
        self._context_id = handles.context_id
        self._gateway = egress.proxy_url
        self._credential = egress.credential
        self._credential.is_kept = True
        self._profile = profile
        self._has_succeeded = self._is_idle = False
        self._dirty_reason: str | None = None
        self._is_full_size = True

    @classmethod
    async def open(
        cls, chromium: Chromium, egress: EgressSession, profile: VisitorProfile | None
    ) -> Tab:
        """Open a tab for the item of `egress`, which visits as `profile`.

        Everything that sites can notice about a context or a page belongs here, or into
        `Chromium.open_context`. Raises Playwright's errors, and `ScrapeError` with `BROWSER_LOST`.
        """
        context = await chromium.open_context(egress, profile)
        try:
            async with asyncio.timeout(_OPEN_TIMEOUT):
                handles = await _open_page(context, profile)
                await authenticate(handles.session, egress)
            return cls(chromium, handles, egress, profile)
        except BaseException as error:
            # In a task of its own: a caller that was cancelled does not wait.
            await asyncio.shield(asyncio.create_task(chromium.close_context(context)))
            if isinstance(error, TimeoutError):
                what = "The browser did not open a tab in time."
                raise ScrapeError("BROWSER_LOST", what) from None
            raise

    def resume(self, egress: EgressSession) -> bool:
        """Give the tab to the item of `egress`; return False if that is impossible."""
        if self.chromium.lost.done() or self.page.is_closed() or self._gateway != egress.proxy_url:
            return False
        self._credential.resume(egress)
        self.uses += 1
        self._has_succeeded = self._is_idle = False
        return True

    @property
    def is_reusable(self) -> bool:
        """Whether the tab may serve another item once it is clean."""
        return self._has_succeeded and self._dirty_reason is None and self.uses < _MAX_USES

    def mark_reusable(self, *, is_idle: bool = False) -> None:
        """Record that the item has succeeded.

        After a failure the state of the tab is unknown, so the tab serves no other item. Set
        `is_idle` if all requests of the page are known to have ended. Its connections can then
        serve the next item.
        """
        self._has_succeeded = True
        self._is_idle = is_idle

    def mark_dirty(self, why: str) -> None:
        """Record that the page may have left something that `clean` does not find.

        The tab then serves no other item.
        """
        self._dirty_reason = self._dirty_reason or why

    async def scale_drawing(self, *, full_size: bool) -> None:
        """Draw the page at its full size, or at a tenth of its size to save processor time.

        Screenshots and coordinates of the mouse need the full size. Raises Playwright's errors.
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
                # The same values as Playwright's own, except for the scale.
                **VIEWPORT,
                "screenWidth": screen[0],
                "screenHeight": screen[1],
                "screenOrientation": {"type": "landscapePrimary", "angle": 0},
                "deviceScaleFactor": 1,
                "mobile": False,
                "scale": 1 if full_size else _SMALL_SCALE,
            },
        )

    def park(self) -> None:
        """Let no traffic out until the next item; end all connections that are not at rest."""
        self._credential.park(keep_connections=self._is_idle and self.is_reusable)

    async def clean(self) -> bool:
        """Remove everything that the page has left; return whether the tab is like a new one."""
        is_clean = await cleaning.clean(self.page, self.session, self._context_id, self._profile)
        return is_clean and self.is_reusable

    async def close(self) -> None:
        """Close the context with everything in it."""
        self._credential.close()
        await self.chromium.close_context(self.context)


async def _open_page(context: BrowserContext, profile: VisitorProfile | None) -> _PageHandles:
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    target = (await session.send("Target.getTargetInfo"))["targetInfo"]
    handles = _PageHandles(context, page, session, target["targetId"], target["browserContextId"])
    if profile is None:
        page.on("dialog", close_dialog)
    else:
        await fingerprint.apply_profile(page, session, handles.context_id, profile)
    return handles
