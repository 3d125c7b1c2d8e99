"""Crawl4AI, scraping what it is told: run by `bench.engine` with the Python that has it.

    python crawl4ai_rival.py BROWSER TABS

For each line of URLs on standard input it prints, as JSON, the seconds that they took and how many
of their pages came with the price. It does what it does by default, with as many tabs as the others
have, and like them it waits for the load event and the price; only its pauses are left out. Its
pages share one context.
"""

# mypy: ignore-errors

import asyncio
import json
import sys
import time

from crawl4ai import AsyncWebCrawler, BrowserConfig, CacheMode, CrawlerRunConfig
from crawl4ai.async_dispatcher import SemaphoreDispatcher
from crawl4ai.browser_manager import BrowserManager

PRICE = "#price[data-ready]"


def use_browser(path):
    """Has Crawl4AI launch the browser at `path`, for which it has no setting."""
    build = BrowserManager._build_browser_args

    def build_with_path(self):
        return {**build(self), "executable_path": path}

    BrowserManager._build_browser_args = build_with_path


async def main(browser, tabs):
    use_browser(browser)
    config = BrowserConfig(headless=True, verbose=False, viewport_width=1280, viewport_height=720)
    run = CrawlerRunConfig(
        cache_mode=CacheMode.BYPASS,
        wait_until="load",
        wait_for=f"css:{PRICE}",
        delay_before_return_html=0,
        mean_delay=0,
        max_range=0,
        semaphore_count=tabs,
        verbose=False,
    )
    async with AsyncWebCrawler(config=config) as crawler:
        print("ready", flush=True)
        while line := (await asyncio.to_thread(sys.stdin.readline)).split():
            began = time.perf_counter()
            results = await crawler.arun_many(
                line, config=run, dispatcher=SemaphoreDispatcher(semaphore_count=tabs)
            )
            seconds = time.perf_counter() - began
            good = sum(result.success and "€" in str(result.markdown) for result in results)
            print(json.dumps({"seconds": seconds, "good": good}), flush=True)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
