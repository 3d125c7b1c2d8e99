"""Show a page from its beginning to its end, for what it writes only when it comes into view."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Error as PlaywrightError

from activities.browser.navigation import Navigation
from activities.browser.patience import Unfinished
from activities.browser.settling import wait_until_settled
from activities.browser.tab import Tab
from activities.browser.timers import observes_sight
from domain.items import ItemWarning
from domain.warnings import item_warning

_MAX_HEIGHT = 50_000
"""Pixels of a page that are shown: about 70 screens."""

_TIMEOUT_MS = 2_000
"""Milliseconds to show a page. Each screen takes one frame, which is 17 ms on an idle machine."""


@dataclass(frozen=True)
class Sight:
    """What came of showing a page from its beginning to its end."""

    has_changed: bool = False
    """Whether the page has written something meanwhile."""
    unfinished: Unfinished | None = None
    """What the page still lacks, if it has changed."""
    warnings: tuple[ItemWarning, ...] = ()
    """What is not shown."""


async def bring_into_view(tab: Tab, navigation: Navigation, number: int) -> Sight:
    """Scroll through document `number` if its scripts observe that, and wait for what they write.

    Do nothing if the page goes on to another document.
    """
    try:
        is_observed = await observes_sight(tab.session)
        activity = navigation.activity
        seen = await tab.world.run("bring_into_view", is_observed, _MAX_HEIGHT, _TIMEOUT_MS)
    except PlaywrightError:
        await navigation.is_replaced(number)
        return Sight()
    if not seen["hasChanged"] and navigation.activity == activity:
        return Sight()
    unfinished = await wait_until_settled(tab, navigation, number)
    more = item_warning(
        "MORE_ON_SCROLL",
        "The page writes more when it is scrolled. The result holds what it wrote until its former "
        "end.",
    )
    return Sight(True, unfinished, (more,) if seen["isCut"] else ())
