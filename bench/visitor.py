"""The cost of a visitor profile, with which a page looks like a page in a browser with a window.

    make bench-visitor ARGS="--rounds 8"

The same local page is captured with and without a profile, in interleaved rounds, because the load
of the machine changes. The CPU time is that of the driver and of all processes of the browser.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import time
from dataclasses import dataclass

from aiohttp import web

from activities.browser.capture import capture_page
from activities.browser.executable import find_browser
from activities.browser.pool import TabPool
from activities.browser.visit import Visit
from activities.capture import PageLimits
from activities.visitor.profile import profile_for
from tests.support.gateways import running_gateway
from tests.support.servers import serving
from tests.support.site.pages import SENTENCE, document, solid_png

_IMAGES = 12
_TABS = 6
_WARM_UP = 6


@dataclass(frozen=True)
class Round:
    """Seconds per page in one round."""

    wall: float
    cpu: float


async def measure(url: str, pages: int, *, has_profile: bool) -> Round:
    """Capture the page at `url` `pages` times in a new browser."""
    before = _cpu()
    pool = TabPool(find_browser(None), tabs=_TABS)
    await pool.start()
    limits = PageLimits(max_bytes=2**20)
    async with running_gateway() as gateway:

        async def capture(number: int) -> None:
            profile = profile_for("de", str(number)) if has_profile else None
            async with gateway.open_session() as egress:
                await capture_page(pool, egress, Visit(url, limits, profile=profile))

        await asyncio.gather(*map(capture, range(_WARM_UP)))
        start = time.perf_counter()
        await asyncio.gather(*map(capture, range(pages)))
        wall = time.perf_counter() - start
    await pool.close()
    return Round(wall / pages, (_cpu() - before) / (pages + _WARM_UP))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _app() -> web.Application:
    body = "".join(f"<p>{SENTENCE * 4}</p>" for _ in range(80))
    images = "".join(f"<img src=/image.png?{number}>" for number in range(_IMAGES))
    script = "<script>document.body.append('42.50 EUR')</script>"
    picture = solid_png(64, 64, (200, 30, 30))

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=document(body + images + script), content_type="text/html")

    async def image(request: web.Request) -> web.Response:
        return web.Response(body=picture, content_type="image/png")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/image.png", image)
    return app


async def main() -> None:
    """Measure all rounds and print the medians."""
    parser = argparse.ArgumentParser(prog="make bench-visitor", description=__doc__)
    parser.add_argument("--rounds", type=int, default=8, help="rounds with and without a profile")
    parser.add_argument("--pages", type=int, default=36, help="pages in each round")
    given = parser.parse_args()
    rounds: dict[bool, list[Round]] = {False: [], True: []}
    async with serving(_app()) as url:
        for number in range(given.rounds):
            for has_profile in (number % 2 == 0, number % 2 != 0):
                done = await measure(f"{url}/", given.pages, has_profile=has_profile)
                rounds[has_profile].append(done)
    for has_profile, all_done in rounds.items():
        wall = statistics.median(one.wall for one in all_done)
        cpu = statistics.median(one.cpu for one in all_done)
        name = "with" if has_profile else "without"
        print(f"{name:8} {1 / wall:5.2f} pages/s  {cpu * 1000:4.0f} CPU-ms per page")
    for what in ("wall", "cpu"):
        ratios = [
            getattr(after, what) / getattr(before, what)
            for before, after in zip(rounds[False], rounds[True], strict=True)
        ]
        shown = ", ".join(f"{ratio:.3f}" for ratio in sorted(ratios))
        print(f"{what}: {statistics.median(ratios) - 1:+.1%} (with / without: {shown})")


if __name__ == "__main__":
    asyncio.run(main())
