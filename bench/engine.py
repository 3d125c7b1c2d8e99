"""How fast pages are scraped, beside bare Playwright and Crawl4AI, on the same pages and browser.

    make bench ARGS="--rounds 5 --pages 150"
    make bench ARGS="--soak 2000"

In each round all of them take the same number of pages of `bench.shop`, one after the other:

- this product from end to end: batches are submitted by HTTP to a stack made for it, and have ended
  when their results are in the bucket;
- bare Playwright: a context per page, wait for the load event and the price, `page.content()`;
- Crawl4AI, in an environment of its own into which it is installed;
- this product without a browser.

`--soak` scrapes so many pages in a row and tells what memory worker and browsers take meanwhile,
and which processes are left.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

import psutil
from playwright.async_api import async_playwright

from activities.browser.executable import find_browser
from bench.shop import PRICE_SELECTOR
from settings import load_settings
from stack.stack import Stack
from tests.support.client import ApiClient, Json, summary
from tests.support.processes import command_of

ROOT = Path(__file__).parent.parent
RIVALS = ROOT / ".data" / "bench"
"""Where Crawl4AI is installed, once."""

CRAWL4AI = "crawl4ai==0.9.5"
INSTALL_SECONDS = 900.0
START_SECONDS = 120.0

BATCH = 50
"""URLs per batch, the most that there may be."""

FAST_FACTOR = 10
"""Without a browser so many times the pages are taken, or the time would be too short."""

KEY = "bench-key-local-only"
POLL_SECONDS = 0.25


class Scraper(Protocol):
    """What is measured."""

    async def __call__(self, urls: Sequence[str]) -> float:
        """Scrapes all of `urls`; returns the seconds that it took."""


def fail(what: object) -> None:
    """Ends the run."""
    raise SystemExit(f"a page did not come as it should: {what}")


# This product


class Product:
    """Scrapes by way of the API of `stack`."""

    def __init__(self, stack: Stack, api: ApiClient, *, mode: str) -> None:
        self._stack = stack
        self._api = api
        self._mode = mode

    async def __call__(self, urls: Sequence[str]) -> float:
        """See `Scraper`. Includes what it takes to ask how the batches stand, as clients do."""
        began = time.perf_counter()
        batches = [
            await self._api.submit(list(urls[start : start + BATCH]), scrapeMode=self._mode)
            for start in range(0, len(urls), BATCH)
        ]
        await self._ended(batches)
        results = [await self._results(batch_id) for batch_id in batches]
        seconds = time.perf_counter() - began
        for batch in results:
            self._check(batch)
        return seconds

    async def _ended(self, batches: Sequence[str]) -> None:
        running = set(batches)
        while running:
            await asyncio.sleep(POLL_SECONDS)
            async with self._api.session.get("/api/batch/scrape?limit=50") as response:
                jobs = (await response.json())["jobs"]
            running.difference_update(job["uuid"] for job in jobs if job["finishedAt"])

    async def _results(self, batch_id: str) -> Json:
        async with self._api.session.get(f"/api/batch/scrape/{batch_id}") as response:
            batch: Json = await response.json()
        return batch

    def _check(self, batch: Json) -> None:
        if batch["completedCount"] != batch["totalUrls"]:
            fail(summary(batch))
        for item in batch["items"]:
            # Without scripts the page does not have it.
            if self._mode == "default" and "€" not in item["result"]:
                fail(item["url"])


# Bare Playwright


@asynccontextmanager
async def bare_playwright(browser: Path, tabs: int) -> AsyncIterator[Scraper]:
    """The least that anybody would write."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=browser)

        async def scrape(urls: Sequence[str]) -> float:
            began = time.perf_counter()
            waiting = list(urls)

            async def tab() -> None:
                while waiting:
                    url = waiting.pop()
                    context = await chromium.new_context(viewport={"width": 1280, "height": 720})
                    page = await context.new_page()
                    await page.goto(url, wait_until="load")
                    await page.wait_for_selector(PRICE_SELECTOR)
                    if "€" not in await page.content():
                        fail(url)
                    await context.close()

            await asyncio.gather(*(tab() for _ in range(tabs)))
            return time.perf_counter() - began

        yield scrape
        await chromium.close()


# Crawl4AI


def install_crawl4ai() -> Path | None:
    """The Python that has it, after it has been installed if it was not; None if it cannot be."""
    python = RIVALS / "crawl4ai" / "bin" / "python"
    asked = [str(python), "-c", "import crawl4ai"]
    if python.exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0:
        return python
    print(f"Installing {CRAWL4AI} into {python.parents[1]} …", flush=True)
    python.parents[1].parent.mkdir(parents=True, exist_ok=True)
    for command in (
        [sys.executable, "-m", "venv", str(python.parents[1])],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", CRAWL4AI],
    ):
        try:
            subprocess.run(command, capture_output=True, timeout=INSTALL_SECONDS, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            detail = getattr(error, "stderr", None) or b""
            lines = [line for line in detail.decode().splitlines() if line.startswith("ERROR")]
            print(f"Crawl4AI could not be installed, and is left out: {lines[-1:] or error}")
            return None
    return python


@asynccontextmanager
async def crawl4ai(python: Path, browser: Path, tabs: int) -> AsyncIterator[Scraper]:
    """Crawl4AI in a process of its own, its browser running."""
    rival = await asyncio.create_subprocess_exec(
        python,
        Path(__file__).with_name("crawl4ai_rival.py"),
        str(browser),
        str(tabs),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "CRAWL4AI_NO_CLOUD_NOTICE": "1",
            "CRAWL4_AI_BASE_DIRECTORY": str(RIVALS),
        },
        limit=2**20,
    )
    orders, answers = rival.stdin, rival.stdout
    assert orders is not None  # noqa: S101
    assert answers is not None  # noqa: S101
    try:
        async with asyncio.timeout(START_SECONDS):
            while await answers.readline() != b"ready\n":
                if answers.at_eof():
                    raise SystemExit("Crawl4AI did not start.")

        async def scrape(urls: Sequence[str]) -> float:
            orders.write(" ".join(urls).encode() + b"\n")
            answer = json.loads(await answers.readline())
            if answer["good"] != len(urls):
                fail(f"Crawl4AI, {answer['good']} of {len(urls)}")
            return float(answer["seconds"])

        yield scrape
    finally:
        orders.close()
        await rival.wait()


# The shop


@asynccontextmanager
async def shop() -> AsyncIterator[str]:
    """The URL of a running `bench.shop`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.shop",
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None  # noqa: S101
    assert process.stdout is not None  # noqa: S101
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def product_stack(tabs: int, **settings: str) -> AsyncIterator[tuple[Stack, ApiClient]]:
    """A stack with one worker, and a client of it."""
    env = {
        "SPIDRA_API_KEYS": f"{KEY}:bench:10000000",
        "SPIDRA_RATE_LIMIT": "0",
        "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
        "SPIDRA_TABS": str(tabs),
        # All pages are of one host, and all of its rivals load as many as they can.
        "SPIDRA_HOST_CONCURRENCY": "0",
        **settings,
    }
    if browser := load_settings().browser:
        env["SPIDRA_BROWSER"] = str(browser)
    with tempfile.TemporaryDirectory(prefix="spidra-bench-") as folder:
        async with (
            Stack(Path(folder), env=env) as stack,
            ApiClient(stack.api_url, stack.api_key) as api,
        ):
            await stack.wait_ready(START_SECONDS)
            yield stack, api


# Rounds


def report(rates: dict[str, list[float]]) -> None:
    """Medians of pages per second, and of the ratios within each round."""
    print()
    for name, values in rates.items():
        rounds = "  ".join(f"{value:6.2f}" for value in values)
        print(f"{name:26} {statistics.median(values):7.2f} pages/s   rounds {rounds}")

    def ratio(one: str, other: str, target: float) -> None:
        if one in rates and other in rates:
            ratios = [a / b for a, b in zip(rates[one], rates[other], strict=True)]
            print(f"{one} ÷ {other}: {statistics.median(ratios):.2f} (wanted: {target})")

    print()
    ratio("product", "bare Playwright", 1.15)
    ratio("product", "Crawl4AI", 1.4)
    ratio("product, fast", "product", 20)


async def race(options: argparse.Namespace) -> None:
    """All of them, round by round."""
    browser = find_browser(load_settings().browser)
    python = None if "crawl4ai" in options.without else install_crawl4ai()
    rates: dict[str, list[float]] = {}
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(shop())
        running = await stack.enter_async_context(product_stack(options.tabs))
        scrapers: dict[str, Scraper] = {"product": Product(*running, mode="default")}
        if "playwright" not in options.without:
            scrapers["bare Playwright"] = await stack.enter_async_context(
                bare_playwright(browser, options.tabs)
            )
        if python is not None:
            scrapers["Crawl4AI"] = await stack.enter_async_context(
                crawl4ai(python, browser, options.tabs)
            )
        if "fast" not in options.without:
            scrapers["product, fast"] = Product(*running, mode="fast")
        numbers = itertools.count(1)

        def urls(count: int) -> list[str]:
            return [f"{url}/products/{next(numbers)}" for _ in range(count)]

        print(f"{browser}, {options.tabs} tabs, {os.cpu_count()} cores")
        for scrape in scrapers.values():
            await scrape(urls(2 * options.tabs))  # all is loaded, compiled and connected
        names = list(scrapers)
        for number in range(options.rounds):
            # Each begins once, since what the one before has left to do slows the next.
            for name in names[number % len(names) :] + names[: number % len(names)]:
                count = options.pages * (FAST_FACTOR if name == "product, fast" else 1)
                rate = count / await scrapers[name](urls(count))
                rates.setdefault(name, []).append(rate)
                print(f"round {number + 1}: {name:26} {rate:7.2f} pages/s", flush=True)
    report({name: rates[name] for name in names})


# Where the processor's time goes


def kind_of(process: psutil.Process) -> str:
    """What it is to a person."""
    command = command_of(process)
    line = " ".join(command)
    if is_browser(process):
        kinds = re.findall(r"--type=(\S+)|--utility-sub-type=(\w+)", line)
        name = ["main", *(one or two for one, two in kinds)][-1]
        # Renderers are children of one, and what they took counts there when they have ended.
        return f"browser: {'renderer' if name == 'zygote' else name}"
    for part, mark in (
        ("browser: Playwright's driver", "run-driver"),
        ("shop", "bench.shop"),
        ("worker", "worker.py"),
        ("worker: converters", "multiprocessing"),
        ("API", "-m api"),
        ("Temporal", "temporal"),
        ("S3", "weed"),
    ):
        if mark in line:
            return part
    return "others"


def cpu_milliseconds() -> Counter[str]:
    """What this process and all that it has started have taken, those that have ended included."""
    taken = Counter({"the bench itself": round(1000 * time.process_time())})
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        taken[kind_of(process)] += round(1000 * sum(times[:4]))
    return taken


async def profile(options: argparse.Namespace) -> None:
    """What a page costs, by kind of process."""
    async with AsyncExitStack() as stack:
        scrape: Scraper
        url = await stack.enter_async_context(shop())
        if options.mode == "playwright":
            browser = find_browser(load_settings().browser)
            scrape = await stack.enter_async_context(bare_playwright(browser, options.tabs))
        else:
            running = await stack.enter_async_context(product_stack(options.tabs))
            scrape = Product(*running, mode=options.mode)
        await scrape([f"{url}/products/{n}" for n in range(2 * options.tabs)])
        before = cpu_milliseconds()
        seconds = await scrape([f"{url}/products/{100 + n}" for n in range(options.profile)])
        after = cpu_milliseconds()
    count = options.profile
    after.subtract(before)
    total = sum(after.values())
    cores = total / 1000 / seconds
    print(f"{count / seconds:.2f} pages/s, {cores:.2f} cores in use; CPU-ms per page:")
    for kind, taken in after.most_common():
        print(f"{kind:32} {taken / count:7.1f}")
    print(f"{'all':32} {total / count:7.1f}")


# The soak


def megabytes(processes: Iterable[psutil.Process]) -> float:
    """What they take, pages that they share counted once (proportional set size)."""
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 2**20


def is_browser(process: psutil.Process) -> bool:
    """Whether it belongs to a Chromium."""
    return any("chrom" in argument for argument in command_of(process)[:1])


async def soak(options: argparse.Namespace) -> None:
    """Many pages in a row, two batches at a time."""
    async with shop() as url, product_stack(options.tabs) as (stack, api):
        scrape = Product(stack, api, mode="default")
        worker = psutil.Process(stack.part("worker-1").pid)

        def tell(when: str) -> None:
            children = worker.children(recursive=True)
            browsers = list(filter(is_browser, children))
            others = [process for process in children if process not in browsers]
            print(
                f"{when:>12}: worker {megabytes([worker]):6.0f} MB, "
                f"its helpers {megabytes(others):6.0f} MB ({len(others)}), "
                f"browsers {megabytes(browsers):6.0f} MB ({len(browsers)} processes)",
                flush=True,
            )

        tell("before")
        began, done = time.perf_counter(), 0
        marks = {max(1, round(options.soak * part / 4)) for part in range(5)}
        while done < options.soak:
            count = min(2 * BATCH, options.soak - done)
            await scrape([f"{url}/products/{done + n}" for n in range(count)])
            done += count
            if any(done - count < mark <= done for mark in marks):
                tell(f"{done} pages")
        seconds = time.perf_counter() - began
        print(f"{done} pages in {seconds:.0f} s: {done / seconds:.2f} pages/s, none failed")
        await asyncio.sleep(options.rest)
        tell(f"{options.rest:g} s later")
        for process in worker.children(recursive=True):
            kinds = [a for a in command_of(process) if a.startswith("--type=")]
            print(f"  {process.pid} {process.name()} {' '.join(kinds)}")
        running = list(map(psutil.Process, _family()))
    # Whoever was killed may take a moment to be gone.
    _, left = psutil.wait_procs(running, timeout=2)
    print(f"processes left two seconds after the stack had stopped: {len(left)}")
    for process in left:
        print(f"  {process.pid} {process.status()} {' '.join(command_of(process))[:100]}")


def _family() -> list[int]:
    return [process.pid for process in psutil.Process().children(recursive=True)]


def main() -> None:
    """Measures what it is told to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=100, help="of each, per round")
    parser.add_argument("--tabs", type=int, default=6, help="pages open at once")
    parser.add_argument(
        "--without", nargs="*", default=[], choices=["playwright", "crawl4ai", "fast"]
    )
    parser.add_argument("--soak", type=int, metavar="PAGES", help="scrape so many in a row instead")
    parser.add_argument(
        "--profile", type=int, metavar="PAGES", help="tell what so many pages cost instead"
    )
    parser.add_argument(
        "--mode",
        default="default",
        choices=["default", "fast", "playwright"],
        help="of what --profile tells",
    )
    parser.add_argument("--rest", type=float, default=20, help="seconds after the last of them")
    options = parser.parse_args()
    if options.soak:
        asyncio.run(soak(options))
    elif options.profile:
        asyncio.run(profile(options))
    else:
        asyncio.run(race(options))


if __name__ == "__main__":
    main()
