"""Tests of browsers that die, wear out or are closed, and of the browsers that replace them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from activities.browser.executable import find_browser
from activities.browser.keeper import BrowserLimits
from activities.browser.pool import TabPool
from activities.egress.gateway import Gateway
from domain.failures import ScrapeError
from tests.activities.browser.captures import Batch, capture
from tests.activities.browser.processes import browser_of, browsers, driver_of, family, until_gone
from tests.support.paths import ROOT
from tests.support.processes import command_of, is_alive
from tests.support.site import Site

pytestmark = pytest.mark.browser


@dataclass
class OwnBrowser:
    """A pool for one test, which may kill all its processes."""

    pool: TabPool
    others: set[psutil.Process]
    temporary: Path

    def processes(self) -> list[psutil.Process]:
        """Return the present processes: the driver, the browser and its children."""
        return [process for process in family() if process not in self.others]


@pytest_asyncio.fixture
async def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OwnBrowser]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    own = OwnBrowser(TabPool(find_browser(None), tabs=4), set(family()), tmp_path)
    await own.pool.start()
    yield own
    await own.pool.close()


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


Victim = Callable[[list[psutil.Process]], psutil.Process]
VICTIMS = pytest.mark.parametrize("victim", [browser_of, driver_of])


@VICTIMS
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_lost_browser_is_replaced(
    own: OwnBrowser, site: Site, victim: Victim, number: signal.Signals
) -> None:
    hits = site.hits("/silent")
    running = [asyncio.create_task(capture(own.pool, site.url("/silent"))) for _ in range(3)]
    await asyncio.to_thread(site.wait_hits, "/silent", hits + 3, 60)
    first = own.processes()
    victim(first).send_signal(number)
    # A killed process is noticed at once, a stopped one after ten seconds without an answer.
    async with asyncio.timeout(120):
        outcomes = await asyncio.gather(*running, return_exceptions=True)
    for outcome in outcomes:
        assert isinstance(outcome, ScrapeError)
        assert outcome.failure.code == "BROWSER_LOST"

    pages = await asyncio.gather(*(capture(own.pool, site.url("/plain")) for _ in range(4)))
    assert [page.http_status for page in pages] == [200] * 4
    second = own.processes()
    assert len([p for p in second if is_alive(p) and "run-driver" in command_of(p)]) == 1
    await own.pool.close()
    await until_gone([*first, *second])
    assert is_empty(own.temporary)


@VICTIMS
async def test_items_do_not_notice_the_death_of_an_idle_browser(
    own: OwnBrowser, site: Site, victim: Victim
) -> None:
    dead = victim(own.processes())
    dead.kill()
    await until_gone([dead])
    assert (await capture(own.pool, site.url("/plain"))).http_status == 200


@pytest.mark.parametrize(
    "limits",
    [BrowserLimits(pages=3), BrowserLimits(age=3), BrowserLimits(memory=1)],
    ids=["pages", "age", "memory"],
)
async def test_worn_out_browsers_are_replaced_without_a_gap(
    gateway: Gateway, site: Site, limits: BrowserLimits, request: pytest.FixtureRequest
) -> None:
    gate = request.node.callspec.id
    others = browsers()
    pool = TabPool(find_browser(None), tabs=3, limits=limits)
    await pool.start()
    first = browsers() - others
    try:
        batch = Batch(pool, gateway)
        held = asyncio.create_task(batch.item(site.url(f"/gated/worn-{gate}"), timeout=100))
        async with asyncio.timeout(120):
            while True:
                pages = await asyncio.gather(*(batch.item(site.url("/plain")) for _ in range(2)))
                assert all(page.http_status == 200 for page in pages)
                if browsers() - others - first:
                    break
        assert all(map(is_alive, first)), "an item still has a tab in the old browser"
        site.open_gate(f"worn-{gate}")
        assert (await held).http_status == 200
        async with asyncio.timeout(60):
            while any(map(is_alive, first)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (await batch.item(site.url("/plain"))).http_status == 200
    finally:
        await pool.close()
    assert browsers() <= others


async def test_cancelled_capture_leaves_no_tab(own: OwnBrowser, site: Site) -> None:
    hits = site.hits("/silent")
    running = asyncio.create_task(capture(own.pool, site.url("/silent")))
    await asyncio.to_thread(site.wait_hits, "/silent", hits + 1, 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with own.pool.context() as context:
        assert context.browser is not None
        assert context.browser.contexts == [context]


async def test_close_ends_running_captures(own: OwnBrowser, site: Site) -> None:
    hits = site.hits("/silent")
    running = asyncio.create_task(capture(own.pool, site.url("/silent")))
    await asyncio.to_thread(site.wait_hits, "/silent", hits + 1, 10)
    processes = own.processes()
    async with asyncio.timeout(120):
        await own.pool.close()
        with pytest.raises(ScrapeError) as caught:
            await running
    assert caught.value.failure.code == "BROWSER_LOST"
    await until_gone(processes)
    assert is_empty(own.temporary)


async def test_no_browser_outlives_its_worker(tmp_path: Path) -> None:
    program = """
import asyncio
from activities.browser.executable import find_browser
from activities.browser.pool import TabPool

async def main():
    pool = TabPool(find_browser(None), tabs=1)
    await pool.start()
    async with pool.context() as context:
        await context.new_page()
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert worker.stdout is not None
    async with asyncio.timeout(120):
        assert await worker.stdout.readline() == b"ready\n"
    processes = psutil.Process(worker.pid).children(recursive=True)
    browser_of(processes)
    worker.kill()
    await worker.wait()
    await until_gone(processes)
    assert is_empty(tmp_path)
