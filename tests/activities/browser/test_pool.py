"""Tests of the tabs of a worker: how many are in use, and which ones wait for an item."""

from __future__ import annotations

import asyncio

import psutil
import pytest

from activities.browser.executable import find_browser
from activities.browser.pool import TabPool
from activities.browser.proxy_auth import authenticate
from activities.egress.gateway import Gateway
from stack.stack import Stack
from tests.activities.browser.captures import capture
from tests.support.client import ApiClient
from tests.support.gateways import running_gateway
from tests.support.processes import command_of
from tests.support.site import Site

pytestmark = pytest.mark.browser


async def test_contexts_share_nothing(pool: TabPool, site: Site) -> None:
    async with (
        running_gateway() as gateway,
        gateway.open_session() as egress,
        pool.context(egress) as first,
        pool.context(egress) as second,
    ):
        page = await first.new_page()
        await authenticate(await first.new_cdp_session(page), egress)
        await page.goto(site.url("/plain"))
        await page.evaluate("document.cookie = 'a=1'; localStorage.setItem('a', '1')")
        other = await second.new_page()
        await authenticate(await second.new_cdp_session(other), egress)
        await other.goto(site.url("/plain"))
        assert await other.evaluate("[document.cookie, localStorage.length]") == ["", 0]
        assert other.viewport_size == {"width": 1280, "height": 720}


async def test_items_wait_for_a_free_tab(site: Site) -> None:
    pool = TabPool(find_browser(None), tabs=1)
    await pool.start()
    try:
        async with pool.context():
            waiting = asyncio.create_task(capture(pool, site.url("/plain?waits")))
            done, _ = await asyncio.wait([waiting], timeout=1)
            assert not done
        assert (await waiting).http_status == 200
    finally:
        await pool.close()


async def test_batches_that_take_turns_keep_their_tabs(gateway: Gateway) -> None:
    pool = TabPool(find_browser(None), tabs=2)
    await pool.start()

    async def uses(batch: str) -> int:
        async with gateway.open_session() as egress, pool.tab(egress, batch) as tab:
            tab.mark_reusable()
            return tab.uses

    async with gateway.open_session() as egress, pool.tab(egress, "one"):
        assert await uses("one") == 1, "the other tab is in use"
        assert await uses("two") == 1
        assert (await uses("one"), await uses("two")) == (2, 2)
    await pool.close()


async def test_idle_tabs_are_closed(
    gateway: Gateway, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.browser.pool._IDLE_SECONDS", 0.1)
    pool = TabPool(find_browser(None), tabs=2)
    await pool.start()
    try:
        reuse_key = ("idle", ("http:", "127.0.0.1"))
        async with gateway.open_session() as egress, pool.tab(egress, reuse_key) as tab:
            browser = tab.context.browser
            assert browser is not None
            await tab.page.goto(site.url("/plain"))
            tab.mark_reusable()
        async with asyncio.timeout(60):
            while browser.contexts:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        await pool.close()


async def test_after_a_batch_the_browser_has_no_page(stack: Stack, site: Site) -> None:
    async with ApiClient(stack.api_url, stack.api_key) as api:
        batch = await api.finished(await api.submit([site.url("/plain")] * 8))
        assert batch["completedCount"] == 8
    worker = psutil.Process(stack.part("worker-1").pid)
    async with asyncio.timeout(60):
        while any(  # noqa: ASYNC110 -- no event reports the end of grandchildren
            "--type=renderer" in command_of(process) for process in worker.children(recursive=True)
        ):
            await asyncio.sleep(0.1)
