"""Runs of the batch workflow with scripted items."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.ledger import LedgerActivities
from domain.items import SCRAPE_ITEM, ForgetInput, ItemOutcome, ScrapeInput
from storage import ledger
from storage.database import Database
from workflows.batch import BatchWorkflow
from workflows.state import BatchState, CancelRequest, ItemState, RetryRequest, workflow_id

Handle = WorkflowHandle[BatchWorkflow, BatchState]
Scrape = Callable[[ScrapeInput], Awaitable[ItemOutcome]]


def new_batch(database: Database, urls: int) -> BatchState:
    """Return a batch whose credits are reserved."""
    state = BatchState(
        batch_id=str(uuid.uuid4()),
        account="account",
        created_at=datetime.now(UTC),
        item_timeout_seconds=5,
        credits_per_item=2,
        items=[
            ItemState(uuid=str(uuid.uuid4()), url=f"http://site/{number}") for number in range(urls)
        ],
    )
    batch = ledger.NewBatch(
        batch_id=state.batch_id,
        account=state.account,
        total_urls=urls,
        output_format="markdown",
        credits_per_item=2,
        created_at=state.created_at,
    )
    with database.transaction() as connection:
        ledger.open_batch(connection, batch, max_open=50)
    return state


async def start(
    env: WorkflowEnvironment,
    state: BatchState,
    *,
    retry: int | None = None,
    max_proxy_bytes: int | None = None,
) -> Handle:
    """Start a run from `state`. With `retry`, it is a retry with that generation and limit."""
    request = RetryRequest(generation=retry or 1, max_proxy_bytes=max_proxy_bytes)
    return await env.client.start_workflow(
        BatchWorkflow.run,
        state,
        id=workflow_id(state.batch_id),
        task_queue=state.batch_id,
        start_signal="retry" if retry else None,
        start_signal_args=[request] if retry else [],
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
    """Return a cancel request that counts for `seconds` from now."""
    not_after = datetime.now(UTC) + timedelta(seconds=seconds)
    return CancelRequest(request_id=request_id, not_after=not_after)


def completed(item: ScrapeInput) -> ItemOutcome:
    """Return the outcome of a completed item."""
    return ItemOutcome(result_key=f"key/{item.item_uuid}", finished_at=datetime.now(UTC))


def credits_used(database: Database) -> int:
    """Return how many credits the account of the batches has used."""
    with database.transaction() as connection:
        return ledger.usage(connection, "account").used
