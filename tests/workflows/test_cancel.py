"""Cancelling a batch, on a real Temporal server with scripted activities."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from temporalio import activity
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from domain.items import (
    WAITING,
    ItemOutcome,
    Progress,
    ScrapeInput,
)
from storage.database import Database
from tests.support.batch_runs import (
    cancel_request,
    completed,
    credits_used,
    new_batch,
    start,
    worker,
)
from workflows.batch import BatchWorkflow
from workflows.history import state_from_history
from workflows.state import (
    CANCELLATION_MEMO,
    Cancellation,
)


async def test_cancel_leaves_started_items_alone(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 20)
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
        await handle.signal(BatchWorkflow.cancel, cancel_request("second"))
        cancellation = None
        while cancellation is None:
            description = await handle.describe()
            cancellation = await description.memo_value(
                CANCELLATION_MEMO, None, type_hint=Cancellation
            )
        assert cancellation == Cancellation(
            request_id="first", cancelled_items=17, credits_refunded=34
        )
        finish.set()
        result = await handle.result()
    assert result.count("cancelled") == 17
    assert {item.uuid for item in result.items if item.status == "completed"} == set(started)
    assert len(started) == 3
    assert credits_used(database) == 6


@pytest.mark.long
async def test_an_item_that_is_lost_after_a_cancel_still_finishes(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 1)
    inputs: list[ScrapeInput] = []
    beaten = asyncio.Event()

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        inputs.append(item)
        if len(inputs) > 1:
            return completed(item)
        progress = Progress(stage="lost", attempts=4, started_at=datetime.now(UTC))
        activity.heartbeat(progress)
        beaten.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ApplicationError("gone", progress, type="WORKER_LOST") from None
        raise AssertionError

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        await beaten.wait()
        await handle.signal(BatchWorkflow.cancel, cancel_request("x"))
        result = await handle.result()
    assert result.count("completed") == 1
    assert inputs[1].earlier_attempts == 4
    assert result.cancellation is not None
    assert result.cancellation.cancelled_items == 0


async def test_an_item_that_was_lost_before_a_cancel_still_finishes(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 3)
    is_lost, finish = asyncio.Event(), asyncio.Event()
    inputs: list[ScrapeInput] = []

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        inputs.append(item)
        if len(inputs) == 1:
            progress = Progress(stage="lost", attempts=1, started_at=datetime.now(UTC))
            raise ApplicationError("gone", progress, type="WORKER_LOST")
        is_lost.set()
        while not finish.is_set():
            with suppress(asyncio.CancelledError):
                await finish.wait()
        return completed(item)

    async with worker(env, database, state, scrape, slots=1):
        handle = await start(env, state)
        await is_lost.wait()  # another item has the slot, and the lost item waits for it
        await handle.signal(BatchWorkflow.cancel, cancel_request("x"))
        while (await handle.query(BatchWorkflow.status)).count("cancelled") < 1:
            pass
        read = state_from_history(await handle.fetch_history(), env.client.data_converter)
        finish.set()
        result = await handle.result()
    assert sorted(item.status for item in read.items) == ["cancelled", "pending", "pending"]
    assert [item.status for item in result.items].count("completed") == 2
    assert result.count("cancelled") == 1
    lost = next(item for item in result.items if item.uuid == inputs[0].item_uuid)
    assert lost.status == "completed"


async def test_an_item_that_waits_for_its_host_finishes_after_a_cancel(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 4)
    given_back, finish = asyncio.Event(), asyncio.Event()
    inputs: list[ScrapeInput] = []
    at: list[float] = []

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        inputs.append(item)
        at.append(asyncio.get_running_loop().time())
        if item.item_uuid == inputs[0].item_uuid and item.earlier_refusals < 2:
            refusals = item.earlier_refusals + 1
            progress = Progress(
                stage=WAITING,
                attempts=item.earlier_attempts + 1,
                started_at=activity.info().started_time,
                postponed=refusals,
                refusals=refusals,
                rested=10.0 * refusals,
                refused_status=429,
            )
            raise ApplicationError(
                "later", progress, type="HTTP_429", next_retry_delay=timedelta(seconds=1.5)
            )
        if item.item_uuid != inputs[0].item_uuid:
            given_back.set()
            while not finish.is_set():
                with suppress(asyncio.CancelledError):
                    await finish.wait()
        return completed(item)

    async with worker(env, database, state, scrape, slots=1):
        handle = await start(env, state)
        await given_back.wait()  # another item has the slot: an item holds none while it waits
        await handle.signal(BatchWorkflow.cancel, cancel_request("x"))
        while (await handle.query(BatchWorkflow.status)).count("cancelled") < 2:
            pass
        queried = await handle.query(BatchWorkflow.status)
        read = state_from_history(await handle.fetch_history(), env.client.data_converter)
        metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        finish.set()
        result = await handle.result()
    assert [item.status for item in read.items] == [item.status for item in queried.items]
    for own, asked in zip(read.items, queried.items, strict=True):
        assert own.last_progress == asked.last_progress
    assert "1 had to wait for their host." in metadata.current_details
    assert result.cancellation is not None
    assert result.cancellation.cancelled_items == 2
    assert result.cancellation.credits_refunded == 4
    assert (result.count("completed"), result.count("cancelled")) == (2, 2)
    mine = [n for n, item in enumerate(inputs) if item.item_uuid == inputs[0].item_uuid]
    assert [inputs[n].earlier_refusals for n in mine] == [0, 1, 2]
    assert [inputs[n].earlier_attempts for n in mine] == [0, 1, 2]
    assert [inputs[n].earlier_rested for n in mine] == [0, 10, 20]
    assert [inputs[n].earlier_refused_status for n in mine] == [None, 429, 429]
    assert all(at[later] - at[earlier] >= 1.5 for earlier, later in pairwise(mine))
    assert credits_used(database) == 4


async def test_a_cancel_that_comes_too_late_is_ignored(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 2)

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        return completed(item)

    handle = await start(env, state)
    await handle.signal(BatchWorkflow.cancel, cancel_request("late", seconds=-1))
    async with worker(env, database, state, scrape):
        result = await handle.result()
    assert result.count("completed") == 2
    assert result.cancellation is None
