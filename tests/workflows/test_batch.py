"""The batch workflow on a real Temporal server, with scripted activities."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from temporalio import activity
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.ledger import LedgerActivities
from domain.failures import failure
from domain.items import (
    FORGET_SECRETS,
    SCRAPE_ITEM,
    WAITING,
    ForgetInput,
    ItemOutcome,
    Progress,
    ScrapeInput,
)
from storage import ledger
from storage.database import Database
from tests.support.batch_runs import Handle, completed, new_batch
from workflows import search_attributes
from workflows.batch import BatchWorkflow
from workflows.history import state_from_history
from workflows.state import (
    CANCELLATION_MEMO,
    BatchState,
    Cancellation,
    CancelRequest,
    RetryRequest,
    workflow_id,
)

Scrape = Callable[[ScrapeInput], Awaitable[ItemOutcome]]


def used(database: Database) -> int:
    with database.transaction() as connection:
        return ledger.usage(connection, "account").used


async def start(env: WorkflowEnvironment, state: BatchState, *, retry: int | None = None) -> Handle:
    """Start a run from `state`. With `retry`, it is a retry with that generation."""
    return await env.client.start_workflow(
        BatchWorkflow.run,
        state,
        id=workflow_id(state.batch_id),
        task_queue=state.batch_id,
        start_signal="retry" if retry else None,
        start_signal_args=[RetryRequest(generation=retry)] if retry else [],
    )


@asynccontextmanager
async def worker(
    env: WorkflowEnvironment,
    database: Database,
    state: BatchState,
    scrape: Scrape,
    slots: int = 100,
    forget: Callable[[ForgetInput], Awaitable[None]] | None = None,
) -> AsyncIterator[None]:
    """Run a worker for one batch. `scrape` scrapes its items, `slots` of them at a time."""

    @activity.defn(name=SCRAPE_ITEM)
    async def scripted(item: ScrapeInput) -> ItemOutcome:
        return await scrape(item)

    book = LedgerActivities(database)
    async with Worker(
        env.client,
        task_queue=state.batch_id,
        workflows=[BatchWorkflow],
        activities=[
            scripted,
            book.admit_batch,
            book.settle_items,
            *([forget] if forget else []),
        ],
        max_concurrent_activities=slots,
        max_heartbeat_throttle_interval=timedelta(milliseconds=100),
    ):
        yield


def cancel_request(request_id: str, *, seconds: float = 60) -> CancelRequest:
    not_after = datetime.now(UTC) + timedelta(seconds=seconds)
    return CancelRequest(request_id=request_id, not_after=not_after)


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
    assert used(database) == 6


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
    assert [item.begun for item in read.items] == [item.begun for item in queried.items]
    assert "1 had to wait for their host." in metadata.current_details
    assert result.cancellation is not None
    assert result.cancellation.cancelled_items == 2
    assert result.cancellation.credits_refunded == 4
    assert (result.count("completed"), result.count("cancelled")) == (2, 2)
    mine = [n for n, item in enumerate(inputs) if item.item_uuid == inputs[0].item_uuid]
    assert [inputs[n].earlier_refusals for n in mine] == [0, 1, 2]
    assert [inputs[n].earlier_attempts for n in mine] == [0, 1, 2]
    assert all(at[later] - at[earlier] >= 1.5 for earlier, later in pairwise(mine))
    assert used(database) == 4


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
        assert used(database) == 4
        retry = ledger.NewRetry(
            batch_id=state.batch_id,
            account="account",
            ended_generation=1,
            items=2,
            credits_per_item=2,
        )
        with database.transaction() as connection:
            generation = ledger.reopen_batch(connection, retry, max_open=50)
        assert used(database) == 8
        second = await (await start(env, first, retry=generation)).result()
    assert first.count("failed") == 2
    assert second.count("completed") == 4
    assert second.generation == 2
    assert [url for url, generation in sorted(scraped) if generation == 2] == [
        "http://site/1",
        "http://site/2",
    ]
    assert second.items[0] == first.items[0]
    assert used(database) == 8


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
    assert used(database) == 0


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
