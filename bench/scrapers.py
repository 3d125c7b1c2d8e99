"""The scrapers that `bench.engine` compares, except Crawl4AI."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from playwright.async_api import async_playwright

from bench.checks import fail
from bench.shop import PRICE_SELECTOR
from settings import load_settings
from stack.stack import Stack
from tests.support.client import ApiClient, Json, summary

ROOT = Path(__file__).parent.parent

START_SECONDS = 120.0
"""Seconds until a stack, or another scraper, must be ready."""

BATCH = 50
"""URLs per batch: the most that the API accepts."""

_KEY = "bench-key-local-only"
_POLL_SECONDS = 0.25


class Scraper(Protocol):
    """A scraper that is measured."""

    async def __call__(self, urls: Sequence[str]) -> float:
        """Scrape all `urls`, and return the seconds that this took."""


class Product:
    """This product, used through the API of `stack`."""

    def __init__(self, stack: Stack, api: ApiClient, *, mode: str) -> None:
        self._stack = stack
        self._api = api
        self._mode = mode

    async def __call__(self, urls: Sequence[str]) -> float:
        """Scrape `urls`; the time includes polling, because clients have to poll too."""
        began = time.perf_counter()
        batches = [
            await self._api.submit(list(urls[start : start + BATCH]), scrapeMode=self._mode)
            for start in range(0, len(urls), BATCH)
        ]
        await self._wait_until_finished(batches)
        results = [await self._results(batch_id) for batch_id in batches]
        seconds = time.perf_counter() - began
        for batch in results:
            self._check(batch)
        return seconds

    async def _wait_until_finished(self, batches: Sequence[str]) -> None:
        running = set(batches)
        while running:
            await asyncio.sleep(_POLL_SECONDS)
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
            # A script writes the price, so the fast mode cannot have it.
            if self._mode == "default" and "€" not in item["result"]:
                fail(item["url"])


@asynccontextmanager
async def bare_playwright(browser: Path, tabs: int) -> AsyncIterator[Scraper]:
    """Run Playwright with the shortest code that scrapes the pages correctly."""
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


@asynccontextmanager
async def running_shop() -> AsyncIterator[str]:
    """Run `bench.shop` in a process, and return its URL."""
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
async def running_stack(tabs: int, **settings: str) -> AsyncIterator[tuple[Stack, ApiClient]]:
    """Run a stack with one worker, and return the stack and a client."""
    env = {
        "SPIDRA_API_KEYS": f"{_KEY}:bench:10000000",
        "SPIDRA_RATE_LIMIT": "0",
        "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
        "SPIDRA_TABS": str(tabs),
        # All pages are of one host, and the other scrapers have no limit per host.
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
