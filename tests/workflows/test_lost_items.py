"""Items whose worker is lost or gives them back, with scripted activities."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from api.batches.status import read_status
from domain.items import (
    WAITING,
    ItemOutcome,
    Progress,
    ScrapeInput,
    Usage,
)
from storage.database import Database
from tests.support.batch_runs import (
    completed,
    new_batch,
    start,
    worker,
)
from workflows.batch import BatchWorkflow
from workflows.history import state_from_history


async def test_an_item_that_cannot_be_scraped_fails_alone(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 3)

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        if item.url.endswith("/1"):
            raise ApplicationError("no detail", type="STORAGE_UNAVAILABLE", non_retryable=True)
        return completed(item)

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        result = await handle.result()
    assert [item.status for item in result.items] == ["completed", "failed", "completed"]
    outcome = result.items[1].outcome
    assert outcome is not None
    assert outcome.failure is not None
    assert outcome.failure.code == "STORAGE_UNAVAILABLE"
    read = state_from_history(await handle.fetch_history(), env.client.data_converter)
    assert [item.status for item in read.items] == ["completed", "failed", "completed"]


@pytest.mark.long
async def test_waiting_for_a_host_does_not_count_as_a_loss(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 1)
    waits = 12

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        if item.earlier_postponed == waits:
            return completed(item)
        progress = Progress(
            stage=WAITING,
            attempts=item.earlier_attempts + 1,
            started_at=activity.info().started_time,
            postponed=item.earlier_postponed + 1,
        )
        raise ApplicationError(
            "busy", progress, type="HOST_BUSY", next_retry_delay=timedelta(milliseconds=1)
        )

    async with worker(env, database, state, scrape):
        result = await (await start(env, state)).result()
    assert result.count("completed") == 1


async def test_an_item_that_is_lost_every_time_fails(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 1)
    inputs: list[ScrapeInput] = []

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        inputs.append(item)
        raise ApplicationError("gone", type="WORKER_LOST")

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        result = await handle.result()
    assert [item.earlier_attempts for item in inputs] == list(range(10))
    [item] = result.items
    assert item.outcome is not None
    assert item.outcome.failure is not None
    assert (item.outcome.failure.code, item.outcome.attempts) == ("WORKER_LOST", 10)
    read = state_from_history(await handle.fetch_history(), env.client.data_converter)
    [same] = read.items
    assert same.outcome is not None
    assert same.outcome.failure == item.outcome.failure
    assert same.outcome.attempts == 10


async def test_a_terminated_batch_keeps_what_its_unfinished_items_have_used(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 1)

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        progress = Progress(
            stage=WAITING,
            attempts=3,
            started_at=activity.info().started_time,
            usage=Usage(proxy_bytes=700),
            postponed=3,
        )
        raise ApplicationError(
            "later", progress, type="HOST_BUSY", next_retry_delay=timedelta(minutes=5)
        )

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        while (await handle.query(BatchWorkflow.status)).items[0].last_progress is None:
            pass
        await handle.terminate("by an operator")
        ended = await read_status(env.client, state.batch_id)
    [item] = ended.state.items
    assert ended.status == "failed"
    assert item.outcome is not None
    assert item.outcome.failure is not None
    assert (item.outcome.failure.code, item.outcome.attempts) == ("BATCH_FAILED", 3)
    assert ended.state.proxy_bytes == ended.state.settled(item).proxy_bytes == 700
