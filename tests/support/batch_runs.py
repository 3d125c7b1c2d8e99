"""Batches for tests of the workflow, with scripted items."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from temporalio.client import WorkflowHandle

from domain.items import ItemOutcome, ScrapeInput
from storage import ledger
from storage.database import Database
from workflows.batch import BatchWorkflow
from workflows.state import BatchState, ItemState

Handle = WorkflowHandle[BatchWorkflow, BatchState]


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


def completed(item: ScrapeInput) -> ItemOutcome:
    """Return the outcome of a completed item."""
    return ItemOutcome(result_key=f"key/{item.item_uuid}", finished_at=datetime.now(UTC))
