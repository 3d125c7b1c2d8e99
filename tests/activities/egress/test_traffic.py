"""What items take through proxy exits: one limit for each, and one for all of a batch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from activities.egress.gateway import Gateway
from activities.egress.routes import ExitPool
from activities.egress.session import EgressSession
from activities.egress.traffic import TrafficCounter
from domain.failures import ScrapeError
from domain.items import ScrapeInput, Usage
from domain.proxies import parse_proxies
from tests.support.gateways import running_gateway
from tests.support.servers import serving
from tests.support.upstreams import upstream_proxy


def item(**changes: Any) -> ScrapeInput:
    """Return an item of a batch that may take 1000 bytes."""
    fields: dict[str, Any] = {
        "batch_id": "b",
        "item_uuid": "i",
        "url": "http://a.example/",
        "generation": 1,
        "timeout_seconds": 60,
        "max_batch_proxy_bytes": 1000,
    }
    return ScrapeInput(**{**fields, **changes})


def test_the_tries_of_an_item_count_together() -> None:
    usage = Usage(proxy_bytes=200)
    with TrafficCounter().attempt(item(), usage, 500) as traffic:
        assert traffic.count(100) is None
        assert traffic.count(200) is None  # exactly the limit
        reached = traffic.count(1)
        assert reached is not None
        assert reached[0] == "TRAFFIC_LIMIT"
        with pytest.raises(ScrapeError):
            traffic.require_some()
    assert usage.proxy_bytes == 501


def test_items_of_one_worker_share_what_is_left_of_their_batch() -> None:
    counter = TrafficCounter()
    with (
        counter.attempt(item(), Usage(), None) as first,
        counter.attempt(item(), Usage(), None) as second,
        counter.attempt(item(batch_id="other"), Usage(), None) as other,
    ):
        assert first.count(600) is None
        assert other.count(600) is None
        assert second.count(400) is None
        for traffic in (first, second):
            reached = traffic.count(1)
            assert reached is not None
            assert reached[0] == "TRAFFIC_BUDGET"
    # What has ended still counts, though the workflow did not know it when it told the item.
    with (
        pytest.raises(ScrapeError) as caught,
        counter.attempt(item(batch_proxy_bytes=0), Usage(), None) as late,
    ):
        late.require_some()
    assert caught.value.failure.code == "TRAFFIC_BUDGET"
    assert caught.value.failure.retryable


def test_what_other_workers_have_taken_counts() -> None:
    counter = TrafficCounter()
    with counter.attempt(item(), Usage(), None) as ended:
        assert ended.count(100) is None
    with counter.attempt(item(), Usage(), None) as running:
        assert running.count(200) is None
        # The workflow knows of 400 bytes, 300 of them of other workers.
        with counter.attempt(item(batch_proxy_bytes=400), Usage(), None) as last:
            assert last.count(400) is None
            assert last.count(1) is not None


def test_a_batch_without_a_limit_has_none() -> None:
    with TrafficCounter().attempt(item(max_batch_proxy_bytes=None), Usage(), None) as traffic:
        assert traffic.count(10**12) is None
        traffic.require_some()


async def ask(session: aiohttp.ClientSession, egress: EgressSession, url: str) -> bytes:
    """Return what comes of a page until its end, or until the connection breaks."""
    got = b""
    credential = {"Proxy-Authorization": egress.authorization}
    with suppress(aiohttp.ClientError):
        async with session.get(url, proxy=egress.proxy_url, headers=credential) as response:
            async for chunk in response.content.iter_any():
                got += chunk
    return got


@asynccontextmanager
async def site_of(
    answer: Callable[[web.Request], Awaitable[web.Response]],
) -> AsyncIterator[tuple[str, Gateway, aiohttp.ClientSession]]:
    """Yield the URL of a page, a gateway to it, and a client."""
    app = web.Application()
    app.router.add_get("/", answer)
    async with (
        serving(app) as site,
        running_gateway() as gateway,
        aiohttp.ClientSession() as session,
    ):
        yield site, gateway, session


async def test_what_is_over_the_limit_goes_no_further() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=bytes(2_000_000))

    usage = Usage()
    async with site_of(answer) as (site, gateway, session), upstream_proxy("http") as upstream:
        exit_ = ExitPool(parse_proxies(f'{{"de": "{upstream.url}"}}')).route(None).exit
        limited = item(max_batch_proxy_bytes=300_000)
        with TrafficCounter().attempt(limited, usage, None) as traffic:
            async with gateway.open_session(exit_, traffic) as egress:
                got = await ask(session, egress, site)
                assert egress.exhausted.result()[0] == "TRAFFIC_BUDGET"
                assert usage.proxy_bytes == egress.sent + egress.received > 300_000
    assert 0 < len(got) <= 300_000


async def test_another_item_that_reaches_the_limit_is_no_fault_of_the_server() -> None:
    counter = TrafficCounter()
    with (
        counter.attempt(item(), Usage(), None) as one,
        counter.attempt(item(), Usage(), None) as other,
    ):

        async def answer(_: web.Request) -> web.Response:
            assert other.count(1000) is not None
            return web.Response(text="late")

        async with (
            site_of(answer) as (site, gateway, session),
            gateway.open_session(None, one) as egress,
        ):
            assert await ask(session, egress, site) != b"late"
            assert egress.exhausted.result()[0] == "TRAFFIC_BUDGET"
            refusal = egress.refusal_of(site)
            assert refusal is None or refusal.code == "TRAFFIC_BUDGET"
