"""`/metrics` of a worker: numbers of the exits, in a format that Prometheus reads."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack

import aiohttp
import pytest

from activities.egress.exit_errors import ExitError, ExitFailure
from activities.egress.routes import ExitPool
from domain.failures import ScrapeError
from domain.proxies import parse_proxies
from runtime.metrics import exit_metrics, serve_metrics
from tests.support.site import closed_port

EXITS = parse_proxies(
    """{
        "de": ["http://user:secret@203.0.113.7:8080", "socks5://[2001:db8::1]:1080"],
        "us,gb": "http://u-{country}-{session}:secret@gate.example.net:7777",
        "eu": ["http://first:secret@203.0.113.8:1", "http://second:secret@203.0.113.8:1"]
    }"""
)

_LABELS = r'country="[a-z]+",exit="[^"\\]+"(,result="[A-Z0-9_]+"|,failure="[a-z]+")?'
_SAMPLE = re.compile(rf"[a-z_]+\{{{_LABELS}\}} \d+")


def test_each_exit_has_its_numbers_and_shows_no_credential() -> None:
    now = 0.0
    pool = ExitPool(EXITS, clock=lambda: now)
    german = EXITS.of("de")[0]
    american = EXITS.of("us")[0]
    for proxy, code in ((german, None), (german, "BLOCKED"), (american, "HTTP_404")):
        pool.counts.add_try(proxy, code)
    pool.counts.add_try(american, "HTTP_451")
    pool.counts.add_traffic(german, sent=1000, received=12_345_678)
    route = pool.route("us")
    route.exit.record(ExitError(ExitFailure.AWAY))
    route.try_next(ScrapeError("PROXY_FAILED", "It is away."))
    text = exit_metrics(pool)
    assert "secret" not in text
    lines = text.splitlines()
    assert all(line.startswith("# ") or _SAMPLE.fullmatch(line) for line in lines)
    de, us = 'country="de",exit="203.0.113.7:8080"', 'country="us",exit="gate.example.net:7777"'
    assert f'spidra_exit_tries_total{{{de},result="OK"}} 1' in lines
    assert f'spidra_exit_tries_total{{{de},result="BLOCKED"}} 1' in lines
    assert f'spidra_exit_tries_total{{{us},result="HTTP_4XX"}} 2' in lines
    assert f"spidra_exit_received_bytes_total{{{de}}} 12345678" in lines
    assert f'spidra_exit_failures_total{{{us},failure="away"}} 1' in lines
    assert f"spidra_exits_resting{{{us}}} 1" in lines
    assert f"spidra_exits_resting{{{de}}} 0" in lines
    assert 'spidra_exits{country="eu",exit="203.0.113.8:1"} 2' in lines
    assert 'spidra_exits{country="de",exit="[2001:db8::1]:1080"} 1' in lines
    now = 1000.0
    assert f"spidra_exits_resting{{{us}}} 0" in exit_metrics(pool).splitlines()


async def test_they_are_served_and_a_port_that_is_taken_stops_no_worker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pool = ExitPool(EXITS)
    address = f"127.0.0.1:{closed_port()}"
    async with AsyncExitStack() as stack:
        await serve_metrics(address, pool, stack)
        await serve_metrics(address, pool, stack)
        assert "no metrics are served at" in caplog.text
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{address}/metrics") as response,
        ):
            assert response.status == 200
            assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert await response.text() == exit_metrics(pool)
