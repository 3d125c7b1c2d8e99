"""Tests of one tab for several items: the next item finds nothing of the earlier one."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from activities.browser.capture import capture_page
from activities.browser.executable import find_browser
from activities.browser.pool import TabPool
from activities.browser.tab import Tab
from activities.browser.visit import Visit
from activities.capture import PageLimits
from activities.egress.exits import DirectExit
from activities.egress.gateway import Gateway
from domain.failures import ScrapeError
from tests.activities.browser.captures import Batch
from tests.activities.browser.hostile_site import NOTHING, HostileSite, seen_by
from tests.support.site import Site


@pytest_asyncio.fixture(scope="module")
async def hostile() -> AsyncIterator[HostileSite]:
    async with HostileSite() as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def pool() -> AsyncIterator[TabPool]:
    pool = TabPool(find_browser(None), tabs=1)
    await pool.start()
    yield pool
    await pool.close()


async def _renderers(tab: Tab) -> set[int]:
    browser = tab.context.browser
    assert browser is not None
    session = await browser.new_browser_cdp_session()
    answer = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    return {p["id"] for p in answer["processInfo"] if p["type"] == "renderer"}


async def uses_of(pool: TabPool, gateway: Gateway, batch: str, site: HostileSite | Site) -> int:
    """Return how many items the tab of the batch's next item has had, with that item."""
    reuse_key = (batch, ("http:", "127.0.0.1"))
    async with gateway.open_session() as egress, pool.tab(egress, reuse_key) as tab:
        return tab.uses


async def test_the_next_item_in_the_same_tab_finds_no_traces(
    pool: TabPool, gateway: Gateway, hostile: HostileSite
) -> None:
    batch = Batch(pool, gateway, "hostile")
    left = await batch.item(hostile.url("/leave"))
    assert "left it all" in left.html
    assert hostile.ticks
    ticks = hostile.ticks
    assert "<h1>popup</h1>" in (await batch.item(hostile.url("/popup"))).html
    hostile.cookies.clear()
    seen = await batch.item(hostile.url("/look"))
    assert seen_by(seen) == NOTHING
    assert set(hostile.cookies) == {""}
    assert hostile.ticks == ticks, "timers and beacons of the first page have ended"
    assert await uses_of(pool, gateway, "hostile", hostile) == 4, "all items had the same tab"


async def test_another_batch_finds_no_traces(
    pool: TabPool, gateway: Gateway, hostile: HostileSite
) -> None:
    await Batch(pool, gateway, "first").item(hostile.url("/leave"))
    seen = await Batch(pool, gateway, "second").item(hostile.url("/look"))
    assert seen_by(seen) == NOTHING
    assert await uses_of(pool, gateway, "first", hostile) == 1, "its tab was closed to make room"


async def test_permissions_of_one_item_do_not_reach_the_next_one(
    pool: TabPool, gateway: Gateway, hostile: HostileSite
) -> None:
    reuse_key = ("granted", ("http:", "127.0.0.1"))
    async with gateway.open_session() as egress, pool.tab(egress, reuse_key) as tab:
        await tab.context.grant_permissions(["geolocation"])
        tab.mark_reusable()
    assert seen_by(await Batch(pool, gateway, "granted").item(hostile.url("/look"))) == NOTHING
    assert await uses_of(pool, gateway, "granted", hostile) == 3


@pytest.mark.parametrize("path", ["/alert", "/frames"])
async def test_a_tab_with_unknown_traces_is_not_used_again(
    pool: TabPool, gateway: Gateway, hostile: HostileSite, path: str
) -> None:
    assert f"<h1>{path[1:]}</h1>" in (await Batch(pool, gateway, path).item(hostile.url(path))).html
    assert await uses_of(pool, gateway, path, hostile) == 1


@pytest.mark.parametrize("path", ["/status/404", "/attachment", "/crash"])
async def test_a_tab_with_a_failed_item_is_not_used_again(
    pool: TabPool, gateway: Gateway, site: Site, path: str
) -> None:
    with pytest.raises(ScrapeError):
        await Batch(pool, gateway, path).item(site.url(path))
    assert await uses_of(pool, gateway, path, site) == 1


async def test_a_tab_that_cannot_be_cleaned_in_time_is_not_used_again(
    pool: TabPool, gateway: Gateway, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.browser.cleaning._TIMEOUT", 0)
    await Batch(pool, gateway, "unclean").item(site.url("/plain"))
    assert await uses_of(pool, gateway, "unclean", site) == 1


async def test_another_site_gets_a_tab_of_its_own(
    pool: TabPool, gateway: Gateway, site: Site
) -> None:
    batch = Batch(pool, gateway, "two sites")
    await batch.item(site.url("/plain"))
    await batch.item(site.url("/plain").replace("127.0.0.1", "a.localhost"), timeout=5)
    assert await uses_of(pool, gateway, "two sites", site) == 1


async def test_a_url_with_a_password_gets_a_tab_of_its_own(
    pool: TabPool, gateway: Gateway, site: Site
) -> None:
    batch = Batch(pool, gateway, "password")
    await batch.item(site.url("/plain").replace("//", "//user:secret@"))
    assert await uses_of(pool, gateway, "password", site) == 1


class CountingExit(DirectExit):
    """A direct exit that counts its connections."""

    def __init__(self) -> None:
        self.connections = 0

    async def connect(self, *target: Any) -> Any:
        self.connections += 1
        return await super().connect(*target)


async def test_each_item_has_its_own_bytes_and_exit(
    pool: TabPool, gateway: Gateway, site: Site
) -> None:
    exits, sessions = [], []
    for kilobytes in (300, 5, 100):
        exit_ = CountingExit()
        async with gateway.open_session(exit_) as egress:
            url = site.url(f"/text?kb={kilobytes}")
            visit = Visit(url, PageLimits(max_bytes=2**24), reuse_key="metered")
            await capture_page(pool, egress, visit)
        exits.append(exit_)
        sessions.append(egress)
    assert [egress.received // 1024 // 5 * 5 for egress in sessions] == [300, 5, 100]
    assert all(exit_.connections for exit_ in exits)
    assert await uses_of(pool, gateway, "metered", site) == 4


@pytest.mark.parametrize(("path", "is_kept"), [("/quiet", True), ("/beacon", False)])
async def test_connections_serve_the_next_item_unless_a_request_is_under_way(
    pool: TabPool, gateway: Gateway, hostile: HostileSite, path: str, is_kept: bool
) -> None:
    exit_, made = CountingExit(), []
    for _ in range(2):
        async with gateway.open_session(exit_) as egress:
            limits = PageLimits(max_bytes=2**24)
            visit = Visit(hostile.url(path), limits, reuse_key=f"connections {path}")
            await capture_page(pool, egress, visit)
        assert egress.received > 0
        made.append(exit_.connections)
    assert (made[1] == made[0]) == is_kept
    assert await uses_of(pool, gateway, f"connections {path}", hostile) == 3


async def test_no_traffic_gets_out_between_two_items(
    pool: TabPool, gateway: Gateway, site: Site
) -> None:
    reuse_key = ("between", ("http:", "127.0.0.1"))
    await Batch(pool, gateway, "between").item(site.url("/plain"))
    async with gateway.open_session() as egress, pool.tab(egress, reuse_key) as tab:
        assert tab.uses == 2
        tab.park()
        hits = site.hits("/js")
        answer = await tab.page.goto(site.url("/js"))
        assert answer is not None
        assert (answer.status, site.hits("/js")) == (403, hits)
        assert tab.resume(egress)
        answer = await tab.page.goto(site.url("/js"))
        assert answer is not None
        assert (answer.status, site.hits("/js")) == (200, hits + 1)


async def test_after_a_crash_of_a_used_tab_the_item_gets_a_new_tab(
    pool: TabPool, gateway: Gateway, site: Site
) -> None:
    batch = Batch(pool, gateway, "crashing")
    await batch.item(site.url("/plain"))
    reuse_key = ("crashing", ("http:", "127.0.0.1"))
    async with gateway.open_session() as egress, pool.tab(egress, reuse_key) as tab:
        [process] = await _renderers(tab)
        tab.mark_reusable()
    hits = site.hits("/gated/used-tab")
    item = asyncio.create_task(batch.item(site.url("/gated/used-tab")))
    await asyncio.to_thread(site.wait_hits, "/gated/used-tab", hits + 1, 60)
    os.kill(process, signal.SIGKILL)
    await asyncio.to_thread(site.wait_hits, "/gated/used-tab", hits + 2, 60)
    site.open_gate("used-tab")
    assert "Behind the gate" in (await item).html
