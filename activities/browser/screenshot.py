"""Take screenshots of a page that has loaded."""

from __future__ import annotations

import asyncio
import logging

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import FloatRect, Page

from activities.browser.chromium import VIEWPORT
from activities.browser.page_scripts import IsolatedWorld
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.warnings import item_warning

logger = logging.getLogger(__name__)

_MAX_HEIGHT = 16_384
"""Height in pixels of the largest texture that Chromium draws. A taller image would be wrong
further down."""

_SCROLL_PAUSE = 100
"""Milliseconds on each screen: several frames, in which observers notice what is in view."""

_PAINT_TIMEOUT = 5_000
"""Milliseconds to wait for fonts and images. Then the screenshot is taken without them."""

_TIMEOUT = 20.0
"""Seconds for one try. It takes one or two seconds to draw the largest page."""

_TRIES = 2


async def take_screenshot(
    page: Page, world: IsolatedWorld, *, full_page: bool
) -> tuple[bytes, list[ItemWarning]]:
    """Return a PNG of the viewport or of the full page, and warnings about missing parts.

    `world` belongs to `page`, which must be drawn at its full size. Raises `ScrapeError` with
    `SCREENSHOT_FAILED`.
    """
    for _ in range(_TRIES):
        try:
            async with asyncio.timeout(_TIMEOUT):
                if full_page:
                    return await _take_full_page(page, world)
                return await _take_viewport(page, world)
        except (TimeoutError, PlaywrightError) as error:
            logger.info("screenshot failed", extra={"error": type(error).__name__})
    raise ScrapeError("SCREENSHOT_FAILED", f"The page could not be drawn in {_TRIES} tries.")


async def _take_viewport(page: Page, world: IsolatedWorld) -> tuple[bytes, list[ItemWarning]]:
    await world.run("wait_for_paint", VIEWPORT["height"], _PAINT_TIMEOUT)
    return await page.screenshot(animations="disabled"), []


async def _take_full_page(page: Page, world: IsolatedWorld) -> tuple[bytes, list[ItemWarning]]:
    await world.run("scroll", _MAX_HEIGHT, _SCROLL_PAUSE)
    height = int(await world.run("wait_for_paint", _MAX_HEIGHT, _PAINT_TIMEOUT))
    clip: FloatRect = {
        "x": 0,
        "y": 0,
        "width": VIEWPORT["width"],
        "height": min(max(height, VIEWPORT["height"]), _MAX_HEIGHT),
    }
    image = await page.screenshot(full_page=True, clip=clip, animations="disabled")
    if height <= _MAX_HEIGHT:
        return image, []
    return image, [
        item_warning(
            "SCREENSHOT_CUT",
            f"The screenshot shows the top {_MAX_HEIGHT} pixels of a page that is {height} pixels "
            "high.",
        )
    ]
