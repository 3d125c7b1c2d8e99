"""A page reaches no address that is not public, whatever the page does."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Error as PlaywrightError

from activities.browser.capture import capture_page
from activities.browser.executable import find_browser
from activities.browser.pool import TabPool
from activities.browser.visit import Visit
from activities.capture import PageCapture, PageLimits
from activities.egress.exits import Exit
from activities.egress.gateway import Gateway
from activities.egress.upstream import UpstreamProxy
from activities.http.capture import HttpVisit, fetch_page
from activities.http.client import HttpClient
from activities.visitor.profile import profile_for
from domain.addresses import Address
from domain.failures import ScrapeError
from tests.support.canary import SECRET, Canary
from tests.support.client import ApiClient
from tests.support.gateways import running_gateway
from tests.support.hostile import ATTACKS, NEVER_ARRIVE, WITHOUT_BROWSER, hostile_app
from tests.support.servers import serving
from tests.support.site import Site
from tests.support.upstreams import upstream_proxy

LIMITS = PageLimits(max_bytes=2**20, max_frames=20)
VISITOR = profile_for("de", "test")
EVERYWHERE = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@asynccontextmanager
async def listening(canary: Canary, port: int = 0) -> AsyncIterator[Canary]:
    try:
        await canary.start(port)
    except OSError:
        pytest.skip(f"this machine has no {canary.host}")
    try:
        yield canary
    finally:
        await canary.close()


@pytest.fixture(scope="module")
def client() -> Iterator[HttpClient]:
    client = HttpClient(threads=6)
    yield client
    client.close()


async def attack(
    by: TabPool | HttpClient, gateway: Gateway, urls: Sequence[str], exit_: Exit | None = None
) -> list[PageCapture | ScrapeError]:
    """Load each of `urls`, with a browser or without one, and return the outcomes."""

    async def one(url: str) -> PageCapture | ScrapeError:
        async with gateway.open_session(exit_) as egress:
            try:
                if isinstance(by, HttpClient):
                    return await fetch_page(by, egress, HttpVisit(url, LIMITS, VISITOR))
                return await capture_page(by, egress, Visit(url, LIMITS, profile=VISITOR))
            except ScrapeError as error:
                return error

    return await asyncio.gather(*map(one, urls))


@pytest.mark.parametrize("host", ["127.0.0.2", "::1"])
async def test_no_page_reaches_a_forbidden_address(
    pool: TabPool, client: HttpClient, host: str
) -> None:
    written = f"[{host}]" if ":" in host else host
    async with AsyncExitStack() as stack:
        canary = await stack.enter_async_context(listening(Canary(host)))
        site = await stack.enter_async_context(serving(hostile_app(written, canary.port)))
        gateway = await stack.enter_async_context(running_gateway())
        exit_: Exit | None = None
        if host == "::1":
            upstream = await stack.enter_async_context(upstream_proxy("socks5"))
            exit_ = UpstreamProxy(upstream.url)
        urls = [f"{site}/attack/{name}" for name in ATTACKS]
        outcomes = await attack(pool, gateway, urls, exit_)
        outcomes += await attack(client, gateway, urls, exit_)
        if exit_ is not None:
            assert set(upstream.asked) == {site.removeprefix("http://")}
    assert canary.hits == []
    for outcome in outcomes:
        if isinstance(outcome, PageCapture):
            assert SECRET not in outcome.html
        else:
            # A page may replace itself with a document that it made itself.
            assert outcome.failure.code in ("EGRESS_BLOCKED", "NO_CONTENT"), outcome


async def test_the_attacks_work_if_the_address_is_allowed(pool: TabPool) -> None:
    """Show that the attacks of the test above are real."""
    async with (
        listening(Canary("127.0.0.2")) as canary,
        serving(hostile_app(canary.host, canary.port)) as site,
        running_gateway(allow=EVERYWHERE) as gateway,
    ):
        await attack(pool, gateway, [f"{site}/attack/{name}" for name in ATTACKS])
    arrived = {re.split("[/?]", hit.split()[1])[1] for hit in canary.hits if " " in hit}
    assert "datagram" not in canary.hits
    assert set(ATTACKS) - NEVER_ARRIVE <= arrived


async def test_some_attacks_work_without_a_browser_if_the_address_is_allowed(
    client: HttpClient,
) -> None:
    async with (
        listening(Canary("127.0.0.2")) as canary,
        serving(hostile_app(canary.host, canary.port)) as site,
        running_gateway(allow=EVERYWHERE) as gateway,
    ):
        await attack(client, gateway, [f"{site}/attack/{name}" for name in ATTACKS])
    assert {hit.split()[1].removeprefix("/") for hit in canary.hits if hit} == WITHOUT_BROWSER


@pytest.mark.parametrize("proxied", [False, True])
async def test_dns_rebinding_reaches_no_forbidden_address(
    pool: TabPool, client: HttpClient, proxied: bool
) -> None:
    """Let site and canary listen on the same port of two addresses."""
    asked: Counter[str] = Counter()

    async def resolver(host: str) -> Sequence[Address]:
        asked[host] += 1
        is_innocent = host.startswith("site-") or asked[host] == 1
        return [IPv4Address("127.0.0.1" if is_innocent else "127.0.0.2")]

    async def page(request: web.Request) -> web.Response:
        # Close the connection, so that the name is looked up again.
        response = web.Response(text="<p>page", content_type="text/html")
        if "to" in request.query:
            response = web.Response(status=302, headers={"Location": request.query["to"]})
        response.force_close()
        return response

    app = web.Application()
    app.router.add_get("/{path:.*}", page)
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(serving(app))
        port = int(site.rpartition(":")[2])
        canary = await stack.enter_async_context(listening(Canary("127.0.0.2"), port))
        gateway = await stack.enter_async_context(running_gateway(resolver=resolver))
        exit_: Exit | None = None
        if proxied:
            exit_ = UpstreamProxy((await stack.enter_async_context(upstream_proxy("http"))).url)
        for name, by in (("browser", pool), ("plain", client)):
            changing = f"http://{name}.test:{port}/"
            redirecting = f"http://site-{name}.test:{port}/?to={changing}"
            [before] = await attack(by, gateway, [changing], exit_)
            after = await attack(by, gateway, [changing, redirecting], exit_)
            assert isinstance(before, PageCapture)
            for outcome in after:
                assert isinstance(outcome, ScrapeError)
                assert outcome.failure.code == "EGRESS_BLOCKED"
        assert canary.hits == []


# Documents that do not come from the network


async def test_no_page_leads_to_documents_of_the_browser_or_the_machine(
    pool: TabPool, tmp_path: Path
) -> None:
    (tmp_path / "secret.html").write_text(SECRET)
    targets = [
        (tmp_path / "secret.html").as_uri(),
        "view-source:" + (tmp_path / "secret.html").as_uri(),
        "chrome://version/",
        "devtools://devtools/bundled/inspector.html",
        "data:text/html,x",
    ]
    routes = {
        "location": "<script>location = '{}'</script>",
        "iframe": "<iframe src='{}'></iframe>",
        "refresh": "<meta http-equiv=refresh content='0; url={}'>",
        "open": "<script>open('{}')</script>",
        "read": "<script>fetch('{}').then(async a => document.write(await a.text()))</script>",
    }

    async def page(request: web.Request) -> web.Response:
        target = targets[int(request.match_info["target"])]
        if request.match_info["route"] == "http":
            return web.Response(status=302, headers={"Location": target})
        body = routes[request.match_info["route"]].replace("{}", target.replace("'", "\\'"))
        return web.Response(text=f"<p>page</p>{body}", content_type="text/html")

    app = web.Application()
    app.router.add_get("/{route}/{target}", page)
    async with serving(app) as site, running_gateway() as gateway:
        urls = [
            f"{site}/{route}/{target}"
            for route in ("http", *routes)
            for target in range(len(targets))
        ]
        outcomes = await attack(pool, gateway, urls)
    for url, outcome in zip(urls, outcomes, strict=True):
        if isinstance(outcome, PageCapture):
            assert SECRET not in outcome.html, url
            assert "Command Line" not in outcome.html, url  # of chrome://version
            assert outcome.final_url.startswith(site), url
        else:
            assert outcome.failure.code in (
                "CONNECTION_FAILED", "EGRESS_BLOCKED", "NO_CONTENT"
            ), (url, outcome)  # fmt: skip


# Warnings and failures of the item


async def test_blocked_connections_of_a_page_are_counted(pool: TabPool) -> None:
    async def page(request: web.Request) -> web.Response:
        text = "<p>page</p><img src=http://127.0.0.2/a><img src=http://10.0.0.1/b>"
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    async with serving(app) as site, running_gateway() as gateway:
        [outcome] = await attack(pool, gateway, [site])
    assert isinstance(outcome, PageCapture)
    [warning] = outcome.warnings
    assert warning.code == "CONNECTIONS_REFUSED"
    assert warning.message.startswith("2 connections of the page to addresses that are not public")


async def test_without_the_gateway_nothing_is_reached(pool: TabPool) -> None:
    async with listening(Canary("127.0.0.1")) as canary:
        async with running_gateway() as gateway, gateway.open_session() as egress:
            await gateway.close()
            url = f"http://127.0.0.1:{canary.port}/"
            with pytest.raises(ScrapeError) as caught:
                await capture_page(pool, egress, Visit(url, LIMITS))
        assert caught.value.failure.code == "EGRESS_UNAVAILABLE"
        async with pool.context() as context:
            page = await context.new_page()
            with pytest.raises(PlaywrightError, match="ERR_PROXY_CONNECTION_FAILED"):
                await page.goto(url)
        assert canary.hits == []


# Limits


def bomb(gibibytes: int) -> bytes:
    """Return a gzip stream that has a thousandth of the size of its content."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    block = deflate.compress(b"x" * 2**20) + deflate.flush(zlib.Z_FULL_FLUSH)
    return head + block * (gibibytes * 1024)


@pytest.mark.browser
async def test_pages_over_a_limit_are_given_up() -> None:
    async def bombed(request: web.Request) -> web.Response:
        headers = {"Content-Encoding": "gzip", "Content-Type": "text/html"}
        return web.Response(body=bomb(4), headers=headers)

    async def framed(request: web.Request) -> web.Response:
        text = "<script>setInterval(() => document.body.append(document.createElement('iframe')))"
        return web.Response(text=f"<body>{text}</script>", content_type="text/html")

    async def big(request: web.Request) -> web.Response:
        return web.Response(body=bytes(5_000_000))

    async def loading(request: web.Request) -> web.Response:
        return web.Response(text="<script>fetch('/big')</script>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/PAGE_CRASHED", bombed)
    app.router.add_get("/TOO_MANY_FRAMES", framed)
    app.router.add_get("/TRAFFIC_LIMIT", loading)
    app.router.add_get("/big", big)
    codes = ("PAGE_CRASHED", "TOO_MANY_FRAMES", "TRAFFIC_LIMIT")
    pool = TabPool(find_browser(None), tabs=3, max_page_memory=700 * 2**20)
    await pool.start()
    try:
        async with (
            serving(app) as base,
            running_gateway(max_item_bytes=4_500_000) as gateway,
        ):
            outcomes = await attack(pool, gateway, [f"{base}/{code}" for code in codes])
    finally:
        await pool.close()
    for code, outcome in zip(codes, outcomes, strict=True):
        assert isinstance(outcome, ScrapeError), code
        assert outcome.failure.code == code


# With the whole stack


async def test_a_blocked_item_fails_with_the_reason(api: ApiClient, site: Site) -> None:
    inside = "http://127.0.0.2:8080/"
    batch = await api.finished(
        await api.submit([site.url(f"/redirect?to={inside}"), site.url("/plain")])
    )
    blocked, plain = batch["items"]
    assert blocked["errorCode"] == "EGRESS_BLOCKED"
    assert blocked["retryable"] is False
    assert blocked["httpStatus"] is None
    assert blocked["finalUrl"] == inside
    assert "127.0.0.2" in blocked["error"]
    assert plain["status"] == "completed"
