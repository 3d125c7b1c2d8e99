"""Cancelling a batch, and waiting for the exact numbers.

The request is a signal to the workflow, which writes the numbers into its memo as soon as the
Temporal server has decided them. The memo costs a hundredth of a query, so that many cancels at
once do not keep the workers from the very work they wait for.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import PendingWorkflowTaskState
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from api.batches.status import describe_batch, read_status, run_handle
from api.http.errors import ApiError
from api.temporal_calls import in_time
from api.workers import polled_since
from workflows.batch import BatchWorkflow
from workflows.state import CANCELLATION_MEMO, Cancellation, CancelRequest

_ROUND = timedelta(seconds=3)
"""How long one signal counts. A workflow that comes to it later ignores it, so that a cancel
which was answered with an error does not happen after all."""

_CLOCK_SKEW = timedelta(seconds=1)
"""How far the clocks of the API and of Temporal may be apart for that to hold."""

_ROUNDS = 6
"""Signals that are sent, as long as workers are alive and only too busy."""

_STUCK_AFTER = timedelta(seconds=5)
"""A worker is done with a task in milliseconds, and in seconds if its machine is overloaded."""

_HANDED_OUT_SECONDS = 10
"""After that the Temporal server takes a task back from a worker that does not answer."""

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
"""They grow with what has been waited for: many who ask often keep Temporal from answering."""


@dataclass(frozen=True)
class Cancelled:
    """What a cancel achieved; final."""

    items: int
    credits: int


async def cancel_batch(client: Client, task_queue: str, batch_id: str) -> Cancelled:
    """Cancels the items that no worker has started.

    Raises `ApiError`: 409 if the batch has ended or was cancelled before, 404, or 503 if no
    worker is there to decide it; then nothing is cancelled, unless the message says otherwise.
    Raises `RPCError` if Temporal is out of reach before anything was asked of the batch.
    """
    description = await describe_batch(client, batch_id)
    request_id = uuid.uuid4().hex
    await _numbers(client, batch_id, description, request_id)  # of an earlier request
    try:
        return await _ask(client, task_queue, batch_id, description, request_id)
    except RPCError as error:
        # What was asked may have arrived all the same.
        raise _undecided("QUEUE_UNAVAILABLE", "Temporal does not answer any more") from error


async def _ask(
    client: Client,
    task_queue: str,
    batch_id: str,
    description: WorkflowExecutionDescription,
    request_id: str,
) -> Cancelled:
    """Asks the batch until it has decided. Raises as `cancel_batch` does, and `RPCError` if
    nobody knows whether it has or will."""
    pause = _FIRST_PAUSE
    for _ in range(_ROUNDS):
        began = datetime.now(UTC)
        await _signal(client, description, request_id, began + _ROUND)
        over = began + _ROUND + _CLOCK_SKEW
        while datetime.now(UTC) < over:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
            try:
                description = await describe_batch(client, batch_id, description.run_id)
                numbers = await _numbers(client, batch_id, description, request_id)
            except RPCError:
                if datetime.now(UTC) >= over:
                    raise
                continue
            if numbers is not None:
                return numbers
        if _is_stuck(description) or not await polled_since(client, task_queue, began):
            break
    if _is_handed_out(description):
        raise _undecided("SERVICE_BUSY", "The worker that is to cancel the batch does not answer")
    raise ApiError.unavailable("SERVICE_BUSY", "No worker has the time to cancel the batch.")


def _undecided(code: str, why: str) -> ApiError:
    return ApiError(
        503,
        code,
        f"{why}; the batch may still be cancelled within seconds. See how it stands before you "
        "repeat the request.",
        retry_after=_HANDED_OUT_SECONDS,
    )


def _is_handed_out(description: WorkflowExecutionDescription) -> bool:
    """Whether a worker has the signal. One that comes to life again takes it as being in time:
    to a workflow, now is when its task was handed out."""
    task = description.raw_description.pending_workflow_task
    return task.state == PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED


def _is_stuck(description: WorkflowExecutionDescription) -> bool:
    """Whether a worker has had the signal for so long that it is not just busy."""
    started_at = description.raw_description.pending_workflow_task.started_time.ToDatetime(UTC)
    return _is_handed_out(description) and datetime.now(UTC) - started_at > _STUCK_AFTER


async def _signal(
    client: Client,
    description: WorkflowExecutionDescription,
    request_id: str,
    not_after: datetime,
) -> None:
    request = CancelRequest(request_id=request_id, not_after=not_after)
    try:
        await in_time(run_handle(client, description).signal(BatchWorkflow.cancel, request))
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:  # it has ended since, which will be seen
            raise


async def _numbers(
    client: Client, batch_id: str, description: WorkflowExecutionDescription, request_id: str
) -> Cancelled | None:
    """What this request achieved, or None if that is not decided yet. Raises `ApiError` 409 if
    there is nothing to cancel any more, since the batch has ended or another request was first.
    """
    cancellation: Cancellation | None
    if description.status == WorkflowExecutionStatus.RUNNING:
        cancellation = await description.memo_value(CANCELLATION_MEMO, None, type_hint=Cancellation)
        if cancellation is None:
            return None
        ended_as = "cancelled"
    else:
        status = await read_status(client, batch_id)
        cancellation, ended_as = status.state.cancellation, status.status
    if cancellation is None or cancellation.request_id != request_id:
        raise ApiError(
            409, "ALREADY_TERMINAL", f"Cannot cancel a batch that is already {ended_as}."
        )
    return Cancelled(cancellation.cancelled_items, cancellation.credits_refunded)
