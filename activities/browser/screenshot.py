"""Screenshots of a page that has been loaded."""

from __future__ import annotations

import asyncio
import logging

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import FloatRect, Page

from activities.browser.chromium import VIEWPORT
from activities.browser.scripts import World
from domain.failures import ScrapeError

logger = logging.getLogger(__name__)

_MAX_HEIGHT = 16_384
"""Pixels: the largest texture that Chromium draws; what is further down would come out wrong."""

_SCROLL_PAUSE = 100
"""Milliseconds on each screen: several frames, in which observers notice what is in view."""

_PAINT_LIMIT = 5_000
"""Milliseconds that fonts and images may take before the picture is taken without them."""

_TIMEOUT = 20.0
"""Seconds for one try; drawing the largest page takes one or two."""

_TRIES = 2


async def take_screenshot(page: Page, world: World, *, full_page: bool) -> tuple[bytes, list[str]]:
    """A PNG of the viewport or of the full page, and warnings about what is not in it.

    `world` is that of `page`, which has to be drawn at its full size. Raises `ScrapeError` with
    `SCREENSHOT_FAILED`.
    """
    for _ in range(_TRIES):
        try:
            async with asyncio.timeout(_TIMEOUT):
                if full_page:
                    return await _take_full(page, world)
                return await _take_viewport(page, world)
        except (TimeoutError, PlaywrightError) as error:
            logger.info("screenshot failed", extra={"error": type(error).__name__})
    raise ScrapeError("SCREENSHOT_FAILED", f"The page could not be drawn in {_TRIES} tries.")


async def _take_viewport(page: Page, world: World) -> tuple[bytes, list[str]]:
    await world.run("wait_for_paint", VIEWPORT["height"], _PAINT_LIMIT)
    return await page.screenshot(animations="disabled"), []


async def _take_full(page: Page, world: World) -> tuple[bytes, list[str]]:
    await world.run("scroll", _MAX_HEIGHT, _SCROLL_PAUSE)
    height = int(await world.run("wait_for_paint", _MAX_HEIGHT, _PAINT_LIMIT))
    clip: FloatRect = {
        "x": 0,
        "y": 0,
        "width": VIEWPORT["width"],
        "height": min(max(height, VIEWPORT["height"]), _MAX_HEIGHT),
    }
    picture = await page.screenshot(full_page=True, clip=clip, animations="disabled")
    if height <= _MAX_HEIGHT:
        return picture, []
    return picture, [
        f"The screenshot shows the top {_MAX_HEIGHT} pixels of a page that is {height} pixels high."
    ]
