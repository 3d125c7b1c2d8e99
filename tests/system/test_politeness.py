"""Manners towards hosts: what they ask for is done, and nobody else suffers from it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from email.utils import formatdate
from itertools import pairwise

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.fetch_errors import retry_after
from activities.politeness import hosts as hosts_module
from activities.politeness.hosts import HostBusyError, Hosts
from domain.failures import ScrapeError
from stack.stack import Stack
from tests.api.batches.test_cancel import cancel, check_numbers
from tests.support.client import ApiClient, Json, summary
from tests.support.servers import serving
from tests.support.site.pages import html
from workflows.batch import BatchWorkflow
from workflows.state import workflow_id


class Host:
    """A host that keeps a record of its visits, and refuses those that it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.visits: defaultdict[str, list[float]] = defaultdict(list)
        self.most_at_once = 0
        self.refusals: dict[str, list[web.Response]] = {}
        """By path, or `*` for any, what the first visits are answered with."""
        self.seconds = 0.0
        """How long a visit takes that is not refused."""
        self.open = asyncio.Event()
        self.open.set()
        self._at_once = 0

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/favicon.ico":
            return web.Response(status=404)
        self.visits[request.path].append(time.monotonic())
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            refusals = self.refusals.get(request.path) or self.refusals.get("*")
            if not refusals:
                await asyncio.sleep(self.seconds)
            await self.open.wait()
        finally:
            self._at_once -= 1
        return refusals.pop(0) if refusals else html("<h1>welcome</h1>")

    @property
    def gaps(self) -> list[float]:
        """Seconds from one visit to the next one, of all paths."""
        starts = sorted(at for visits in self.visits.values() for at in visits)
        return [after - before for before, after in pairwise(starts)]


@asynccontextmanager
async def running_host() -> AsyncIterator[Host]:
    host = Host()
    app = web.Application()
    app.router.add_get("/{path:.*}", host.answer)
    async with serving(app) as host.url:
        yield host


def refusal(status: int, retry_after: str | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.Response(status=status, headers=headers)


async def scraped(api: ApiClient, urls: list[str], mode: str = "fast") -> Json:
    return await api.finished(await api.submit(urls, scrapeMode=mode))


# On the whole stack


@pytest.mark.parametrize(
    ("mode", "status", "is_date"),
    [("fast", 429, False), ("fast", 503, True), ("default", 429, False)],
)
async def test_an_item_comes_back_when_its_host_says(
    api: ApiClient, mode: str, status: int, is_date: bool
) -> None:
    async with running_host() as host:
        at = formatdate(time.time() + 4, usegmt=True) if is_date else "3"
        host.refusals["/a"] = [refusal(status, at)]
        asked_at = time.monotonic()
        batch = await scraped(api, [f"{host.url}/a"], mode)
        [item] = batch["items"]
        assert (item["status"], item["httpStatus"], item["attempts"]) == ("completed", 200, 2)
        first, second = host.visits["/a"]
        assert second - (asked_at if is_date else first) >= 2.9


async def test_a_host_that_refuses_again_and_again_fails_the_item(api: ApiClient) -> None:
    used = await api.credits_used()
    async with running_host() as host:
        host.refusals["/a"] = [refusal(503, "1") for _ in range(9)]
        [item] = (await scraped(api, [f"{host.url}/a"]))["items"]
        assert (item["status"], item["errorCode"], item["attempts"]) == ("failed", "HTTP_503", 3)
        assert (item["httpStatus"], item["retryable"]) == (503, True)
        assert "asked clients to wait for 1 seconds" in item["error"]
        assert len(host.visits["/a"]) == 3
        assert all(gap >= 1 for gap in host.gaps)
    assert await api.credits_used() == used


async def test_a_host_that_asks_for_hours_is_not_waited_for_nor_asked_again(
    api: ApiClient,
) -> None:
    async with running_host() as host:
        host.refusals["/a"] = [refusal(429, "3600")]
        [item] = (await scraped(api, [f"{host.url}/a"]))["items"]
        assert (item["status"], item["errorCode"], item["attempts"]) == ("failed", "HTTP_429", 1)
        assert "3600 seconds" in item["error"]
        [other] = (await scraped(api, [f"{host.url}/b"]))["items"]
        assert (other["status"], other["errorCode"], other["httpStatus"]) == (
            "failed",
            "HTTP_429",
            None,
        )
        assert "more seconds" in other["error"]
        assert not host.visits["/b"]


async def test_others_leave_a_host_alone_that_asked_one_to(api: ApiClient) -> None:
    async with running_host() as host:
        host.refusals["*"] = [refusal(429, "6")]
        host.seconds = 2
        urls = [f"{host.url}/{number}" for number in range(12)]
        batch_id = await api.submit(urls, scrapeMode="fast")
        await api.wait_for(batch_id, lambda _: len(host.visits) >= 6)
        host.seconds = 0
        batch = await api.finished(batch_id)
        assert batch["completedCount"] == 12, summary(batch)
        starts = sorted(at for visits in host.visits.values() for at in visits)
        assert len(starts) == 13
        # Those that were on their way when it said so could not know.
        assert starts[6] >= starts[0] + 6


async def test_a_cancel_leaves_items_that_wait_for_their_host_to_finish(api: ApiClient) -> None:
    used = await api.credits_used()
    async with running_host() as host:
        urls = [f"{host.url}/{number}" for number in range(50)]
        host.refusals = {f"/{number}": [refusal(429, "3")] for number in range(3)}
        host.open.clear()
        batch_id = await api.submit(urls, scrapeMode="fast")
        await api.wait_for(batch_id, lambda b: any(i["startedAt"] for i in b["items"]))
        host.open.set()
        waiting = await api.wait_for(batch_id, lambda _: len(host.visits) >= 3)
        status, answer = await cancel(api, batch_id)
        assert status == 200
        batch = await api.wait_for(batch_id, lambda b: b["finishedAt"] is not None)
        check_numbers(answer, batch)
        for before, after in zip(waiting["items"], batch["items"], strict=True):
            assert before["status"] == "pending" or after["status"] == "completed"
        visited = {path for path, visits in host.visits.items() if visits}
        completed = {i["url"] for i in batch["items"] if i["status"] == "completed"}
        assert completed == {host.url + path for path in visited}
    assert await api.credits_used() == used + 2 * batch["completedCount"]


async def test_a_host_has_so_many_visitors_at_once_and_no_more(api: ApiClient) -> None:
    async with running_host() as host:
        host.seconds = 0.15
        batch = await scraped(api, [f"{host.url}/{number}" for number in range(50)])
        assert batch["completedCount"] == 50
        assert 1 < host.most_at_once <= 6


async def test_a_queue_at_one_host_fails_no_item_and_holds_no_slot(
    api: ApiClient, stack: Stack
) -> None:
    temporal = await Client.connect(stack.temporal_address, data_converter=pydantic_data_converter)
    async with running_host() as slow, running_host() as other:
        slow.open.clear()
        urls = [f"{slow.url}/{number}" for number in range(50)]
        batch_id = await api.submit(urls, scrapeMode="fast")
        handle = temporal.get_workflow_handle_for(BatchWorkflow.run, workflow_id(batch_id))
        while not any(item.begun for item in (await handle.query(BatchWorkflow.status)).items):
            pass
        await scraped(api, [f"{other.url}/a"])
        assert slow.most_at_once == 6
        slow.open.set()
        batch = await api.finished(batch_id)
        assert batch["completedCount"] == 50, summary(batch)
        assert slow.most_at_once <= 6
        assert all(len(visits) == 1 for visits in slow.visits.values())
        assert max(item["attempts"] for item in batch["items"]) > 1


# One part alone


def refused_with(status: int, seconds: float | None) -> ScrapeError:
    return ScrapeError.from_status(status, "http://host/", seconds)


async def test_visits_keep_their_distance() -> None:
    hosts = Hosts(spacing=0.2)
    starts: list[float] = []

    async def visit() -> None:
        async with hosts.permit("http://host/"):
            starts.append(time.monotonic())

    await asyncio.gather(*(visit() for _ in range(4)))
    assert all(after - before >= 0.19 for before, after in pairwise(starts))


async def test_hosts_are_told_apart_by_name_and_port() -> None:
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


async def test_hosts_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts_module, "_MANY_HOSTS", 10)
    now = 1000.0
    hosts = Hosts(concurrency=2, clock=lambda: now)
    for number in range(100):
        async with hosts.permit(f"http://host-{number}/"):
            pass
    assert len(hosts._hosts) <= 10
    async with hosts.permit("http://host/") as permit:
        permit.refused(refused_with(429, 30), 0)
    assert len(hosts) == 1
    now += 120
    assert len(hosts) == 0


async def test_those_who_come_back_come_one_after_the_other() -> None:
    now = 1000.0
    hosts = Hosts(concurrency=6, clock=lambda: now)
    delays = []
    async with hosts.permit("http://host/") as permit:
        permit.refused(refused_with(503, 60), 0)
    for _ in range(5):
        with pytest.raises(HostBusyError) as busy:
            async with hosts.permit("http://host/"):
                raise AssertionError
        delays.append(busy.value.delay)
    assert all(delay >= 60 for delay in delays)
    assert all(after - before > 0.1 for before, after in pairwise(delays))
    # One that comes from elsewhere is not concerned.
    async with hosts.permit("http://host/", is_direct=False):
        pass


async def test_a_refusal_without_a_time_is_waited_for_longer_each_time() -> None:
    hosts = Hosts()
    async with hosts.permit("http://host/", is_direct=False) as permit:
        assert [permit.refused(refused_with(429, None), earlier) for earlier in range(3)] == [
            5,
            10,
            None,
        ]


async def test_a_host_that_refuses_whenever_it_is_asked_is_away_for_all() -> None:
    now = 1000.0
    hosts = Hosts(concurrency=6, clock=lambda: now)

    async with AsyncExitStack() as stack:
        permits = [await stack.enter_async_context(hosts.permit("http://host/")) for _ in range(6)]
        for permit in permits:  # one refusal, as it were
            permit.refused(refused_with(503, None), 0)
    for rest in (5, 10):
        with pytest.raises(HostBusyError):
            async with hosts.permit("http://host/"):
                raise AssertionError
        now += rest + 0.1
        async with hosts.permit("http://host/") as permit:
            permit.refused(refused_with(503, None), 0)
    with pytest.raises(ScrapeError, match="refused 3 times in a row") as error:
        async with hosts.permit("http://host/"):
            raise AssertionError
    assert error.value.failure.code == "HTTP_503"
    now += 20.1
    async with hosts.permit("http://host/") as permit:  # is it back?
        permit.end()
    async with hosts.permit("http://host/"):
        pass


async def test_a_host_is_trusted_little_by_little_after_a_refusal() -> None:
    now = 1000.0
    hosts = Hosts(concurrency=6, clock=lambda: now)
    async with hosts.permit("http://host/") as permit:
        permit.refused(refused_with(429, 1), 0)
    now += 2
    for allowed in (1, 2, 4, 6, 6):
        assert hosts._known("http://host/").allowed == allowed
        async with hosts.permit("http://host/") as permit:
            permit.end()


async def test_hosts_that_are_not_to_be_heeded_are_not() -> None:
    hosts = Hosts(max_backoff=0)
    async with hosts.permit("http://host/") as permit:
        assert permit.refused(refused_with(429, 60), 0) is None
    async with hosts.permit("http://host/"):
        pass


async def test_whoever_is_cancelled_in_the_queue_holds_up_nobody() -> None:
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


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
    ],
)
def test_how_retry_after_is_read(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


@given(st.text())
def test_whatever_retry_after_says_it_is_read(value: str) -> None:
    seconds = retry_after({"retry-after": value})
    assert seconds is None or seconds >= 0
