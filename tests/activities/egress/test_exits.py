"""Pages through odd exits: which exit gets the blame, and what the item is told."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from aiohttp import web

from activities.browser.pool import TabPool
from activities.egress.dialer import Resolver
from activities.egress.exit_errors import ExitFailure
from activities.egress.routes import ExitPool
from activities.egress.upstream import trusted_authorities
from domain.addresses import Address
from domain.proxies import parse_proxies
from name_resolution import NameNotResolvedError
from tests.support.certificates import Authority
from tests.support.fetchers import exit_fetcher
from tests.support.odd_exits import (
    ESTABLISHED,
    Behaviour,
    answering,
    hole,
    intercepting,
    mute,
    odd_exit,
    relaying,
    without_tunnels,
)
from tests.support.servers import serving
from tests.support.site import closed_port
from tests.support.upstreams import upstream_proxy

PAGE = "<!doctype html><title>Lamp</title><p>A lamp of brass." + "<p>Much more of it." * 2000


class Shop:
    """A site that hangs at `/hang`, and is slow at `/slow`."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []

    def application(self) -> web.Application:
        """Return an application that serves the site."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._page)
        return app

    async def _page(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        match request.path:
            case "/hang":
                await asyncio.Event().wait()
            case "/slow":
                await asyncio.sleep(0.8)
            case "/missing":
                raise web.HTTPNotFound
            case "/away":
                raise web.HTTPServiceUnavailable
        return web.Response(text=PAGE, content_type="text/html")


@pytest.fixture(name="shop")
def _shop() -> Shop:
    return Shop()


@pytest.fixture(name="site")
async def _site(shop: Shop) -> AsyncIterator[str]:
    async with serving(shop.application()) as url:
        yield url


def pool_of(*urls: object, **others: object) -> ExitPool:
    return ExitPool(parse_proxies(json.dumps({"de": list(urls), **others})))


def resting(pool: ExitPool) -> set[str]:
    """Return the addresses of the exits that rest."""
    return {p.address for p, health in pool._health.items() if health.rests_until}


# Exits that pass nothing on


async def socks_hole(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: list[bytes]
) -> None:
    """Grant each request, and pass nothing on."""
    for reply in (b"\x05\x00", b"\x05\x00\x00\x01" + bytes(6)):
        await reader.read(1024)
        writer.write(reply)
    await asyncio.Event().wait()


SILENT: dict[str, tuple[str, Behaviour]] = {
    "passes nothing on": ("http", hole),
    "passes nothing on by SOCKS": ("socks5", socks_hole),
    "closes at once": ("http", answering(ESTABLISHED)),
    "closes after the request": ("http", answering(ESTABLISHED, reads=True)),
}


@pytest.mark.parametrize(("scheme", "behaviour"), SILENT.values(), ids=SILENT)
async def test_an_exit_that_passes_nothing_on_costs_only_another_try(
    site: str, scheme: str, behaviour: Behaviour
) -> None:
    async with odd_exit(behaviour) as bad, odd_exit(relaying()) as good:
        pool = pool_of(f"{scheme}://{bad.address}", good.url)
        async with exit_fetcher(pool, navigation_timeout=2) as fetcher:
            for _ in range(2):
                pages = await asyncio.gather(*[fetcher.fetch(f"{site}/{n}") for n in range(8)])
                assert all("A lamp of brass." in page.html for page in pages)
        assert resting(pool) == {bad.address}


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_browser_leaves_an_exit_that_passes_nothing_on(
    pool: TabPool, shop: Shop, scheme: str, tmp_path: Path
) -> None:
    """The browser does not trust the certificate of the site. So it tells what came of the page."""
    tls = None if scheme == "http" else Authority.make(tmp_path).server("127.0.0.1")
    async with (
        serving(shop.application(), tls=tls) as site,
        odd_exit(hole) as bad,
        odd_exit(relaying()) as good,
    ):
        exits = pool_of(bad.url, good.url)
        async with exit_fetcher(exits, browsers=pool, navigation_timeout=6) as fetcher:
            while not resting(exits):
                if scheme == "http":
                    assert "A lamp of brass." in (await fetcher.fetch(f"{site}/")).html
                else:
                    assert (await fetcher.failure(f"{site}/"))[0] == "TLS_ERROR"
        assert resting(exits) == {bad.address}


@pytest.mark.parametrize(
    "behaviour", [relaying(until=3000), relaying(slowly=True)], ids=["stops", "is too slow"]
)
async def test_an_exit_that_does_not_finish_a_page_costs_only_another_try(
    site: str, behaviour: Behaviour
) -> None:
    async with odd_exit(behaviour) as bad, odd_exit(relaying()) as good:
        pool = pool_of(bad.url, good.url)
        async with exit_fetcher(pool, navigation_timeout=1) as fetcher:
            # Each item that gets the bad exit is a failure of it. So it rests in the end.
            while not resting(pool):
                page = await fetcher.fetch(f"{site}/")
                assert "A lamp of brass." in page.html
        assert resting(pool) == {bad.address}


async def test_an_exit_that_reads_along_costs_only_another_try(shop: Shop, tmp_path: Path) -> None:
    """The certificate of such an exit is not valid for the site."""
    authority, other = Authority.make(tmp_path), Authority.make(tmp_path / "other")
    async with (
        serving(shop.application(), tls=authority.server("127.0.0.1")) as site,
        odd_exit(intercepting(other.server("127.0.0.1"), b"")) as bad,
        odd_exit(relaying()) as good,
    ):
        pool = pool_of(bad.url, good.url)
        async with exit_fetcher(pool, authorities=authority.file) as fetcher:
            while not resting(pool):
                assert "A lamp of brass." in (await fetcher.fetch(f"{site}/")).html
        assert resting(pool) == {bad.address}
        async with exit_fetcher(pool_of(bad.url), authorities=authority.file) as fetcher:
            assert (await fetcher.failure(f"{site}/"))[0] == "TLS_ERROR"


async def test_the_exit_gets_the_blame_if_no_exit_passes_anything_on(site: str) -> None:
    async with odd_exit(hole) as one, odd_exit(hole) as two, odd_exit(hole) as three:
        pool = pool_of(one.url, two.url, three.url)
        async with exit_fetcher(pool, navigation_timeout=1) as fetcher:
            code, message = await fetcher.failure(f"{site}/")
        assert code == "PROXY_FAILED"
        assert message.startswith("The proxy exit connected to 127.0.0.1, and passed nothing on.")
        # The first one gets a second, longer try, since the site may be slow.
        assert sorted(len(exit_.heads) for exit_ in (one, two, three)) == [1, 1, 2]


async def test_the_site_gets_the_blame_if_the_exits_serve_others(shop: Shop, site: str) -> None:
    async with odd_exit(relaying()) as one, odd_exit(relaying()) as two:
        pool = pool_of(one.url, two.url)
        async with exit_fetcher(pool, navigation_timeout=0.5) as fetcher:
            while len(one.heads) * len(two.heads) == 0:
                await fetcher.fetch(f"{site}/")
            for _ in range(3):
                code, message = await fetcher.failure(f"{site}/hang")
                assert code == "NAVIGATION_TIMEOUT"
                assert message.startswith("127.0.0.1 did not answer within 0.5 seconds.")
        assert not resting(pool)
    assert sum(request.path == "/hang" for request in shop.requests) == 6


async def test_a_site_that_hangs_up_is_no_fault_of_exits_that_serve_others(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Some proxies grant each request, and hang up if they do not reach the site."""

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        hanging_up = answering(ESTABLISHED, reads=True)
        await (hanging_up if heads else relaying())(reader, writer, heads)

    async with odd_exit(behave) as exit_:
        pool = pool_of(exit_.url)
        async with exit_fetcher(pool) as fetcher:
            await fetcher.fetch(f"{site}/")
            for url in ("http://127.0.0.1/", "https://127.0.0.1/"):
                code, message = await fetcher.failure(url)
                assert code == "CONNECTION_FAILED"
                assert message.startswith("127.0.0.1 closed the connection")
        assert not resting(pool)
    assert "a proxy exit failed" not in caplog.text


async def test_a_slow_page_comes_though_the_exit_with_more_time_is_silent(site: str) -> None:
    """The good exit gets less time than the page takes, if it is tried first."""
    was_tried_again = False
    async with odd_exit(relaying()) as good, odd_exit(hole) as bad:
        while not was_tried_again:
            before = len(good.heads)
            pool = pool_of(good.url, bad.url)
            async with exit_fetcher(pool, navigation_timeout=1.5) as fetcher:
                assert "A lamp of brass." in (await fetcher.fetch(f"{site}/slow")).html
            was_tried_again = len(good.heads) == before + 2


async def test_a_slow_site_is_no_fault_of_an_exit_that_had_less_time(site: str) -> None:
    async with odd_exit(relaying()) as one, odd_exit(relaying()) as two:
        pool = pool_of(one.url, two.url)
        async with exit_fetcher(pool, navigation_timeout=1.5) as fetcher:
            page = await fetcher.fetch(f"{site}/slow")
        assert "A lamp of brass." in page.html
        assert len(one.heads) == len(two.heads) == 1
        assert not resting(pool)
        assert [health.failures for health in pool._health.values()] == [0, 0]


async def test_an_answer_that_is_no_page_is_a_witness_as_well(site: str) -> None:
    async with odd_exit(hole) as bad, odd_exit(relaying()) as good:
        pool = pool_of(bad.url, good.url)
        async with exit_fetcher(pool, navigation_timeout=1) as fetcher:
            while not resting(pool):
                assert (await fetcher.failure(f"{site}/missing"))[0] == "HTTP_404"
        assert resting(pool) == {bad.address}


async def test_an_exit_that_works_again_is_used_though_pages_are_missing(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.egress.exit_health._FIRST_REST", 0.0)
    behaviours = [hole, relaying()]

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        await behaviours[min(len(heads), 1)](reader, writer, heads)

    async with odd_exit(behave) as exit_, odd_exit(relaying()) as other:
        pool = pool_of(exit_.url, other.url)
        async with exit_fetcher(pool, navigation_timeout=1) as fetcher:
            while len(exit_.heads) < 4:
                assert (await fetcher.failure(f"{site}/missing"))[0] == "HTTP_404"


async def test_a_silent_session_is_no_fault_of_its_provider(site: str) -> None:
    """The first session of the provider passes nothing on."""
    behaviours = [hole, relaying()]

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        await behaviours[min(len(heads), 1)](reader, writer, heads)

    async with odd_exit(behave) as provider:
        pool = pool_of(provider.url.replace("//", "//user-{session}:secret@"))
        async with exit_fetcher(pool, navigation_timeout=1) as fetcher:
            assert "A lamp of brass." in (await fetcher.fetch(f"{site}/")).html
        assert not resting(pool)
    users = {head.partition(b"Basic ")[2].split(b"\r\n")[0] for head in provider.heads}
    assert len(users) == 2


# Exits that say why they do not connect


@pytest.mark.parametrize("status", [b"502 Bad Gateway", b"504 Gateway Timeout", b"403 Forbidden"])
async def test_no_exit_rests_for_a_target_that_several_refuse(
    site: str, status: bytes, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.egress.upstream._PAUSES", {})
    port = closed_port()
    behaviour = relaying(refusals={port: b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status})
    async with odd_exit(behaviour) as one, odd_exit(behaviour) as two:
        pool = pool_of(one.url, two.url)
        async with exit_fetcher(pool) as fetcher:
            for _ in range(4):
                assert (await fetcher.failure(f"https://127.0.0.1:{port}/"))[0] == "PROXY_FAILED"
            assert "A lamp of brass." in (await fetcher.fetch(f"{site}/")).html
        assert not resting(pool)
    assert caplog.text.count("a proxy exit failed") == 2


async def test_an_exit_that_refuses_what_another_one_reaches_rests(site: str) -> None:
    bad_behaviour = answering(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")
    async with odd_exit(bad_behaviour) as bad, odd_exit(relaying()) as good:
        pool = pool_of(bad.url, good.url)
        async with exit_fetcher(pool) as fetcher:
            while not resting(pool):
                assert "A lamp of brass." in (await fetcher.fetch(f"{site}/")).html
        assert resting(pool) == {bad.address}
        assert len(bad.heads) == 3


@pytest.mark.parametrize("refusal", [b"", b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n"])
async def test_an_exit_of_which_some_machines_are_dead_costs_no_page(
    site: str, refusal: bytes
) -> None:
    """Every second connection fails."""

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        is_well = len(heads) % 2
        await (relaying() if is_well else answering(refusal))(reader, writer, heads)

    async with odd_exit(behave) as exit_, exit_fetcher(pool_of(exit_.url)) as fetcher:
        for _ in range(3):
            assert "A lamp of brass." in (await fetcher.fetch(f"{site}/")).html


async def test_an_exit_that_allows_one_connection_at_a_time_costs_no_page(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.egress.upstream._PAUSES", {ExitFailure.BUSY: (0.05,) * 200})
    busy = answering(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n")
    open_connections = 0

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        nonlocal open_connections
        if open_connections:
            await busy(reader, writer, heads)
            return
        open_connections += 1
        try:
            await relaying()(reader, writer, heads)
        finally:
            open_connections -= 1

    async with odd_exit(behave) as exit_:
        pool = pool_of(exit_.url)
        async with exit_fetcher(pool) as fetcher:
            pages = await asyncio.gather(*[fetcher.fetch(f"{site}/{n}") for n in range(5)])
        assert all("A lamp of brass." in page.html for page in pages)
        assert not resting(pool)


async def test_an_item_waits_for_the_only_exit_that_takes_no_more_connections(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.egress.upstream._PAUSES", {})
    busy = answering(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n")

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        await (busy if len(heads) < 2 else relaying())(reader, writer, heads)

    async with odd_exit(behave) as exit_, exit_fetcher(pool_of(exit_.url)) as fetcher:
        assert "A lamp of brass." in (await fetcher.fetch(f"{site}/")).html
    async with odd_exit(busy) as exit_, exit_fetcher(pool_of(exit_.url)) as fetcher:
        code, message = await fetcher.failure(f"{site}/")
    assert code == "PROXY_FAILED"
    assert "takes no more connections for now (HTTP status 429)." in message
    assert len(exit_.heads) == 3


async def test_an_exit_gets_the_blame_if_it_makes_no_connection_in_the_time_of_the_page(
    site: str,
) -> None:
    async with odd_exit(mute) as exit_:
        pool = pool_of(exit_.url)
        async with exit_fetcher(pool, navigation_timeout=0.2) as fetcher:
            for _ in range(3):
                code, message = await fetcher.failure(f"{site}/")
                assert code == "PROXY_FAILED"
                assert "did not answer in time, when it was asked for 127.0.0.1." in message
        assert resting(pool) == {exit_.address}


# What the log says


async def test_the_log_names_a_bad_exit_once_and_shows_no_secret(
    site: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with odd_exit(answering(b"HTTP/1.1 407 No\r\n\r\n")) as bad:
        pool = pool_of(bad.url.replace("//", "//user:s3cret@"))
        async with exit_fetcher(pool) as fetcher:
            for _ in range(3):
                code, message = await fetcher.failure(f"{site}/")
                assert code == "PROXY_FAILED"
                assert "asks for another user name and password (HTTP status 407)." in message
                assert bad.address not in message
    [told] = [vars(r) for r in caplog.records if r.name == "activities.egress.exit_health"]
    assert told["message"] == "a proxy exit rests"
    assert (told["exit"], told["country"]) == (bad.address, "de")
    assert (told["failure"], told["seconds"]) == ("credential", 30.0)
    assert told["detail"] == "HTTP status 407"
    assert "s3cret" not in caplog.text


async def test_the_log_tells_once_of_failures_that_lead_to_no_rest(
    site: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.egress.upstream._PAUSES", {})
    is_open = False

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        refusing = answering(b"HTTP/1.1 502 No\r\n\r\n")
        await (relaying() if is_open else refusing)(reader, writer, heads)

    caplog.set_level(logging.INFO)
    async with odd_exit(behave) as exit_:
        pool = pool_of(exit_.url)
        async with exit_fetcher(pool) as fetcher:
            for _ in range(2):
                for _ in range(2):
                    assert (await fetcher.failure(f"{site}/"))[0] == "PROXY_FAILED"
                is_open = True
                await fetcher.fetch(f"{site}/")
                is_open = False
            for _ in range(3):
                await fetcher.failure(f"{site}/")
            is_open = True
            await fetcher.fetch(f"{site}/")
    told = [r for r in caplog.records if r.name == "activities.egress.exit_health"]
    assert [(r.getMessage(), vars(r).get("failure")) for r in told] == [
        ("a proxy exit failed", "target"),
        ("a proxy exit rests", "target"),
        ("a proxy exit works again", None),
    ]


# Exits without tunnels to the port of plain HTTP


@pytest.mark.parametrize("status", [b"403 Forbidden", b"405 Not Allowed", b"501 Not Implemented"])
async def test_plain_http_needs_no_tunnel(shop: Shop, site: str, status: bytes) -> None:
    async with odd_exit(without_tunnels(b"HTTP/1.1 %s\r\n\r\n" % status)) as exit_:
        async with exit_fetcher(pool_of(exit_.url.replace("//", "//u:s3cret@"))) as fetcher:
            for path in ("/a", "/b"):
                page = await fetcher.fetch(f"{site}{path}")
                assert "A lamp of brass." in page.html
            code, _ = await fetcher.failure(f"{site}/away")
        assert code == "HTTP_503"
        # What was learnt of the exit is kept for other items.
        asked = [head for head in exit_.heads if b"//proxy.invalid/" not in head]
        assert [head.split()[0] for head in asked] == [b"CONNECT", b"GET", b"GET", b"GET"]
        assert all(b"\r\nProxy-Authorization: Basic " in head for head in asked)
    assert all("Proxy-Authorization" not in request.headers for request in shop.requests)


@pytest.mark.parametrize("refusal", [b"403 Forbidden", b"405 Not Allowed"])
@pytest.mark.parametrize("status", [b"200 OK", b"302 Found"])
async def test_a_web_server_in_place_of_a_proxy_shows_its_page_to_nobody(
    site: str, status: bytes, refusal: bytes
) -> None:
    """A web server, or the log-in page of a network: each URL leads to its page."""
    page = b"HTTP/1.1 %s\r\nLocation: /\r\nContent-Length: 10\r\n\r\n<p>Welcome" % status

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        connect = without_tunnels(b"HTTP/1.1 %s\r\nServer: nginx\r\n\r\n" % refusal)
        await (answering(page) if heads else connect)(reader, writer, heads)

    async with odd_exit(behave) as exit_:
        pool = pool_of(exit_.url)
        async with exit_fetcher(pool) as fetcher:
            code, message = await fetcher.failure(f"{site}/")
        assert code == "PROXY_FAILED"
        assert "did not answer as a proxy does (it refuses tunnels to port " in message
        assert "and has pages of its own)." in message
        assert resting(pool) == {exit_.address}


async def test_a_page_of_the_network_is_recognised_when_it_comes_later(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[bytes] = []
    monkeypatch.setattr("activities.egress.upstream._LEARNT_SECONDS", 0.0)
    behaviour = without_tunnels(pages=pages)
    async with odd_exit(behaviour) as exit_, exit_fetcher(pool_of(exit_.url)) as fetcher:
        assert "A lamp of brass." in (await fetcher.fetch(f"{site}/")).html
        pages.append(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n<p>Log in.")
        assert (await fetcher.failure(f"{site}/"))[0] == "PROXY_FAILED"


async def test_a_glitch_teaches_nothing_of_tunnels(site: str) -> None:
    """An exit that hangs up once is asked again, and not to resolve names."""

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        await (without_tunnels(b"") if not heads else relaying())(reader, writer, heads)

    async with odd_exit(behave) as exit_, exit_fetcher(pool_of(exit_.url)) as fetcher:
        assert "A lamp of brass." in (await fetcher.fetch(f"{site}/")).html
    assert [head.split()[0] for head in exit_.heads] == [b"CONNECT", b"CONNECT"]


async def test_https_needs_a_tunnel(site: str) -> None:
    port = site.rpartition(":")[2]
    async with odd_exit(without_tunnels()) as exit_, exit_fetcher(pool_of(exit_.url)) as fetcher:
        code, message = await fetcher.failure(f"https://127.0.0.1:{port}/")
    assert code == "PROXY_FAILED"
    assert f"does not allow connections to port {port} of 127.0.0.1 (HTTP status 403)" in message


@pytest.mark.parametrize(
    ("status", "server", "sentence"),
    [
        (403, "Server: squid/6.6", "does not allow connections to port "),
        (503, "X-Squid-Error: ERR_CONNECT_FAIL 111", "found no connection to 127.0.0.1 (HTTP"),
        (500, "Server: tinyproxy/1.11.1", "found no connection to 127.0.0.1 (HTTP status 500)"),
        (502, "Proxy-Status: exit; error=dns_error", "found no connection to 127.0.0.1"),
        (407, "Proxy-Authenticate: Basic", "asks for another user name and password"),
        (511, "Content-Type: text/html", "asks for another user name and password"),
    ],
)
async def test_an_error_of_the_exit_itself_is_not_the_sites(
    site: str, status: int, server: str, sentence: str
) -> None:
    answer = f"HTTP/1.1 {status} No\r\n{server}\r\nContent-Length: 5\r\n\r\n<p>No"

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        is_first = not heads
        connect = without_tunnels()
        await (connect if is_first else answering(answer.encode()))(reader, writer, heads)

    async with odd_exit(behave) as exit_, exit_fetcher(pool_of(exit_.url)) as fetcher:
        code, message = await fetcher.failure(f"{site}/")
    assert code == "PROXY_FAILED"
    assert sentence in message


async def test_a_site_behind_proxies_of_its_own_is_not_the_exit(site: str) -> None:
    answer = (
        b"HTTP/1.1 404 No\r\nProxy-Status: http_request_error; e_x=1\r\nContent-Length: 0\r\n\r\n"
    )

    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]
    ) -> None:
        await (answering(answer) if heads else without_tunnels())(reader, writer, heads)

    async with odd_exit(behave) as exit_, exit_fetcher(pool_of(exit_.url)) as fetcher:
        assert (await fetcher.failure(f"{site}/missing"))[0] == "HTTP_404"


def resolving(address: str) -> Resolver:
    """Return a resolver by which each name has `address`."""

    async def resolve(_: str) -> Sequence[Address]:
        return [IPv4Address(address)]

    return resolve


@pytest.mark.parametrize(
    ("allowed", "names", "is_asked"),
    [("127.0.0.1", False, True), ("127.0.0.3", False, False), ("127.0.0.3", True, True)],
)
async def test_an_exit_in_a_protected_network_gets_no_names(
    site: str, allowed: str, names: bool, is_asked: bool
) -> None:
    """The exit is at 127.0.0.1, which pages may not reach in the second case."""
    url = f"http://shop.test:{site.rpartition(':')[2]}/missing"
    networks = (IPv4Network(allowed),)
    async with odd_exit(without_tunnels()) as exit_:
        pool = pool_of({"url": exit_.url, "names": names})
        async with exit_fetcher(pool, allow=networks, resolver=resolving(allowed)) as fetcher:
            code, message = await fetcher.failure(url)
    urls = [head.split()[1] for head in exit_.heads if head.startswith(b"GET http://shop.test")]
    if is_asked:
        assert code == "HTTP_404"
        assert urls == [url.encode()]
    else:
        assert code == "PROXY_FAILED"
        assert '(HTTP status 403; it may be asked without a tunnel only with "names"' in message
        assert urls == []


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("host", ["a..test.example", "a" * 64 + ".example", "a.example" * 30])
async def test_no_exit_is_asked_or_blamed_for_what_cannot_be_a_name(scheme: str, host: str) -> None:
    async def resolve(_: str) -> Sequence[Address]:
        raise NameNotResolvedError

    async with upstream_proxy(scheme) as upstream:
        pool = pool_of({"url": upstream.url, "names": True})
        async with exit_fetcher(pool, resolver=resolve) as fetcher:
            assert (await fetcher.failure(f"http://{host}/"))[0] == "DNS_FAILURE"
        assert upstream.asked == []
        assert [state.failed for state in pool.states()] == [{}]


async def test_no_forbidden_address_is_asked_for_without_a_tunnel() -> None:
    async with odd_exit(without_tunnels()) as exit_:
        pool = pool_of({"url": exit_.url, "names": True})
        async with exit_fetcher(pool, resolver=resolving("127.0.0.2")) as fetcher:
            for url in ("http://inside.test/", "http://127.0.0.2/"):
                assert (await fetcher.failure(url))[0] == "EGRESS_BLOCKED"
        assert exit_.heads == []


# TLS to the exit


async def test_an_exit_may_be_reached_by_tls(
    shop: Shop, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tunnel takes plain HTTP, and TLS within TLS."""
    authority = Authority.make(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    trusted_authorities.cache_clear()
    tls = authority.server("127.0.0.1")
    async with (
        upstream_proxy("https", tls=tls) as exit_,
        serving(shop.application(), tls=tls) as safe_site,
        exit_fetcher(pool_of(exit_.url), authorities=authority.file) as fetcher,
    ):
        for url in (f"{site}/", f"{safe_site}/"):
            assert "A lamp of brass." in (await fetcher.fetch(url)).html
        assert exit_.url.startswith("https://exit-user:")
        assert safe_site.startswith("https:")
        assert len(exit_.asked) == 2
    trusted_authorities.cache_clear()
