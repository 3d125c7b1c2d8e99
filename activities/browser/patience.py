"""How long to wait for a page that is seen to be unfinished, and what to say of it then."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Request

from activities.browser.loading_signs import LoadingSigns
from activities.browser.navigation import Navigation
from activities.browser.urls import site_key
from domain.items import ItemWarning
from domain.warnings import item_warning

_LONG = 15.0
"""Seconds for a page that shows that it is loading, or has little text, while its scripts wait for
a server."""

_MIDDLE = 10.0
"""Seconds for a request of a page that has text. It may be a poll, which waits for news."""

SHORT = 5.0
"""Seconds for a page that shows that it is loading, while nothing is known to be under way. Also
for one that has little text and an open stream. Timers and workers may still write."""


@dataclass(frozen=True)
class Unfinished:
    """Something that a page is still waiting for."""

    seconds: float
    """How long it is worth waiting for, from when the document was complete."""
    what: str | None
    """The end of a sentence about the page. None if its result says enough by itself."""

    def warnings(self) -> list[ItemWarning]:
        """Return the warning that the page was taken without it."""
        if self.what is None:
            return []
        return [item_warning("INCOMPLETE", f"When the page was taken, {self.what}.")]


def what_is_missing(
    signs: LoadingSigns, navigation: Navigation, is_timed: bool = False
) -> Unfinished | None:
    """Return what the page that shows `signs` is waiting for; None if it is finished.

    `is_timed` says that a timer may still bring its text.
    """
    # Of the script of a shared worker, the browser never says that it has arrived.
    slow = [each for each in navigation.slow if each.resource_type != "script" or not signs.letters]
    if signs.indicator is not None:
        what = f"it still showed {signs.indicator}"
        if not signs.is_in_view:
            # Many lists load their next entries only when the reader comes there.
            return Unfinished(0, f"{what}, below the first window")
        is_under_way = navigation.active or navigation.has_streams
        return Unfinished(_LONG if is_under_way else SHORT, what)
    if slow and signs.has_little_text:
        return Unfinished(_LONG, _told(slow))
    if lasting := [request for request in slow if _may_be_content(request, navigation)]:
        return Unfinished(_MIDDLE, _told(lasting))
    if navigation.silent_sockets and signs.has_little_text:
        return Unfinished(SHORT, "its WebSocket had not brought anything yet")
    if navigation.has_streams and not signs.letters:
        return Unfinished(SHORT, "its stream of data had not brought any text yet")
    lost: str | None = None
    if navigation.has_lost_scripts and not signs.letters:
        lost = "it had no text of its own, and some of its scripts could not be loaded"
    if is_timed:
        return Unfinished(SHORT, lost)
    if signs.is_empty or lost:
        # An empty result has a warning of its own.
        return Unfinished(SHORT if signs.is_empty else 0, lost)
    return None


def _may_be_content(request: Request, navigation: Navigation) -> bool:
    """Return whether a request of a page that has text is worth waiting for.

    What is posted to other sites are reports.
    """
    return request.method == "GET" or site_key(request.url) == site_key(navigation.response.url)


def _told(requests: list[Request]) -> str:
    if len(requests) == 1:
        return "a request of its scripts had not ended yet"
    return f"{len(requests)} requests of its scripts had not ended yet"
