"""How a batch stands, put together from what Temporal knows."""

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

from api.http.errors import ApiError
from api.temporal_calls import CALL_SECONDS, in_time
from domain.failures import failure
from domain.items import ItemOutcome
from workflows.batch import BatchWorkflow
from workflows.history import state_from_history
from workflows.state import BatchState, item_index, workflow_id

_QUERY_SECONDS = 2.0
"""With no worker there, a query fails only when its time is up."""

_CALL_TIMEOUT = timedelta(seconds=CALL_SECONDS)

_NO_WORKER = frozenset(
    {
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,  # the SDK's word for its own timeout
    }
)

TERMINAL = frozenset({"completed", "failed", "cancelled"})
"""The states in which a batch does not change any more, save that a retry reopens it. Items of a
cancelled batch that had started still finish."""

Handle = WorkflowHandle[BatchWorkflow, BatchState]


@dataclass(frozen=True)
class BatchStatus:
    """A batch at one moment."""

    status: Literal["pending", "running", "completed", "failed", "cancelled"]
    state: BatchState
    started: Mapping[int, datetime] = field(default_factory=dict)
    """Index and time, of the items that a worker has picked up and that have not ended."""
    is_from_history: bool = False
    """Whether it was put together without a worker, since none answered."""


async def describe_batch(
    client: Client, batch_id: str, run_id: str | None = None
) -> WorkflowExecutionDescription:
    """The server's word on the latest run of the batch, or on the given one; no worker is asked.

    Raises `ApiError` 404 if Temporal does not know it (any more), `RPCError` if Temporal is out
    of reach.
    """
    handle = client.get_workflow_handle(workflow_id(batch_id), run_id=run_id)
    try:
        return await in_time(handle.describe(rpc_timeout=_CALL_TIMEOUT))
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise ApiError.not_found() from None
        raise


async def read_status(client: Client, batch_id: str, *, ask_worker: bool = True) -> BatchStatus:
    """How the batch stands now. Without `ask_worker`, or if none answers, an open batch is read
    from its history, which does without. Raises as `describe_batch` does."""
    # Before the query: an item that ends in between is running here and completed there, and
    # the later answer counts.
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
    """The described run alone: a retry may start a new one at any moment."""
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
    answer = await _ask_worker(handle) if ask_worker else None
    state = answer or await _from_history(client, handle)
    started = _started(description, state)
    has_begun = state.generation > 1 or started or any(item.outcome for item in state.items)
    status = "pending" if state.status == "running" and not has_begun else state.status
    return BatchStatus(status, state, started, is_from_history=answer is None)


async def _ask_worker(handle: Handle) -> BatchState | None:
    """The workflow's own word; None if no worker gives it."""
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
    history = await in_time(handle.fetch_history(rpc_timeout=_CALL_TIMEOUT))
    return state_from_history(history, client.data_converter)


def _started(description: WorkflowExecutionDescription, state: BatchState) -> dict[int, datetime]:
    """When a worker picked up which pending item. One that was lost or given back was picked up
    as well."""
    started = {
        index: item.begun.started_at
        for index, item in enumerate(state.items)
        if item.begun is not None and item.status == "pending"
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
    """For a workflow that an operator or a fault ended: no row may be left in the air."""
    closed_at = description.close_time or datetime.now(UTC)
    ended_as = description.status.name.lower().replace("_", " ") if description.status else "lost"
    reason = failure("BATCH_FAILED", f"The workflow of this batch was {ended_as} in Temporal.")
    for item in state.items:
        if item.status == "pending":
            item.settle(ItemOutcome(failure=reason, attempts=0, finished_at=closed_at))
    state.finished_at = closed_at
