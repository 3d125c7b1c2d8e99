"""When the pages of a host may be loaded, without a stack."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest

from activities.politeness import hosts as hosts_module
from activities.politeness.hosts import HostBusyError, Hosts
from domain.failures import ScrapeError


def refused_with(status: int, seconds: float | None) -> ScrapeError:
    return ScrapeError.from_status(status, "http://host/", seconds)


async def test_visits_begin_some_seconds_apart() -> None:
    hosts = Hosts(spacing=0.2)
    starts: list[float] = []

    async def visit() -> None:
        async with hosts.permit("http://host/"):
            starts.append(time.monotonic())

    await asyncio.gather(*(visit() for _ in range(4)))
    assert all(after - before >= 0.19 for before, after in pairwise(starts))


async def test_a_host_is_a_name_and_a_port() -> None:
    hosts = Hosts(concurrency=1)
    async with (
        hosts.permit("http://host/a"),
        hosts.permit("http://host:81/"),
        hosts.permit("http://www.host/"),
    ):
        assert len(hosts) == 3
        waiting = asyncio.create_task(hosts.permit("HTTP://HOST:80/b").__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_idle_hosts_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts_module, "_MANY_HOSTS", 10)
    now = 1000.0
    hosts = Hosts(concurrency=2, clock=lambda: now)
    for number in range(100):
        async with hosts.permit(f"http://host-{number}/"):
            pass
    assert len(hosts._hosts) <= 10
    async with hosts.permit("http://host/") as permit:
        permit.record_refusal(refused_with(429, 30), 0)
    assert len(hosts) == 1
    now += 120
    assert len(hosts) == 0


async def test_items_come_back_one_after_the_other() -> None:
    now = 1000.0
    hosts = Hosts(concurrency=6, clock=lambda: now)
    delays = []
    async with hosts.permit("http://host/") as permit:
        permit.record_refusal(refused_with(503, 60), 0)
    for _ in range(5):
        with pytest.raises(HostBusyError) as busy:
            async with hosts.permit("http://host/"):
                raise AssertionError
        delays.append(busy.value.delay)
    assert all(delay >= 60 for delay in delays)
    assert all(after - before > 0.1 for before, after in pairwise(delays))
    # A visit through a proxy exit is not concerned.
    async with hosts.permit("http://host/", is_direct=False):
        pass


async def test_a_rest_without_a_given_time_doubles_with_each_refusal() -> None:
    hosts = Hosts()
    async with hosts.permit("http://host/", is_direct=False) as permit:
        assert [
            permit.record_refusal(refused_with(429, None), earlier) for earlier in range(3)
        ] == [
            5,
            10,
            None,
        ]


async def test_a_host_that_refuses_three_times_in_a_row_counts_as_away() -> None:
    now = 1000.0
    hosts = Hosts(concurrency=6, clock=lambda: now)

    async with AsyncExitStack() as stack:
        permits = [await stack.enter_async_context(hosts.permit("http://host/")) for _ in range(6)]
        for permit in permits:  # these count as one refusal
            permit.record_refusal(refused_with(503, None), 0)
    for rest in (5, 10):
        with pytest.raises(HostBusyError):
            async with hosts.permit("http://host/"):
                raise AssertionError
        now += rest + 0.1
        async with hosts.permit("http://host/") as permit:
            permit.record_refusal(refused_with(503, None), 0)
    with pytest.raises(ScrapeError, match="refused 3 times in a row") as error:
        async with hosts.permit("http://host/"):
            raise AssertionError
    assert error.value.failure.code == "HTTP_503"
    now += 20.1
    async with hosts.permit("http://host/") as permit:  # the host is back
        permit.end()
    async with hosts.permit("http://host/"):
        pass


async def test_the_limit_of_visits_doubles_with_each_success_after_a_refusal() -> None:
    now = 1000.0
    hosts = Hosts(concurrency=6, clock=lambda: now)
    async with hosts.permit("http://host/") as permit:
        permit.record_refusal(refused_with(429, 1), 0)
    now += 2
    for allowed in (1, 2, 4, 6, 6):
        assert hosts._known("http://host/").allowed == allowed
        async with hosts.permit("http://host/") as permit:
            permit.end()


async def test_no_host_rests_without_backoff() -> None:
    hosts = Hosts(max_backoff=0)
    async with hosts.permit("http://host/") as permit:
        assert permit.record_refusal(refused_with(429, 60), 0) is None
    async with hosts.permit("http://host/"):
        pass


async def test_a_cancelled_item_in_the_queue_blocks_no_other_item() -> None:
    hosts = Hosts(concurrency=1)
    permit = hosts.permit("http://host/")
    await permit.__aenter__()
    queue = [asyncio.create_task(hosts.permit("http://host/").__aenter__()) for _ in range(3)]
    await asyncio.sleep(0)
    queue[0].cancel()
    await asyncio.wait([queue[0]])
    await permit.__aexit__(None, None, None)
    await queue[1]
    queue[2].cancel()
    await asyncio.wait([queue[2]])
