"""The batch workflow on a real Temporal server, with scripted activities."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import activity
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from domain.failures import failure
from domain.items import (
    FORGET_SECRETS,
    ForgetInput,
    ItemOutcome,
    ScrapeInput,
)
from storage import ledger
from storage.database import Database
from tests.support.batch_runs import (
    completed,
    credits_used,
    new_batch,
    start,
    worker,
)
from workflows import search_attributes
from workflows.batch import BatchWorkflow
from workflows.history import state_from_history


async def test_every_item_ends_and_the_result_is_the_state(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 50)

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        return completed(item)

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        result = await handle.result()
    assert [item.uuid for item in result.items] == [item.uuid for item in state.items]
    assert result.count("completed") == 50
    assert all(i.outcome and i.outcome.result_key == f"key/{i.uuid}" for i in result.items)
    assert result.finished_at is not None


async def test_query_and_history_agree_at_any_time(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 12)
    turns: asyncio.Queue[None] = asyncio.Queue()

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        await turns.get()
        return completed(item)

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        for done in range(1, 13):
            turns.put_nowait(None)
            queried = await handle.query(BatchWorkflow.status)
            while queried.count("completed") < done:
                queried = await handle.query(BatchWorkflow.status)
            read = state_from_history(await handle.fetch_history(), env.client.data_converter)
            assert read.items == queried.items
        assert (await handle.result()).items == read.items


async def test_secrets_are_deleted_at_the_end_and_an_unavailable_bucket_does_not_block_it(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 2)
    state.has_secrets = True
    asked: list[ForgetInput] = []

    @activity.defn(name=FORGET_SECRETS)
    async def forget(generation: ForgetInput) -> None:
        asked.append(generation)
        raise ApplicationError("no detail", type="STORAGE_UNAVAILABLE")

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        assert item.has_secrets
        assert not asked
        return completed(item)

    async with worker(env, database, state, scrape, forget=forget):
        result = await (await start(env, state)).result()
    assert result.status == "completed"
    assert asked == [ForgetInput(batch_id=state.batch_id, generation=1)] * 3


async def test_a_new_run_leaves_ended_items_alone(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 3)
    state.items[0].settle(ItemOutcome(result_key="kept", finished_at=datetime.now(UTC)))
    scraped: list[str] = []

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        scraped.append(item.item_uuid)
        return completed(item)

    async with worker(env, database, state, scrape):
        result = await (await start(env, state)).result()
    assert sorted(scraped) == sorted(item.uuid for item in state.items[1:])
    assert result.items[0] == state.items[0]


async def test_long_urls_stay_within_the_limits_of_temporal(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 50)
    for item in state.items:
        item.url += "x" * 8000

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        outcome = completed(item)
        outcome.final_url = item.url
        return outcome

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        assert (await handle.result(rpc_timeout=timedelta(seconds=60))).count("completed") == 50


async def test_a_terminated_batch_can_still_be_read(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 2)

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        if item.url.endswith("/1"):
            await asyncio.Event().wait()
        return completed(item)

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        while (await handle.query(BatchWorkflow.status)).count("completed") < 1:
            pass
        await handle.terminate("by an operator")
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    read = state_from_history(await handle.fetch_history(), env.client.data_converter)
    assert [item.status for item in read.items] == ["completed", "pending"]


async def test_a_retry_runs_the_failed_items_only(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 4)
    scraped: list[tuple[str, int]] = []

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        scraped.append((item.url, item.generation))
        outcome = completed(item)
        if item.generation == 1 and item.url.endswith(("/1", "/2")):
            outcome.failure = failure("HTTP_503", "Away.")
        return outcome

    async with worker(env, database, state, scrape):
        first = await (await start(env, state)).result()
        assert credits_used(database) == 4
        retry = ledger.NewRetry(
            batch_id=state.batch_id,
            account="account",
            ended_generation=1,
            items=2,
            credits_per_item=2,
        )
        with database.transaction() as connection:
            generation = ledger.reopen_batch(connection, retry, max_open=50)
        assert credits_used(database) == 8
        second = await (await start(env, first, retry=generation)).result()
    assert first.count("failed") == 2
    assert second.count("completed") == 4
    assert second.generation == 2
    assert [url for url, generation in sorted(scraped) if generation == 2] == [
        "http://site/1",
        "http://site/2",
    ]
    assert second.items[0] == first.items[0]
    assert credits_used(database) == 8


async def test_a_run_whose_reservation_was_withdrawn_does_nothing(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 2)
    with database.transaction() as connection:
        assert ledger.withdraw(connection, state.batch_id, 1)

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        raise AssertionError

    async with worker(env, database, state, scrape):
        result = await (await start(env, state)).result()
    assert result == state
    assert credits_used(database) == 0


async def test_the_temporal_ui_tells_how_a_batch_stands(
    env: WorkflowEnvironment, database: Database
) -> None:
    state = new_batch(database, 3)
    finish = asyncio.Event()

    async def scrape(item: ScrapeInput) -> ItemOutcome:
        outcome = completed(item)
        if item.url.endswith("/1"):
            outcome.failure = failure("HTTP_404", "Gone.")
        elif item.url.endswith("/2"):
            await finish.wait()
        return outcome

    async def details() -> str:
        metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str(metadata.current_details)

    async with worker(env, database, state, scrape):
        handle = await start(env, state)
        while (await handle.query(BatchWorkflow.status)).count("completed") < 1:
            pass
        while "1 failed" not in await details():
            pass
        assert await details() == "1 of 3 pages completed, 1 to go. 1 failed: 1 with HTTP_404."
        description = await handle.describe()
        [pending] = description.raw_description.pending_activities
        assert pending.activity_id == "item-2"
        finish.set()
        await handle.result()
        assert await details() == "2 of 3 pages completed. 1 failed: 1 with HTTP_404."
    attributes = (await handle.describe()).typed_search_attributes
    assert attributes[search_attributes.STATUS] == "completed"
    assert attributes[search_attributes.COMPLETED] == 2
    assert attributes[search_attributes.FAILED] == 1
    scheduled = [
        event.user_metadata.summary.data
        for event in (await handle.fetch_history()).events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]
    assert scheduled == [b'"http://site/0"', b'"http://site/1"', b'"http://site/2"']
