"""CPU time of one page, by kind of process."""

from __future__ import annotations

import re
import time
from collections import Counter
from contextlib import AsyncExitStack

import psutil

from activities.browser.executable import find_browser
from bench.scrapers import Product, Scraper, bare_playwright, running_shop, running_stack
from settings import load_settings
from tests.support.processes import command_of

_KINDS = (
    ("browser: Playwright's driver", "run-driver"),
    ("shop", "bench.shop"),
    ("worker", "worker.py"),
    ("worker: converters", "multiprocessing"),
    ("API", "-m api"),
    ("Temporal", "temporal"),
    ("S3", "weed"),
)
"""Kinds of processes, each with a mark in its command line."""


async def profile(mode: str, pages: int, tabs: int) -> None:
    """Scrape `pages` pages in `mode`, and print the CPU time of one page."""
    async with AsyncExitStack() as stack:
        scrape: Scraper
        url = await stack.enter_async_context(running_shop())
        if mode == "playwright":
            browser = find_browser(load_settings().browser)
            scrape = await stack.enter_async_context(bare_playwright(browser, tabs))
        else:
            running = await stack.enter_async_context(running_stack(tabs))
            scrape = Product(*running, mode=mode)
        await scrape([f"{url}/products/{n}" for n in range(2 * tabs)])  # warm up
        before = _cpu_milliseconds()
        seconds = await scrape([f"{url}/products/{100 + n}" for n in range(pages)])
        used = _cpu_milliseconds()
    used.subtract(before)
    total = sum(used.values())
    cores = total / 1000 / seconds
    print(f"{pages / seconds:.2f} pages/s, {cores:.2f} cores in use; CPU-ms per page:")
    for kind, milliseconds in used.most_common():
        print(f"{kind:32} {milliseconds / pages:7.1f}")
    print(f"{'all':32} {total / pages:7.1f}")


def is_browser(process: psutil.Process) -> bool:
    """Return whether `process` belongs to a Chromium."""
    return any("chrom" in argument for argument in command_of(process)[:1])


def _kind_of(process: psutil.Process) -> str:
    line = " ".join(command_of(process))
    if is_browser(process):
        kinds = re.findall(r"--type=(\S+)|--utility-sub-type=(\w+)", line)
        name = ["main", *(one or two for one, two in kinds)][-1]
        # Renderers are children of the zygote, which gets their CPU time when they end.
        return f"browser: {'renderer' if name == 'zygote' else name}"
    return next((kind for kind, mark in _KINDS if mark in line), "others")


def _cpu_milliseconds() -> Counter[str]:
    """Return the CPU time of this process and of all its descendants, ended ones included."""
    used = Counter({"the bench itself": round(1000 * time.process_time())})
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        used[_kind_of(process)] += round(1000 * sum(times[:4]))
    return used
