"""Tests of screenshots in a real browser."""

from __future__ import annotations

import asyncio
import base64
import struct

from activities.browser.pool import TabPool
from tests.activities.browser.captures import capture
from tests.support.site import Site

RED, BLUE = (255, 0, 0), (0, 0, 255)


async def test_pages_cannot_detect_whether_a_screenshot_is_taken(pool: TabPool, site: Site) -> None:
    unseen = await capture(pool, site.url("/view"))
    seen = await capture(pool, site.url("/view"), screenshot=True)
    assert "[1280,720," in unseen.html
    assert unseen.html == seen.html


def size_of(png: bytes | None) -> tuple[int, int]:
    assert png is not None
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


async def color_of(pool: TabPool, png: bytes | None, x: int, y: int) -> tuple[int, ...]:
    """Return red, green and blue of a pixel, as the browser itself decodes the image."""
    assert png is not None
    async with pool.context() as context:
        page = await context.new_page()
        rgba = await page.evaluate(
            """async ([data, x, y]) => {
                const image = new Image();
                image.src = 'data:image/png;base64,' + data;
                await image.decode();
                const canvas = new OffscreenCanvas(1, 1).getContext('2d');
                canvas.drawImage(image, -x, -y);
                return [...canvas.getImageData(0, 0, 1, 1).data];
            }""",
            [base64.b64encode(png).decode(), x, y],
        )
    return tuple(rgba[:3])


async def test_screenshot_of_the_viewport(pool: TabPool, site: Site) -> None:
    stages: list[str] = []
    page = await capture(pool, site.url("/tall?px=2000"), screenshot=True, on_stage=stages.append)
    assert size_of(page.screenshot) == (1280, 720)
    assert await color_of(pool, page.screenshot, 640, 700) == RED
    assert stages == ["navigating", "settling", "screenshot"]


async def test_screenshot_of_the_full_page(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/tall?px=3000"), screenshot=True, full_page=True)
    assert size_of(page.screenshot) == (1280, 3000)
    assert await color_of(pool, page.screenshot, 640, 2890) == RED
    assert await color_of(pool, page.screenshot, 640, 2990) == BLUE
    assert page.warnings == ()


async def test_screenshot_contains_lazy_images(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/lazy"), screenshot=True, full_page=True)
    assert await color_of(pool, page.screenshot, 640, 2300) == BLUE


async def test_screenshot_shows_all_parts_that_are_shown_while_in_view(
    pool: TabPool, site: Site
) -> None:
    page = await capture(pool, site.url("/fading"), screenshot=True, full_page=True)
    assert size_of(page.screenshot) == (1280, 3 * 720)
    assert await color_of(pool, page.screenshot, 640, 1000) == RED
    assert await color_of(pool, page.screenshot, 640, 2000) == BLUE


async def test_screenshot_does_not_wait_for_ever(pool: TabPool, site: Site) -> None:
    paths = ("/hang-image", "/hang-font")
    pages = await asyncio.gather(
        *(capture(pool, site.url(path), screenshot=True) for path in paths)
    )
    for page in pages:
        assert size_of(page.screenshot) == (1280, 720)


async def test_screenshot_of_an_endless_page_is_cut(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/tall?px=20000"), screenshot=True, full_page=True)
    assert size_of(page.screenshot) == (1280, 16_384)
    assert await color_of(pool, page.screenshot, 640, 16_380) == RED
    [warning] = page.warnings
    assert warning.code == "SCREENSHOT_CUT"
    assert "16384" in warning.message
    assert "20000" in warning.message
