"""When the pages of a host may be loaded, without a stack."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest

from activities.politeness import hosts as hosts_module
from activities.politeness.hosts import HostBusyError, HostPermit, Hosts, Visitor
from domain.failures import ScrapeError


def refused_with(status: int, seconds: float | None) -> ScrapeError:
    return ScrapeError.from_status(status, "http://host/", seconds)


async def test_visits_begin_some_seconds_apart() -> None:
    hosts = Hosts(spacing=0.2)
    starts: list[float] = []

    async def visit() -> None:
        async with hosts.permit(Visitor("http://host/")):
            starts.append(time.monotonic())

    await asyncio.gather(*(visit() for _ in range(4)))
    assert all(after - before >= 0.19 for before, after in pairwise(starts))


async def test_a_host_is_a_name_and_a_port() -> None:
    hosts = Hosts(concurrency=1)
    async with (
        hosts.permit(Visitor("http://host/a")),
        hosts.permit(Visitor("http://host:81/")),
        hosts.permit(Visitor("http://www.host/")),
    ):
        assert len(hosts) == 3
        waiting = asyncio.create_task(hosts.permit(Visitor("HTTP://HOST:80/b")).__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def refuse(hosts: Hosts, visitor: Visitor, error: ScrapeError) -> HostBusyError | None:
    """Visit the host, which answers with `error`. Return what follows; None if the item failed."""
    try:
        async with hosts.permit(visitor):
            raise error
    except HostBusyError as busy:
        return busy
    except ScrapeError:
        return None


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def rest_as_asked(hosts: Hosts, clock: Clock, seconds: float) -> None:
    """Let the host refuse three probes as well, so that what it asks for is believed.

    That takes 38 seconds.
    """
    for number, pause in enumerate((0, 0, 0, 6, 11, 21)):
        clock.now += pause
        await refuse(hosts, Visitor(f"http://host/{number}"), refused_with(503, seconds))


async def refuse_all(hosts: Hosts, error: ScrapeError) -> None:
    """Let the host refuse so many pages that it rests."""
    for number in range(3):
        await refuse(hosts, Visitor(f"http://host/{number}"), error)


async def visit(hosts: Hosts, path: str = "", account: str = "") -> None:
    async with hosts.permit(Visitor(f"http://host/{path}", account)) as permit:
        permit.end()


async def test_idle_hosts_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts_module, "_MANY_HOSTS", 10)
    now = 1000.0
    hosts = Hosts(concurrency=2, clock=lambda: now)
    for number in range(100):
        async with hosts.permit(Visitor(f"http://host-{number}/")):
            pass
    assert len(hosts._hosts) <= 10
    await refuse_all(hosts, refused_with(429, 30))
    assert len(hosts) == 1
    now += 120
    assert len(hosts) == 0


async def test_items_come_back_one_after_the_other() -> None:
    clock = Clock()
    hosts = Hosts(concurrency=6, clock=clock)
    await rest_as_asked(hosts, clock, 98)
    delays = []
    for _ in range(5):
        with pytest.raises(HostBusyError) as busy:
            await visit(hosts)
        delays.append(busy.value.delay)
        assert busy.value.rest == 60
        assert busy.value.refusal is None
    assert all(delay >= 60 for delay in delays)
    assert all(after > before for before, after in pairwise(delays))
    # A visit through a proxy exit is not concerned.
    async with hosts.permit(Visitor("http://host/", is_direct=False)):
        pass


@pytest.mark.parametrize("is_direct", [True, False])
async def test_a_page_that_is_refused_alone_is_tried_three_times(is_direct: bool) -> None:
    hosts = Hosts()
    delays = []
    for refusals in range(3):
        visitor = Visitor("http://host/bad", is_direct=is_direct, refusals=refusals)
        busy = await refuse(hosts, visitor, refused_with(503, None))
        delays.append(None if busy is None else (busy.delay, busy.rest))
        await visit(hosts, "good")
    assert delays == [(5, 0), (10, 0), None]


async def test_a_page_is_tried_more_often_if_the_host_has_served_a_refused_page_later() -> None:
    hosts = Hosts()
    await refuse(hosts, Visitor("http://host/a"), refused_with(503, None))
    await visit(hosts, "other")
    await visit(hosts, "a")
    busy = [
        await refuse(hosts, Visitor("http://host/b", refusals=refusals), refused_with(503, None))
        for refusals in (2, 3, 4)
    ]
    assert [each is None for each in busy] == [False, False, True]


async def test_refusals_of_one_page_make_no_host_rest() -> None:
    hosts = Hosts()
    for _ in range(20):
        await refuse(hosts, Visitor("http://host/bad"), refused_with(429, 60))
    await visit(hosts, "good")


async def test_a_host_that_refuses_three_pages_rests() -> None:
    now = 1000.0
    hosts = Hosts(concurrency=6, clock=lambda: now)
    error = refused_with(503, None)
    async with AsyncExitStack() as stack:
        permits = [hosts.permit(Visitor(f"http://host/{number}")) for number in range(6)]
        for permit in permits:
            await stack.enter_async_context(permit)
        for permit in permits:  # these begin one rest
            with pytest.raises(HostBusyError) as busy:
                await permit.__aexit__(ScrapeError, error, None)
    assert busy.value.rest == 5
    assert busy.value.refusal is error
    with pytest.raises(HostBusyError):
        await visit(hosts, "new")
    now += 5.1
    async with hosts.permit(Visitor("http://host/new")) as probe:
        waiting = asyncio.create_task(visit(hosts, "other"))
        await asyncio.sleep(0)
        assert not waiting.done(), "one visit finds out whether the host serves pages"
        probe.end()
    await waiting


async def test_rests_become_longer_while_the_host_refuses_all_pages() -> None:
    now = 1000.0
    hosts = Hosts(max_backoff=30, clock=lambda: now)
    await refuse_all(hosts, refused_with(503, None))
    rests = [5.0]  # the first one
    for number in range(12):
        now += rests[-1] + 1.1
        busy = await refuse(hosts, Visitor(f"http://host/n{number}"), refused_with(503, None))
        assert busy is not None
        rests.append(busy.rest)
    assert rests[:2] == [5, 10]
    assert 20 < sum(rests[:3]) < 30, "the last probe while the first items wait"
    assert rests[3:] == [30] * 10


async def test_items_have_patience_with_a_host_that_rests() -> None:
    clock = Clock()
    hosts = Hosts(max_backoff=60, clock=clock)
    await rest_as_asked(hosts, clock, 88)
    with pytest.raises(HostBusyError):
        async with hosts.permit(Visitor("http://host/new", rested=10)):
            raise AssertionError
    with pytest.raises(ScrapeError, match=r"not requested.* 50 more seconds") as error:
        async with hosts.permit(Visitor("http://host/new", rested=11)):
            raise AssertionError
    assert error.value.failure.code == "HOST_UNAVAILABLE"
    assert error.value.failure.retryable
    assert error.value.http_status is None
    clock.now += 51
    await visit(hosts, "new")
    clock.now += 5
    await refuse_all(hosts, refused_with(503, None))
    with pytest.raises(HostBusyError):  # it has served a page in the meantime
        async with hosts.permit(Visitor("http://host/new", rested=60)):
            raise AssertionError


async def test_what_one_account_is_refused_does_not_concern_another() -> None:
    hosts = Hosts(concurrency=6)
    for number in range(6):
        await refuse(hosts, Visitor(f"http://host/bad/{number}", "b"), refused_with(503, 600))
    with pytest.raises(HostBusyError):
        await visit(hosts, "good", "b")
    await visit(hosts, "good", "a")
    await visit(hosts, "good", "b")  # what a's visit found counts for all


async def test_an_account_that_is_refused_too_waits_with_the_others() -> None:
    hosts = Hosts(concurrency=6)
    for number in range(3):
        await refuse(hosts, Visitor(f"http://host/{number}", "b"), refused_with(503, 60))
    busy = await refuse(hosts, Visitor("http://host/x", "a"), refused_with(503, 60))
    assert busy is not None
    assert 4 < busy.rest <= 5
    with pytest.raises(HostBusyError):
        await visit(hosts, "y", "a")


@pytest.mark.parametrize(
    ("error", "is_service"),
    [
        (ScrapeError.from_status(404, "http://host/"), True),
        (ScrapeError("DOWNLOAD", "", http_status=200), True),
        (ScrapeError.from_status(500, "http://host/"), False),
        (ScrapeError("BLOCKED", "", http_status=403), False),
        (ScrapeError("CONNECTION_REFUSED", ""), False),
    ],
)
async def test_an_answer_that_is_no_refusal_ends_the_rest(
    error: ScrapeError, is_service: bool
) -> None:
    now = 1000.0
    hosts = Hosts(concurrency=6, clock=lambda: now)
    await refuse_all(hosts, refused_with(503, None))
    now += 6
    with pytest.raises(ScrapeError) as raised:
        async with hosts.permit(Visitor("http://host/probe")):
            raise error
    assert raised.value is error
    assert (await most_at_once(hosts) > 1) == is_service


async def most_at_once(hosts: Hosts) -> int:
    """Return how many visits to the host are allowed at the same time now."""
    permits: list[HostPermit] = []
    async with AsyncExitStack() as stack:
        for number in range(10):
            permit = hosts.permit(Visitor(f"http://host/n{number}"))
            entering = asyncio.create_task(stack.enter_async_context(permit))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if not entering.done():
                entering.cancel()
                await asyncio.wait([entering])
                break
            permits.append(entering.result())
    return len(permits)


async def test_the_limit_of_visits_doubles_with_each_success_after_a_rest() -> None:
    now = 1000.0
    hosts = Hosts(concurrency=6, clock=lambda: now)
    await refuse_all(hosts, refused_with(429, 1))
    now += 2.1
    for allowed in (1, 2, 4, 6, 6):
        assert await most_at_once(hosts) == allowed
        await visit(hosts)


async def test_no_host_rests_without_backoff() -> None:
    hosts = Hosts(max_backoff=0)
    for number in range(5):
        visitor = Visitor(f"http://host/{number}")
        assert await refuse(hosts, visitor, refused_with(429, 60)) is None
    await visit(hosts)


async def test_a_page_that_is_to_rest_for_too_long_fails_alone() -> None:
    hosts = Hosts(max_backoff=60)
    assert await refuse(hosts, Visitor("http://host/a"), refused_with(429, 61)) is None
    await visit(hosts, "b")


async def test_a_cancelled_item_in_the_queue_blocks_no_other_item() -> None:
    hosts = Hosts(concurrency=1)
    permit = hosts.permit(Visitor("http://host/"))
    await permit.__aenter__()
    queue = [
        asyncio.create_task(hosts.permit(Visitor("http://host/")).__aenter__()) for _ in range(3)
    ]
    await asyncio.sleep(0)
    queue[0].cancel()
    await asyncio.wait([queue[0]])
    await permit.__aexit__(None, None, None)
    await queue[1]
    queue[2].cancel()
    await asyncio.wait([queue[2]])
