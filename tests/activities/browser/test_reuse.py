"""One tab, several items of one batch: nothing of the one before is there for the next."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from aiohttp import web

from activities.browser.capture import capture_page
from activities.browser.executable import find_browser
from activities.browser.keeper import BrowserLimits
from activities.browser.pool import TabPool
from activities.browser.tab import Tab
from activities.browser.visit import Visit
from activities.capture import PageCapture, PageOptions
from activities.egress.exits import Direct
from activities.egress.gateway import Gateway
from activities.egress.session import EgressSession
from domain.failures import ScrapeError
from stack.stack import Stack
from tests.support.client import ApiClient
from tests.support.gateways import running_gateway
from tests.support.processes import command_of, is_alive
from tests.support.servers import LocalServer
from tests.support.site import Site

LEAVE = """<!DOCTYPE html><title>leave</title><h1>leave</h1><p id="left">not yet</p><script>
async function leave() {
  document.cookie = 'page=1; max-age=9999';
  localStorage.setItem('left', '1');
  sessionStorage.setItem('left', '1');
  window.name = 'left';
  history.pushState(1, '', '#one');
  history.pushState(2, '', '#two');
  await new Promise((done, fail) => {
    const opening = indexedDB.open('left', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('left');
    opening.onsuccess = done;
    opening.onerror = fail;
  });
  await (await caches.open('left')).put('/left', new Response('left'));
  await (await navigator.storage.getDirectory()).getFileHandle('left', {create: true});
  await new Promise((done) => {
    const worker = new SharedWorker('/counter.js');
    worker.port.onmessage = done;
  });
  // Past the switch that Playwright puts there.
  const register = ServiceWorkerContainer.prototype.register;
  try { await register.call(navigator.serviceWorker, '/service.js'); } catch {}
  setInterval(() => new Image().src = '/tick?' + Math.random(), 50);
  for (const event of ['pagehide', 'unload', 'visibilitychange']) {
    addEventListener(event, () => {
      document.cookie = event + '=1';
      localStorage.setItem(event, '1');
      sessionStorage.setItem(event, '1');
      window.name = event;
      navigator.sendBeacon('/tick');
      fetch('/cookie', {keepalive: true});
    });
  }
  document.getElementById('left').textContent = 'left it all';
}
leave();
</script>"""

LOOK = """<!DOCTYPE html><title>look</title><h1>look</h1><pre id="seen"></pre><script>
async function look() {
  const found = {};
  found.cookie = document.cookie;
  found.localStorage = {...localStorage};
  found.sessionStorage = {...sessionStorage};
  found.name = window.name;
  found.referrer = document.referrer;
  found.databases = (await indexedDB.databases()).map((database) => database.name);
  found.caches = await caches.keys();
  found.files = [];
  for await (const name of (await navigator.storage.getDirectory()).keys()) found.files.push(name);
  const prototype = ServiceWorkerContainer.prototype;
  const registrations = await prototype.getRegistrations.call(navigator.serviceWorker);
  found.serviceWorkers = registrations.length;
  found.permission = (await navigator.permissions.query({name: 'geolocation'})).state;
  found.connections = await new Promise((done) => {
    const worker = new SharedWorker('/counter.js');
    worker.port.onmessage = (message) => done(message.data);
  });
  document.getElementById('seen').textContent = JSON.stringify(found);
}
look();
</script>"""

COUNTER = "let n = 0; onconnect = (event) => event.ports[0].postMessage(++n);"

NOTHING = {
    "cookie": "",
    "localStorage": {},
    "sessionStorage": {},
    "name": "",
    "referrer": "",
    "databases": [],
    "caches": [],
    "files": [],
    "serviceWorkers": 0,
    "permission": "prompt",
    "connections": 1,
}


class HostileSite(LocalServer):
    """Serves LEAVE and LOOK, and remembers what it was sent."""

    def __init__(self) -> None:
        self.ticks = 0
        self.cookies: list[str] = []

    def url(self, path: str) -> str:
        return f"{self.origin}{path}"

    def application(self) -> web.Application:
        def page(text: str, content_type: str = "text/html") -> Callable[..., Any]:
            async def answer(request: web.Request) -> web.Response:
                self.cookies.append(request.headers.get("Cookie", ""))
                return web.Response(text=text, content_type=content_type)

            return answer

        async def leave(_: web.Request) -> web.Response:
            headers = {"Set-Cookie": "server=1; HttpOnly"}
            return web.Response(text=LEAVE, content_type="text/html", headers=headers)

        async def tick(_: web.Request) -> web.Response:
            self.ticks += 1
            return web.Response()

        async def cookie(_: web.Request) -> web.Response:
            await asyncio.sleep(0.2)
            return web.Response(headers={"Set-Cookie": "late=1"})

        async def held(_: web.Request) -> web.Response:
            await asyncio.Event().wait()
            raise AssertionError

        beacon = "<h1>beacon</h1><script>navigator.sendBeacon('/held')</script>"
        popup = "<h1>popup</h1><script>open('/look', 'left')</script>"
        alert = "<h1>alert</h1><script>alert(1)</script>"
        frames = "<h1>frames</h1><iframe src='{}/look'></iframe>"

        async def framed(request: web.Request) -> web.Response:
            other = f"http://localhost:{request.url.port}"
            return web.Response(text=frames.format(other), content_type="text/html")

        app = web.Application()
        app.add_routes(
            [
                web.get("/leave", leave),
                web.get("/look", page(LOOK)),
                web.get("/counter.js", page(COUNTER, "text/javascript")),
                web.get("/service.js", page("onfetch = () => {}", "text/javascript")),
                web.get("/popup", page(popup)),
                web.get("/alert", page(alert)),
                web.get("/frames", framed),
                web.route("*", "/tick", tick),
                web.get("/cookie", cookie),
                web.get("/quiet", page("<h1>quiet</h1>")),
                web.get("/beacon", page(beacon)),
                web.post("/held", held),
            ]
        )
        return app


class Batch:
    """Items of one batch, one after the other, in a pool with one tab."""

    def __init__(self, pool: TabPool, gateway: Gateway, name: str = "batch") -> None:
        self._pool = pool
        self._gateway = gateway
        self._name = name
        self.sessions: list[EgressSession] = []

    async def item(self, url: str, *, timeout: float = 30) -> PageCapture:
        options = PageOptions(max_bytes=2**24, navigation_timeout=timeout)
        async with self._gateway.open_session() as egress:
            self.sessions.append(egress)
            visit = Visit(url, options, reuse_key=self._name)
            return await capture_page(self._pool, egress, visit)


def seen_by(page: PageCapture) -> dict[str, Any]:
    """What LOOK has found."""
    text = page.html.split('<pre id="seen">')[1].split("</pre>")[0]
    found: dict[str, Any] = json.loads(text.replace("&amp;", "&"))
    return found


@pytest_asyncio.fixture(scope="module")
async def hostile() -> AsyncIterator[HostileSite]:
    async with HostileSite() as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def gateway() -> AsyncIterator[Gateway]:
    async with running_gateway() as running:
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
    """The how-manieth item of its tab the next one of the batch for that site would be."""
    reuse_key = (batch, ("http:", "127.0.0.1"))
    async with gateway.open_session() as egress, pool.tab(egress, reuse_key) as tab:
        return tab.uses


async def test_the_next_item_in_the_same_tab_finds_nothing(
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
    assert hostile.ticks == ticks, "its timers and beacons are gone"
    assert await uses_of(pool, gateway, "hostile", hostile) == 4, "it was one tab"


async def test_another_batch_finds_nothing_either(
    pool: TabPool, gateway: Gateway, hostile: HostileSite
) -> None:
    await Batch(pool, gateway, "first").item(hostile.url("/leave"))
    seen = await Batch(pool, gateway, "second").item(hostile.url("/look"))
    assert seen_by(seen) == NOTHING
    assert await uses_of(pool, gateway, "first", hostile) == 1, "its tab had to make room"


async def test_permissions_that_one_item_was_granted_are_not_the_next_ones(
    pool: TabPool, gateway: Gateway, hostile: HostileSite
) -> None:
    reuse_key = ("granted", ("http:", "127.0.0.1"))
    async with gateway.open_session() as egress, pool.tab(egress, reuse_key) as tab:
        await tab.context.grant_permissions(["geolocation"])
        tab.mark_reusable()
    assert seen_by(await Batch(pool, gateway, "granted").item(hostile.url("/look"))) == NOTHING
    assert await uses_of(pool, gateway, "granted", hostile) == 3


@pytest.mark.parametrize("path", ["/alert", "/frames"])
async def test_a_tab_in_which_more_may_be_left_is_not_used_again(
    pool: TabPool, gateway: Gateway, hostile: HostileSite, path: str
) -> None:
    assert f"<h1>{path[1:]}</h1>" in (await Batch(pool, gateway, path).item(hostile.url(path))).html
    assert await uses_of(pool, gateway, path, hostile) == 1


@pytest.mark.parametrize("path", ["/status/404", "/attachment", "/crash"])
async def test_a_tab_in_which_an_item_failed_is_not_used_again(
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


class CountingExit(Direct):
    """Goes straight, and counts the connections."""

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
            visit = Visit(url, PageOptions(max_bytes=2**24), reuse_key="metered")
            await capture_page(pool, egress, visit)
        exits.append(exit_)
        sessions.append(egress)
    assert [egress.received // 1024 // 5 * 5 for egress in sessions] == [300, 5, 100]
    assert all(exit_.connections for exit_ in exits)
    assert await uses_of(pool, gateway, "metered", site) == 4


@pytest.mark.parametrize(("path", "go_on"), [("/quiet", True), ("/beacon", False)])
async def test_connections_go_on_unless_a_request_is_under_way(
    pool: TabPool, gateway: Gateway, hostile: HostileSite, path: str, go_on: bool
) -> None:
    exit_, made = CountingExit(), []
    for _ in range(2):
        async with gateway.open_session(exit_) as egress:
            options = PageOptions(max_bytes=2**24)
            visit = Visit(hostile.url(path), options, reuse_key=f"go on {path}")
            await capture_page(pool, egress, visit)
        assert egress.received > 0
        made.append(exit_.connections)
    assert (made[1] == made[0]) == go_on
    assert await uses_of(pool, gateway, f"go on {path}", hostile) == 3


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


async def test_nothing_gets_out_between_two_items(
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


async def test_crash_of_a_used_tab_costs_the_item_a_new_one(
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


async def test_what_nobody_needs_is_closed(
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


# Browsers


def browsers() -> set[psutil.Process]:
    """The main processes of all browsers that this process has started."""
    return {
        process
        for process in psutil.Process().children(recursive=True)
        if "--remote-debugging-pipe" in (command := command_of(process))
        and not any(argument.startswith("--type=") for argument in command)
    }


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
        assert all(map(is_alive, first)), "an item has a tab of it"
        site.open_gate(f"worn-{gate}")
        assert (await held).http_status == 200
        async with asyncio.timeout(60):
            while any(map(is_alive, first)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (await batch.item(site.url("/plain"))).http_status == 200
    finally:
        await pool.close()
    assert browsers() <= others


async def test_after_a_batch_the_browser_has_no_page(stack: Stack, site: Site) -> None:
    async with ApiClient(stack.api_url, stack.api_key) as api:
        batch = await api.finished(await api.submit([site.url("/plain")] * 8))
        assert batch["completedCount"] == 8
    worker = psutil.Process(stack.part("worker-1").pid)
    async with asyncio.timeout(60):
        while any(  # noqa: ASYNC110 -- no event tells of other's children
            "--type=renderer" in command_of(process) for process in worker.children(recursive=True)
        ):
            await asyncio.sleep(0.1)


async def test_a_browser_that_fails_at_its_start_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.browser.launch._START_TIMEOUT", 3)
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\nsleep 617 &\nexit 1\n")
    program.chmod(0o755)
    pool = TabPool(program, tabs=1)
    before = set(psutil.pids())
    with pytest.raises(Exception, match="could not be started"):
        await pool.start()
    await pool.close()
    left = [
        process
        for process in psutil.process_iter()
        if process.pid not in before and command_of(process) == ["sleep", "617"]
    ]
    assert not left
