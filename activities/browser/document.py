"""Read the document of a page as HTML."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Response

from activities.browser.frames import FrameReader, SerializedFrame, flattened
from activities.browser.mojibake import read_again
from activities.browser.navigation import Navigation
from activities.browser.shadow_trees import closed_trees
from activities.browser.tab import Tab
from activities.browser.urls import frame_site
from activities.fetch_errors import check_document_type, too_large
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.warnings import item_warning

_TIMEOUT = 15.0
"""Seconds to fetch the HTML. 20 MB take about one second."""

_TREES_TIMEOUT = 3.0
"""Seconds to read closed shadow trees. Without them, the page is as it was read at first."""


@dataclass(frozen=True)
class SerializedDocument:
    """A document as `scripts/serialize.js` returns it."""

    html: str
    content_type: str
    url: str
    is_whole: bool = True
    """False if the computed style of a part of the page could not be read."""

    @property
    def is_html(self) -> bool:
        """Whether the document was HTML, rather than text or JSON in the browser's wrapper."""
        return "html" in self.content_type

    @property
    def warnings(self) -> list[ItemWarning]:
        """What the client must know of the document."""
        found = []
        if self.content_type.endswith("xml") and "<parsererror" in self.html:
            what = "The page is XML with an error. A browser shows only what comes before it."
            found.append(item_warning("PAGE_CUT", what))
        if not self.is_whole:
            what = "The style of a part of the page could not be read."
            found.append(item_warning("STYLE_NOT_READ", what))
        return found


async def read_document(
    tab: Tab, navigation: Navigation, number: int, *, max_bytes: int
) -> SerializedDocument | None:
    """Return document `number`; None if another document takes its place meanwhile.

    Raises `ScrapeError` if the document cannot be read, is no page, or is larger than `max_bytes`.
    """
    unreadable = ScrapeError("PAGE_UNRESPONSIVE", "The page's HTML could not be read.")
    try:
        async with asyncio.timeout(_TIMEOUT):
            document = await _serialize(tab, max_bytes)
    except TimeoutError:
        raise unreadable from None
    except PlaywrightError:
        if await navigation.is_replaced(number):
            return None
        raise unreadable from None
    if not document["url"].startswith(("http:", "https:")):
        raise ScrapeError("NO_CONTENT", "The page replaced itself with an empty one.")
    check_document_type(document["contentType"])
    if document["bytes"] > max_bytes:
        raise too_large(max_bytes, size=document["bytes"])
    html = document["html"]
    if not html.isascii():
        headers = navigation.response.headers
        # In a thread, because a page may have megabytes.
        html = await asyncio.to_thread(read_again, html, document["characterSet"], headers)
    return SerializedDocument(html, document["contentType"], document["url"], document["isWhole"])


async def served_html(response: Response) -> str:
    """Return the HTML of `response` before any script has run; empty if it is gone."""
    with suppress(TimeoutError, PlaywrightError):
        async with asyncio.timeout(_TIMEOUT):
            return await response.text()
    return ""


async def _serialize(tab: Tab, max_bytes: int) -> dict[str, Any]:
    """Return the result of `scripts/serialize.js`. Raises Playwright's errors."""
    site = frame_site(tab.page.url)
    frames: list[SerializedFrame] = []
    if len(tab.page.frames) > 1:
        frames = await FrameReader(tab.session, site, max_bytes).read(tab.world)
    given = (*flattened(frames),)
    document: dict[str, Any] = await tab.world.run("serialize", max_bytes, site, False, *given)
    if document["hasClosedTrees"]:
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(_TREES_TIMEOUT):
                if trees := await closed_trees(tab.session, tab.world):
                    pairs = chain.from_iterable(trees)
                    document = await tab.world.run(
                        "serialize", max_bytes, site, False, *given, *pairs
                    )
    return document
