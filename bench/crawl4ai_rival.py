"""Crawl4AI as a process that `bench.crawl4ai_process` starts with Crawl4AI's own Python.

    python crawl4ai_rival.py BROWSER TABS

It reads lines of URLs from standard input. For each line it prints, as JSON, the seconds that the
pages took and the number of pages with a price. Its settings are the defaults, with two exceptions:
it waits for the load event and the price like the other scrapers, and it makes no pauses. It has as
many tabs as the others. Its pages share one context.
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
    """Make Crawl4AI launch the browser at `path`. It has no setting for this."""
    build = BrowserManager._build_browser_args

    def build_with_path(self):
        return {**build(self), "executable_path": path}

    BrowserManager._build_browser_args = build_with_path


async def main(browser, tabs):
    """Scrape each line of URLs until standard input ends."""
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
