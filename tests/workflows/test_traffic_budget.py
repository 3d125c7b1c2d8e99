"""A batch with a limit of proxy traffic, on a real Temporal server with scripted activities."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from domain.failures import failure
from domain.items import EXTRACTING, WAITING, ItemOutcome, Progress, ScrapeInput, Usage
from storage import ledger
from storage.database import Database
from tests.support.batch_runs import (
    Handle,
    cancel_request,
    completed,
    credits_used,
    new_batch,
    start,
    worker,
)
from workflows.batch import BatchWorkflow
from workflows.history import state_from_history
from workflows.state import BatchState
from workflows.traffic_budget import MAX_UNDER_WAY

CONVERTER = pydantic_data_converter


def limited(database: Database, urls: int, max_proxy_bytes: int) -> BatchState:
    """Return a batch that may take so many bytes."""
    state = new_batch(database, urls)
    state.use_proxy = True
    state.max_proxy_bytes = max_proxy_bytes
    return state


def took(item: ScrapeInput, count: int) -> ItemOutcome:
    """Return the outcome of a completed item that has taken `count` bytes."""
    outcome = completed(item)
    outcome.usage = Usage(proxy_bytes=count)
    return outcome


def codes(state: BatchState) -> list[str | None]:
    """Return the code of each item's failure."""
    failures = [item.outcome.failure if item.outcome else None for item in state.items]
    return [failed.code if failed else None for failed in failures]


async def check_history(handle: Handle, state: BatchState) -> None:
    """Check that the history of a run proves how its items ended, and replays."""
    history = await handle.fetch_history()
    read = state_from_history(history, CONVERTER)
    assert [item.status for item in read.items] == [item.status for item in state.items]
    assert codes(read) == codes(state)
    replayer = Replayer(
        workflows=[BatchWorkflow],
        data_converter=CONVERTER,
        workflow_runner=SandboxedWorkflowRunner(),
    )
    await replayer.replay_workflow(history)


async def test_no_item_starts_once_the_limit_is_reached_and_a_retry_may_raise_it(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = limited(database, 40, 2000)
    inputs: list[ScrapeInput] = []

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        inputs.append(item)
        return took(item, 100)

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        first = await handle.result()
        started = len(inputs)
        # Those under way when the limit was reached have gone on.
        assert 20 <= started < 20 + MAX_UNDER_WAY
        assert first.count("completed") == started
        assert codes(first).count("TRAFFIC_BUDGET") == 40 - started
        assert first.proxy_bytes == started * 100
        assert credits_used(database) == started * 2
        assert all(item.is_retryable for item in first.items if item.status == "failed")
        # Each attempt is told what has been taken, and that is never more than what was taken.
        told = sorted(item.batch_proxy_bytes for item in inputs)
        assert told[0] == 0
        assert (started - MAX_UNDER_WAY) * 100 <= told[-1] < 2000
        await check_history(handle, first)
        retry = ledger.NewRetry(
            batch_id=state.batch_id,
            account="account",
            ended_generation=1,
            items=40 - started,
            credits_per_item=2,
        )
        with database.transaction() as connection:
            generation = ledger.reopen_batch(connection, retry, max_open=50)
        handle = await start(env, first, retry=generation, max_proxy_bytes=10_000)
        second = await handle.result()
    assert second.count("completed") == 40
    assert second.proxy_bytes == 4000
    assert credits_used(database) == 80


async def test_few_items_are_under_way_at_once(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = limited(database, 2 * MAX_UNDER_WAY, 10**9)
    under_way = most = 0
    is_full = asyncio.Event()

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == MAX_UNDER_WAY:
            is_full.set()
        await is_full.wait()
        under_way -= 1
        return completed(item)

    async with worker(env, database, state, scrape):
        result = await (await start(env, state)).result()
    assert result.count("completed") == 2 * MAX_UNDER_WAY
    assert most == MAX_UNDER_WAY


async def test_what_a_retry_replaces_counts_as_well(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = limited(database, 2, 1000)

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        outcome = took(item, 300)
        if item.generation == 1 and item.url.endswith("/1"):
            outcome.failure = failure("HTTP_503", "Away.")
        return outcome

    async with worker(env, database, state, scrape):
        first = await (await start(env, state)).result()
        retry = ledger.NewRetry(
            batch_id=state.batch_id,
            account="account",
            ended_generation=1,
            items=1,
            credits_per_item=2,
        )
        with database.transaction() as connection:
            generation = ledger.reopen_batch(connection, retry, max_open=50)
        second = await (await start(env, first, retry=generation)).result()
    assert (first.proxy_bytes, second.proxy_bytes) == (600, 900)
    assert second.max_proxy_bytes == 1000
    with database.transaction() as connection:
        assert ledger.usage(connection, "account").proxy_bytes == 900


async def test_an_item_that_waits_is_not_started_again_unless_it_has_its_page(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = limited(database, 3, 1000)
    stages = {"/0": WAITING, "/1": EXTRACTING}
    both_wait = asyncio.Event()
    started: list[str] = []

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        url = item.url[-2:]
        started.append(url)
        if len(started) == 3:
            both_wait.set()
        if item.earlier_attempts or url == "/2":
            await both_wait.wait()
            return took(item, item.earlier_usage.proxy_bytes or 900)
        progress = Progress(
            stage=stages[url],
            attempts=1,
            started_at=datetime.now(UTC),
            usage=Usage(proxy_bytes=100),
            postponed=1,
        )
        raise ApplicationError(
            "later", progress, type="HOST_BUSY", next_retry_delay=timedelta(seconds=5)
        )

    async with worker(env, database, state, scrape):
        result = await (await start(env, state)).result()
    assert codes(result) == ["TRAFFIC_BUDGET", None, None]
    assert sorted(started) == ["/0", "/1", "/1", "/2"]
    assert result.proxy_bytes == 1100
    waited = result.items[0].outcome
    assert waited is not None
    assert (waited.attempts, waited.usage.proxy_bytes) == (1, 100)
    assert waited.started_at is not None
    assert credits_used(database) == 4


async def test_a_cancel_counts_the_items_that_were_not_scheduled(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = limited(database, 30, 10**9)
    busy, finish = asyncio.Event(), asyncio.Event()
    started: list[str] = []

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        started.append(item.item_uuid)
        if len(started) == 3:
            busy.set()
        while not finish.is_set():
            with suppress(asyncio.CancelledError):
                await finish.wait()
        return completed(item)

    async with worker(env, database, state, scrape, slots=3):
        handle = await start(env, state)
        await busy.wait()
        await handle.signal(BatchWorkflow.cancel, cancel_request("first"))
        queried = await handle.query(BatchWorkflow.status)
        while not (queried.cancellation and queried.cancellation.cancelled_items):
            queried = await handle.query(BatchWorkflow.status)
        assert queried.cancellation.cancelled_items == 27
        assert queried.cancellation.credits_refunded == 54
        finish.set()
        result = await handle.result()
        await check_history(handle, result)
    assert result.count("cancelled") == 27
    assert result.count("completed") == len(started) == 3
    assert credits_used(database) == 6


async def test_items_that_a_cancel_leaves_out_have_not_failed_for_their_traffic(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = limited(database, MAX_UNDER_WAY + 4, 1000)
    all_busy, asked, finish = asyncio.Event(), asyncio.Event(), asyncio.Event()
    started: list[str] = []

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        started.append(item.item_uuid)
        if len(started) == MAX_UNDER_WAY:
            all_busy.set()
        if item.url.endswith("/0"):
            await asked.wait()
            return took(item, 1000)
        await finish.wait()
        return completed(item)

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        await all_busy.wait()
        await handle.signal(BatchWorkflow.cancel, cancel_request("first"))
        asked.set()
        while (await handle.query(BatchWorkflow.status)).count("cancelled") == 0:
            pass
        finish.set()
        result = await handle.result()
        await check_history(handle, result)
    assert result.proxy_bytes == 1000
    assert result.count("cancelled") == 4
    assert result.count("completed") == MAX_UNDER_WAY
