"""Pages per second, compared with bare Playwright and Crawl4AI on the same pages and browser.

    make bench ARGS="--rounds 5 --pages 150"
    make bench ARGS="--profile 200"
    make bench ARGS="--soak 2000"

In each round each scraper gets the same number of pages of `bench.shop`, one scraper after the
other:

- this product: batches are submitted by HTTP to a new stack. They have ended when their results are
  in the bucket;
- bare Playwright: a context per page, wait for the load event and the price, `page.content()`;
- Crawl4AI, installed into an environment of its own;
- this product without a browser.

`--profile` prints the CPU time of a page instead. `--soak` scrapes many pages in a row, and prints
the memory of worker and browsers and the processes that are left.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import statistics
from contextlib import AsyncExitStack
from pathlib import Path

from activities.browser.executable import find_browser
from bench.cpu_profile import profile
from bench.crawl4ai_process import install_crawl4ai, running_crawl4ai
from bench.scrapers import Product, Scraper, bare_playwright, running_shop, running_stack
from bench.soak import soak
from settings import load_settings

_FAST_FACTOR = 10
"""Factor on the pages of the fast mode. With fewer pages the time would be too short to measure."""


async def race(options: argparse.Namespace) -> None:
    """Measure all scrapers in interleaved rounds."""
    browser = find_browser(load_settings().browser)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(running_shop())
        scrapers = await _scrapers(stack, browser, options)
        numbers = itertools.count(1)

        def urls(count: int) -> list[str]:
            return [f"{url}/products/{next(numbers)}" for _ in range(count)]

        print(f"{browser}, {options.tabs} tabs, {os.cpu_count()} cores")
        for scrape in scrapers.values():
            await scrape(urls(2 * options.tabs))  # warm up: load, compile and connect
        rates: dict[str, list[float]] = {name: [] for name in scrapers}
        names = list(scrapers)
        for number in range(options.rounds):
            # The order rotates, because each scraper slows the next one a little.
            for name in names[number % len(names) :] + names[: number % len(names)]:
                count = options.pages * (_FAST_FACTOR if name == "product, fast" else 1)
                rate = count / await scrapers[name](urls(count))
                rates[name].append(rate)
                print(f"round {number + 1}: {name:26} {rate:7.2f} pages/s", flush=True)
    _print_report(rates)


async def _scrapers(
    stack: AsyncExitStack, browser: Path, options: argparse.Namespace
) -> dict[str, Scraper]:
    """Start all scrapers that `options` does not leave out, until `stack` ends."""
    python = None if "crawl4ai" in options.without else install_crawl4ai()
    running = await stack.enter_async_context(running_stack(options.tabs))
    scrapers: dict[str, Scraper] = {"product": Product(*running, mode="default")}
    if "playwright" not in options.without:
        scrapers["bare Playwright"] = await stack.enter_async_context(
            bare_playwright(browser, options.tabs)
        )
    if python is not None:
        scrapers["Crawl4AI"] = await stack.enter_async_context(
            running_crawl4ai(python, browser, options.tabs)
        )
    if "fast" not in options.without:
        scrapers["product, fast"] = Product(*running, mode="fast")
    return scrapers


def _print_report(rates: dict[str, list[float]]) -> None:
    """Print the medians of pages per second, and of the ratios within each round."""
    print()
    for name, values in rates.items():
        rounds = "  ".join(f"{value:6.2f}" for value in values)
        print(f"{name:26} {statistics.median(values):7.2f} pages/s   rounds {rounds}")
    print()
    for one, other, target in (
        ("product", "bare Playwright", 1.15),
        ("product", "Crawl4AI", 1.4),
        ("product, fast", "product", 20),
    ):
        if one in rates and other in rates:
            ratios = [a / b for a, b in zip(rates[one], rates[other], strict=True)]
            print(f"{one} ÷ {other}: {statistics.median(ratios):.2f} (wanted: {target})")


def main() -> None:
    """Run the measurement that the arguments name."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=100, help="pages per scraper and round")
    parser.add_argument("--tabs", type=int, default=6, help="pages open at once")
    parser.add_argument(
        "--without", nargs="*", default=[], choices=["playwright", "crawl4ai", "fast"]
    )
    parser.add_argument(
        "--soak", type=int, metavar="PAGES", help="scrape this many pages in a row instead"
    )
    parser.add_argument(
        "--profile", type=int, metavar="PAGES", help="print the CPU time of this many pages instead"
    )
    parser.add_argument(
        "--mode",
        default="default",
        choices=["default", "fast", "playwright"],
        help="what --profile measures",
    )
    parser.add_argument("--rest", type=float, default=20, help="seconds to wait after --soak")
    options = parser.parse_args()
    if options.soak:
        asyncio.run(soak(options.soak, options.tabs, options.rest))
    elif options.profile:
        asyncio.run(profile(options.mode, options.profile, options.tabs))
    else:
        asyncio.run(race(options))


if __name__ == "__main__":
    main()
