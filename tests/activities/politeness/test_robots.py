"""robots.txt, by the rules of RFC 9309."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import web

from activities.http.client import HttpClient
from activities.politeness.robots import MAX_BYTES, Robots
from activities.visitor.profile import profile_for
from domain.failures import ScrapeError
from stack.stack import Stack
from tests.support.client import ApiClient, summary
from tests.support.gateways import running_gateway
from tests.support.servers import serving
from tests.support.site import UNKNOWN_HOST, closed_port
from tests.support.site.pages import html

RULES = """
User-agent: *
Disallow: /

User-agent: Spidra-Batch
Disallow: /private
Allow: /private/but$
"""


class Host:
    """A test host with a robots.txt."""

    def __init__(self, text: str | bytes = "", status: int = 200) -> None:
        self.url = ""
        self.body = text.encode() if isinstance(text, str) else text
        self.status = status
        self.location: str | None = None
        """URL to which `/robots.txt` redirects."""
        self.hits: Counter[str] = Counter()

    async def robots(self, request: web.Request) -> web.Response:
        self.hits["/robots.txt"] += 1
        if self.location is not None:
            return web.Response(status=301, headers={"Location": self.location})
        return web.Response(status=self.status, body=self.body, content_type="text/plain")

    async def elsewhere(self, request: web.Request) -> web.Response:
        if request.path.startswith("/hop/") and (left := int(request.match_info["left"])):
            raise web.HTTPFound(f"/hop/{left - 1}")
        return web.Response(body=self.body)

    async def page(self, request: web.Request) -> web.Response:
        self.hits[request.path] += 1
        return html("<h1>welcome</h1>")


@asynccontextmanager
async def running(host: Host) -> AsyncIterator[Host]:
    app = web.Application()
    app.router.add_get("/robots.txt", host.robots)
    app.router.add_get("/hop/{left}", host.elsewhere)
    app.router.add_get("/{path:.*}", host.page)
    async with serving(app) as host.url:
        yield host


@pytest_asyncio.fixture(scope="module")
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient(threads=4)
    yield client
    client.close()


async def checked(robots: Robots, url: str) -> str:
    """Return the code with which robots.txt forbids the page at `url`, or `OK`."""
    async with running_gateway() as gateway, gateway.open_session() as egress:
        try:
            await robots.check(egress, url, profile_for(None, "test"))
        except ScrapeError as error:
            return error.failure.code
    return "OK"


async def test_robots_txt_is_heeded_if_the_setting_is_on(
    own_stack: Stack, stack: Stack, api: ApiClient
) -> None:
    async with (
        running(Host(RULES)) as host,
        ApiClient(own_stack.api_url, own_stack.api_key) as heeding,
    ):
        urls = [f"{host.url}/{path}" for path in ("a", "private/b", "c", "private/but")]
        for mode in ("fast", "default"):
            used = await heeding.credits_used()
            batch = await heeding.finished(await heeding.submit(urls, scrapeMode=mode))
            codes = [item["errorCode"] for item in batch["items"]]
            assert codes == [None, "ROBOTS_DISALLOWED", None, None], summary(batch)
            refused = batch["items"][1]
            assert (refused["retryable"], refused["httpStatus"]) == (False, None)
            assert await heeding.credits_used() == used + 6
        assert host.hits["/robots.txt"] == 1, "once for all pages of a host"
        assert host.hits["/private/b"] == 0
        batch = await api.finished(await api.submit(urls, scrapeMode="fast"))
        assert batch["completedCount"] == 4
        assert host.hits["/robots.txt"] == 1


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "ROBOTS_DISALLOWED"),
        (404, "OK"),
        (403, "OK"),
        (429, "OK"),
        (500, "ROBOTS_UNAVAILABLE"),
        (503, "ROBOTS_UNAVAILABLE"),
    ],
)
async def test_the_status_of_robots_txt_decides(
    http: HttpClient, status: int, expected: str
) -> None:
    async with running(Host(RULES, status)) as host:
        robots = Robots(http)
        for _ in range(2):
            assert await checked(robots, f"{host.url}/private") == expected
        assert host.hits["/robots.txt"] == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (UNKNOWN_HOST, "DNS_FAILURE"),
        ("http://127.0.0.1:{closed}/", "CONNECTION_REFUSED"),
        ("http://10.1.2.3/", "EGRESS_BLOCKED"),
    ],
)
async def test_an_unreachable_host_allows_nothing(
    http: HttpClient, url: str, expected: str
) -> None:
    assert await checked(Robots(http), url.format(closed=closed_port())) == expected


@pytest.mark.parametrize(
    ("hops", "expected"), [(0, "ROBOTS_DISALLOWED"), (4, "ROBOTS_DISALLOWED"), (5, "OK")]
)
async def test_redirects_are_followed(http: HttpClient, hops: int, expected: str) -> None:
    async with running(Host(RULES)) as host:
        host.location = f"/hop/{hops}"
        assert await checked(Robots(http), f"{host.url}/private") == expected


async def test_rules_of_another_host_apply_after_a_redirect(http: HttpClient) -> None:
    async with running(Host()) as host, running(Host(RULES)) as other:
        host.location = f"{other.url}/robots.txt"
        robots = Robots(http)
        assert await checked(robots, f"{host.url}/private") == "ROBOTS_DISALLOWED"
        assert await checked(robots, f"{host.url}/public") == "OK"


async def test_rules_beyond_the_size_limit_have_no_effect(http: HttpClient) -> None:
    head = b"User-agent: *\nDisallow: /early\n"
    tail = b"\nDisallow: /late\n"
    filler = b"# " + b"x" * (MAX_BYTES - len(head) - 2)
    async with running(Host(head + filler + tail)) as host:
        robots = Robots(http)
        assert await checked(robots, f"{host.url}/early") == "ROBOTS_DISALLOWED"
        assert await checked(robots, f"{host.url}/late") == "OK"


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /private",
        b"User-agent: *\r\nDisallow: /private\xff\0",
    ],
)
async def test_invalid_bytes_do_no_harm(http: HttpClient, text: bytes) -> None:
    async with running(Host(text)) as host:
        robots = Robots(http)
        expected = "OK" if b"\xff" in text else "ROBOTS_DISALLOWED"
        assert await checked(robots, f"{host.url}/private") == expected
        assert await checked(robots, f"{host.url}/robots.txt") == "OK"


async def test_hostile_rules_do_not_take_long(http: HttpClient) -> None:
    text = "User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*a*a*a*b$\n" * 15_000
    async with running(Host(text)) as host:
        async with asyncio.timeout(20):
            assert await checked(Robots(http), f"{host.url}/{'a' * 8000}") == "OK"


async def test_pages_share_one_robots_txt_until_it_expires(http: HttpClient) -> None:
    now = 0.0
    robots = Robots(http, clock=lambda: now)
    async with running(Host(RULES)) as host:
        urls = [f"{host.url}/{number}" for number in range(10)]
        assert await asyncio.gather(*(checked(robots, url) for url in urls)) == ["OK"] * 10
        assert host.hits["/robots.txt"] == 1
        host.status = 500
        now = 3599.0
        assert await checked(robots, urls[0]) == "OK"
        now = 3601.0
        assert await checked(robots, urls[0]) == "ROBOTS_UNAVAILABLE"
        host.status = 200
        now += 61
        assert await checked(robots, urls[0]) == "OK"
        assert host.hits["/robots.txt"] == 3
