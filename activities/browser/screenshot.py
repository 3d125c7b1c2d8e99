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

_APPEARANCE_PAUSE = 300
"""Milliseconds for parts that a script lets appear when they come into view."""

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
    image = await _draw_high(page, world, clip)
    if height <= _MAX_HEIGHT:
        return image, []
    return image, [
        item_warning(
            "SCREENSHOT_CUT",
            f"The screenshot shows the top {_MAX_HEIGHT} pixels of a page that is {height} pixels "
            "high.",
        )
    ]


async def _draw_high(page: Page, world: IsolatedWorld, clip: FloatRect) -> bytes:
    """Return a PNG of `clip`, in a viewport that is as high as that.

    So all parts are in view at once: some pages show a part only while it is in view.
    """
    height = int(clip["height"])
    if height == VIEWPORT["height"]:
        return await page.screenshot(animations="disabled")
    await world.run("hold_heights", False)
    try:
        await page.set_viewport_size({"width": VIEWPORT["width"], "height": height})
        await world.run("hold_heights", True)
        await world.run("wait_for_quiet", _APPEARANCE_PAUSE, _SCROLL_PAUSE)
        await world.run("wait_for_paint", height, _PAINT_TIMEOUT)
        return await page.screenshot(full_page=True, clip=clip, animations="disabled")
    finally:
        await page.set_viewport_size(VIEWPORT)
