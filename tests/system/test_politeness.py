"""Politeness towards hosts: their requests are heeded, and other hosts do not suffer from it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from itertools import pairwise

import pytest
from aiohttp import web
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from stack.stack import Stack
from tests.api.batches.test_cancel import cancel, check_numbers
from tests.support.accounts import new_key
from tests.support.client import ApiClient, Json, summary
from tests.support.servers import serving
from tests.support.site.pages import html
from workflows.batch import BatchWorkflow
from workflows.state import workflow_id


class Host:
    """A test host that records its visits, and refuses the visits that a test chooses."""

    def __init__(self) -> None:
        self.url = ""
        self.visits: defaultdict[str, list[float]] = defaultdict(list)
        self.most_at_once = 0
        self.refusals: dict[str, list[web.Response]] = {}
        """Responses to the first visits, by path, or for any path under `*`."""
        self.seconds = 0.0
        """Seconds that a visit takes, unless it is refused."""
        self.seconds_after_open = 0.0
        """Seconds that a visit takes on top once the host is open, unless it is refused."""
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
            if not refusals:
                await asyncio.sleep(self.seconds_after_open)
        finally:
            self._at_once -= 1
        return refusals.pop(0) if refusals else html("<h1>welcome</h1>")

    @property
    def gaps(self) -> list[float]:
        """Seconds from each visit to the next visit, over all paths."""
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


@pytest.mark.parametrize(
    ("mode", "status", "is_date"),
    [("fast", 429, False), ("fast", 503, True), ("default", 429, False)],
)
async def test_a_refused_item_comes_back_when_its_host_asks(
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


async def test_an_item_fails_after_three_refusals(api: ApiClient, stack: Stack) -> None:
    used = await api.credits_used()
    log = stack.data_dir / "logs" / "worker-1.log"
    logged_before = log.stat().st_size
    async with running_host() as host:
        host.refusals["/a"] = [refusal(503, "1") for _ in range(9)]
        [item] = (await scraped(api, [f"{host.url}/a"]))["items"]
        assert (item["status"], item["errorCode"], item["attempts"]) == ("failed", "HTTP_503", 3)
        assert (item["httpStatus"], item["retryable"]) == (503, True)
        assert "asked clients to wait for 1 seconds" in item["error"]
        assert len(host.visits["/a"]) == 3
        assert all(gap >= 1 for gap in host.gaps)
    assert await api.credits_used() == used
    assert b"Traceback" not in log.read_bytes()[logged_before:], "waiting is no error"


async def test_one_bad_page_costs_no_other_page_of_its_host(api: ApiClient) -> None:
    async with running_host() as host:
        host.refusals["/status/503"] = [refusal(503) for _ in range(9)]
        paths = ["a", "b", "status/503", "c"]
        batch = await scraped(api, [f"{host.url}/{path}" for path in paths])
        codes = [item["errorCode"] for item in batch["items"]]
        assert codes == [None, None, "HTTP_503", None], summary(batch)
        assert len(host.visits["/status/503"]) == 3
        began = time.monotonic()
        batch = await scraped(api, [f"{host.url}/{number}" for number in range(10)])
        assert batch["completedCount"] == 10, summary(batch)
        assert time.monotonic() - began < 5


async def test_a_host_that_asks_for_hours_fails_items_without_requests_to_their_pages(
    api: ApiClient, stack: Stack
) -> None:
    async with running_host() as host:
        host.refusals = {f"/{name}": [refusal(429, "3600")] for name in "abc"}
        [item] = (await scraped(api, [f"{host.url}/a"]))["items"]
        assert (item["status"], item["errorCode"], item["attempts"]) == ("failed", "HTTP_429", 1)
        assert "3600 seconds" in item["error"]
        [other] = (await scraped(api, [f"{host.url}/other"]))["items"]
        assert other["status"] == "completed", "the refusal of one page says nothing about others"

        host.refusals = {f"/{name}": [refusal(429, "3600")] for name in "abcdefg"}
        batch = await scraped(api, [f"{host.url}/{name}" for name in "abc"])
        assert {item["errorCode"] for item in batch["items"]} == {"HTTP_429"}
        # Three probes confirm what the host asks for.
        batch = await scraped(api, [f"{host.url}/{name}" for name in "defg"])
        codes = sorted(item["errorCode"] for item in batch["items"])
        assert codes == ["HOST_UNAVAILABLE", "HTTP_429", "HTTP_429", "HTTP_429"]
        [late] = [item for item in batch["items"] if item["errorCode"] == "HOST_UNAVAILABLE"]
        assert (late["status"], late["httpStatus"], late["retryable"]) == ("failed", None, True)
        assert "more seconds" in late["error"]
        assert not host.visits[late["url"].removeprefix(host.url)]

        async with ApiClient(stack.api_url, new_key(stack)) as another:
            batch = await scraped(another, [f"{host.url}/other"])
            assert batch["completedCount"] == 1, "another account was not refused"


async def test_all_items_leave_a_host_alone_that_refuses_several_pages(api: ApiClient) -> None:
    async with running_host() as host:
        host.refusals["*"] = [refusal(429, "6") for _ in range(3)]
        host.seconds_after_open = 2.0  # so that no page is served before the third refusal
        host.open.clear()
        urls = [f"{host.url}/{number}" for number in range(12)]
        batch_id = await api.submit(urls, scrapeMode="fast")
        await api.wait_for(batch_id, lambda _: len(host.visits) >= 6)
        opened = time.monotonic()
        host.open.set()
        batch = await api.finished(batch_id)
        assert batch["completedCount"] == 12, summary(batch)
        starts = sorted(at for visits in host.visits.values() for at in visits)
        assert len(starts) == 15
        # Six visits had begun before, and two may have between the first refusal and the third.
        assert starts[8] >= opened + 6


async def test_after_a_cancel_items_that_wait_for_their_host_still_finish(api: ApiClient) -> None:
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


async def test_the_number_of_visits_at_the_same_time_is_limited(api: ApiClient) -> None:
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
        while True:
            state = await handle.query(BatchWorkflow.status)
            if any(item.last_progress for item in state.items):
                break
        await scraped(api, [f"{other.url}/a"])
        assert slow.most_at_once == 6
        slow.open.set()
        batch = await api.finished(batch_id)
        assert batch["completedCount"] == 50, summary(batch)
        assert slow.most_at_once <= 6
        assert all(len(visits) == 1 for visits in slow.visits.values())
        assert max(item["attempts"] for item in batch["items"]) > 1
