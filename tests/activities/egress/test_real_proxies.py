"""Exits as Debian packages them: with the settings that they come with, and with a log-in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from aiohttp import web

from activities.browser.pool import TabPool
from activities.egress.routes import ExitPool
from domain.proxies import parse_proxies
from tests.support.certificates import Authority
from tests.support.fetchers import ExitFetcher, exit_fetcher
from tests.support.real_proxies import PASSWORD, real_proxy
from tests.support.servers import serving
from tests.support.site import closed_port

HTTPS_HOST = "127.0.4.43"
"""Address at which port 443 is free, most likely."""


def application() -> web.Application:
    """Return a site that shows who asks."""

    async def page(request: web.Request) -> web.Response:
        if request.path == "/missing":
            raise web.HTTPNotFound
        text = (
            f"<!doctype html><title>Lamp</title><p>A lamp of brass for {request.headers['Host']}."
        )
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", page)
    return app


@pytest.fixture(name="site", scope="module")
async def _site() -> AsyncIterator[str]:
    async with serving(application()) as url:
        yield url


@pytest.fixture(name="authority")
def _authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path)


@asynccontextmanager
async def https_site(authority: Authority) -> AsyncIterator[str]:
    """Serve the site at port 443, the only one to which some proxies make tunnels."""
    runner = web.AppRunner(application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    tls = authority.server(HTTPS_HOST)
    try:
        await web.TCPSite(runner, HTTPS_HOST, 443, ssl_context=tls).start()
    except OSError as error:
        pytest.skip(f"this test cannot listen at port 443: {error.strerror}")
    else:
        yield f"https://{HTTPS_HOST}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def fetching(url: str, authority: Authority | None = None) -> AsyncIterator[ExitFetcher]:
    """Fetch pages through the exit at `url`."""
    async with exit_fetcher(
        ExitPool(parse_proxies(json.dumps({"de": url}))),
        allow=(IPv4Network("127.0.0.0/8"),),
        authorities=None if authority is None else authority.file,
    ) as fetcher:
        yield fetcher


PROXIES: list[tuple[str, bool, dict[str, bool]]] = [
    ("squid", False, {}),
    ("squid", True, {}),
    ("tinyproxy", False, {}),
    ("tinyproxy", True, {}),
    ("tinyproxy", False, {"tls_only": True}),
    ("tinyproxy", True, {"tls_only": True}),
    ("danted", False, {}),
    ("microsocks", False, {}),
    ("microsocks", True, {}),
]


@pytest.mark.parametrize(("name", "has_login", "options"), PROXIES)
async def test_pages_come_through_a_real_proxy(
    site: str, authority: Authority, name: str, has_login: bool, options: dict[str, bool]
) -> None:
    host = site.removeprefix("http://")
    async with (
        real_proxy(name, has_login=has_login, **options) as proxy,
        fetching(proxy.url, authority) as fetcher,
    ):
        for _ in range(2):
            page = await fetcher.fetch(f"{site}/")
            assert f"A lamp of brass for {host}." in page.html
        assert (await fetcher.failure(f"{site}/missing"))[0] == "HTTP_404"
        code, message = await fetcher.failure(f"http://127.0.0.1:{closed_port()}/")
        if proxy.scheme == "socks5":
            assert code == "CONNECTION_REFUSED"
        else:
            assert code == "PROXY_FAILED"
            assert "The proxy exit found no connection to 127.0.0.1 (HTTP status 50" in message
        async with https_site(authority) as safe:
            page = await fetcher.fetch(f"{safe}/")
            assert f"A lamp of brass for {HTTPS_HOST}." in page.html


@pytest.mark.parametrize("name", ["squid", "tinyproxy", "danted", "microsocks"])
async def test_a_real_proxy_refuses_a_wrong_password(site: str, name: str) -> None:
    async with real_proxy(name, has_login=True) as proxy:
        for url in (proxy.url.replace(PASSWORD, "s3cret"), proxy.url.replace("exit-user:", "x:")):
            async with fetching(url) as fetcher:
                for asked in (f"{site}/", "https://127.0.0.1/"):
                    code, message = await fetcher.failure(asked)
                    assert code == "PROXY_FAILED"
                    assert "asks for another user name and password" in message
                    assert "s3cret" not in message


@pytest.mark.parametrize(
    ("name", "options", "url", "reason"),
    [
        ("squid", {}, "https://127.0.0.1:8443/", "HTTP status 403"),
        ("squid", {}, "http://127.0.0.1:22/", "HTTP status 403"),
        ("tinyproxy", {"tls_only": True}, "https://127.0.0.1:8443/", "HTTP status 403"),
        ("danted", {}, "http://127.0.0.9/", "SOCKS reply 2"),
    ],
)
async def test_a_real_proxy_refuses_a_target_by_its_rules(
    name: str, options: dict[str, bool], url: str, reason: str
) -> None:
    async with real_proxy(name, **options) as proxy, fetching(proxy.url) as fetcher:
        code, message = await fetcher.failure(url)
    assert code == "PROXY_FAILED"
    assert "The proxy exit does not allow connections to port " in message
    assert f"({reason})" in message


async def test_a_browser_loads_plain_http_through_squid(pool: TabPool, site: str) -> None:
    async with (
        real_proxy("squid") as proxy,
        exit_fetcher(
            ExitPool(parse_proxies(json.dumps({"de": proxy.url}))), browsers=pool
        ) as fetcher,
    ):
        page = await fetcher.fetch(f"{site}/")
    assert "A lamp of brass for 127.0.0.1" in page.html
