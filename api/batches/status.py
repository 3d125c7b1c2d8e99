"""The status of a batch, read from Temporal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.service import RPCError, RPCStatusCode

from api.batches.errors import batch_not_found
from api.temporal.calls import CALL_SECONDS, in_time
from domain.failures import failure
from workflows.batch import BatchWorkflow
from workflows.history import state_from_history
from workflows.outcomes import failed_after
from workflows.state import BatchState, item_index, workflow_id

_QUERY_SECONDS = 2.0
"""The time limit of a query. Without a worker, a query fails only when its time is up."""

_CALL_TIMEOUT = timedelta(seconds=CALL_SECONDS)

_NO_WORKER = frozenset(
    {
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,  # the SDK's own timeout
    }
)
"""How a query fails if no worker answers it."""

StatusName = Literal["pending", "running", "completed", "failed", "cancelled"]
"""The statuses that clients see, of a batch and of an item."""

TERMINAL = frozenset({"completed", "failed", "cancelled"})
"""The final statuses. Only a retry changes them. Items of a cancelled batch that had started still
finish."""

Handle = WorkflowHandle[BatchWorkflow, BatchState]


@dataclass(frozen=True)
class BatchStatus:
    """A batch at one moment."""

    status: StatusName
    state: BatchState
    started: Mapping[int, datetime] = field(default_factory=dict)
    """When a worker picked up each item that has not ended, by the item's index. An item that no
    worker has picked up is absent."""
    is_from_history: bool = False
    """Whether the state was read from the history, because no worker answered."""


async def describe_batch(
    client: Client, batch_id: str, run_id: str | None = None
) -> WorkflowExecutionDescription:
    """Return what the Temporal server knows of the latest run, or of `run_id`, without a worker.

    Raises:
        ApiError: 404 if Temporal does not know the batch, or no longer.
        RPCError: Temporal is out of reach.
    """
    handle = client.get_workflow_handle(workflow_id(batch_id), run_id=run_id)
    try:
        return await in_time(handle.describe(rpc_timeout=_CALL_TIMEOUT))
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise batch_not_found() from None
        raise


async def read_status(client: Client, batch_id: str, *, ask_worker: bool = True) -> BatchStatus:
    """Return the status of the batch at this moment.

    An open batch is read from its history, which needs no worker, if `ask_worker` is false or no
    worker answers. Raises as `describe_batch` does.
    """
    # Before the query: an item that ends in between is running here and completed in the query's
    # result, and the later one counts.
    description = await describe_batch(client, batch_id)
    handle = run_handle(client, description)
    if description.status == WorkflowExecutionStatus.COMPLETED:
        state = await in_time(handle.result(rpc_timeout=_CALL_TIMEOUT))
        return BatchStatus(state.status, state)
    if description.status == WorkflowExecutionStatus.RUNNING:
        return await _open_status(client, handle, description, ask_worker=ask_worker)
    state = await _from_history(client, handle)
    _fail_unfinished(state, description)
    return BatchStatus("failed", state)


def run_handle(client: Client, description: WorkflowExecutionDescription) -> Handle:
    """Return a handle of exactly the described run. A retry may start a new run at any moment."""
    return client.get_workflow_handle_for(
        BatchWorkflow.run, description.id, run_id=description.run_id
    )


async def _open_status(
    client: Client,
    handle: Handle,
    description: WorkflowExecutionDescription,
    *,
    ask_worker: bool,
) -> BatchStatus:
    """Return the status of a batch whose workflow runs."""
    queried = await _query(handle) if ask_worker else None
    state = queried or await _from_history(client, handle)
    started = _started(description, state)
    has_started = state.generation > 1 or started or any(item.outcome for item in state.items)
    status = "pending" if state.status == "running" and not has_started else state.status
    return BatchStatus(status, state, started, is_from_history=queried is None)


async def _query(handle: Handle) -> BatchState | None:
    """Return the state from the workflow itself, or None if no worker answers."""
    try:
        return await in_time(
            handle.query(BatchWorkflow.status, rpc_timeout=_CALL_TIMEOUT), seconds=_QUERY_SECONDS
        )
    except WorkflowQueryFailedError:
        return None
    except RPCError as error:
        if error.status not in _NO_WORKER:
            raise
        return None


async def _from_history(client: Client, handle: Handle) -> BatchState:
    """Return the state that the events of the workflow amount to."""
    history = await in_time(handle.fetch_history(rpc_timeout=_CALL_TIMEOUT))
    return state_from_history(history, client.data_converter)


def _started(description: WorkflowExecutionDescription, state: BatchState) -> dict[int, datetime]:
    """Return when a worker picked up each pending item, by index.

    An item counts even if its worker was lost, or gave the item back.
    """
    started = {
        index: item.last_progress.started_at
        for index, item in enumerate(state.items)
        if item.last_progress is not None and item.status == "pending"
    }
    for pending in description.raw_description.pending_activities:
        index = item_index(pending.activity_id)
        if (
            index is not None
            and state.items[index].status == "pending"
            and pending.HasField("last_started_time")
        ):
            started[index] = pending.last_started_time.ToDatetime(tzinfo=UTC)
    return started


def _fail_unfinished(state: BatchState, description: WorkflowExecutionDescription) -> None:
    """Fail the pending items of a workflow that an operator or a fault has ended.

    Otherwise they would stay pending forever.
    """
    closed_at = description.close_time or datetime.now(UTC)
    ended_as = description.status.name.lower().replace("_", " ") if description.status else "lost"
    reason = failure("BATCH_FAILED", f"The workflow of this batch was {ended_as} in Temporal.")
    for item in state.items:
        if item.status == "pending":
            item.settle(failed_after(item.last_progress, reason, closed_at))
    state.finished_at = closed_at
