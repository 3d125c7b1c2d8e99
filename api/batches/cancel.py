"""Cancelling a batch, and waiting for the exact numbers.

The cancel is a signal to the workflow. As soon as the Temporal server has decided the numbers, the
workflow writes them into its memo. To read the memo costs a hundredth of a query. So even many
cancels at once leave the workers the time to decide them.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import PendingWorkflowTaskState
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from api.batches.errors import cancel_undecided, cannot_cancel
from api.batches.status import describe_batch, read_status, run_handle
from api.http.errors import service_busy
from api.temporal.calls import in_time
from api.temporal.workers import polled_since
from workflows.batch import BatchWorkflow
from workflows.state import CANCELLATION_MEMO, Cancellation, CancelRequest

_ROUND = timedelta(seconds=3)
"""How long one signal is valid. A workflow that reads it later ignores it, so that a cancel that
was answered with an error does not happen afterwards."""

_CLOCK_SKEW = timedelta(seconds=1)
"""How much the clocks of the API and of Temporal may differ without breaking that rule."""

_ROUNDS = 6
"""How many signals are sent, as long as workers are alive and only too busy."""

_STUCK_AFTER = timedelta(seconds=5)
"""When a worker counts as stuck. It finishes a workflow task in milliseconds, or in seconds if its
machine is overloaded."""

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
"""Seconds between two looks at the memo. The pause grows, because many clients that look often keep
Temporal from its work."""


@dataclass(frozen=True)
class Cancelled:
    """The final result of a cancel."""

    items: int
    credits: int


async def cancel_batch(client: Client, task_queue: str, batch_id: str) -> Cancelled:
    """Cancel the items that no worker has started.

    Raises:
        ApiError: 409 if the batch has ended or was cancelled before; 404; 503 if no worker decides
            it. Nothing is cancelled then, unless the message says otherwise.
        RPCError: Temporal is out of reach, and the batch was not asked to cancel.
    """
    description = await describe_batch(client, batch_id)
    request_id = uuid.uuid4().hex
    # Raises if an earlier request has cancelled the batch.
    await _final_numbers(client, batch_id, description, request_id)
    try:
        return await _request_cancel(client, task_queue, batch_id, description, request_id)
    except RPCError as error:
        # The signal may have arrived nevertheless.
        raise cancel_undecided("QUEUE_UNAVAILABLE", "Temporal does not answer any more") from error


async def _request_cancel(
    client: Client,
    task_queue: str,
    batch_id: str,
    description: WorkflowExecutionDescription,
    request_id: str,
) -> Cancelled:
    """Signal the workflow until it has decided.

    Raises as `cancel_batch` does. An `RPCError` means that the decision is unknown.
    """
    pause = _FIRST_PAUSE
    for _ in range(_ROUNDS):
        sent_at = datetime.now(UTC)
        await _signal(client, description, request_id, sent_at + _ROUND)
        deadline = sent_at + _ROUND + _CLOCK_SKEW
        while datetime.now(UTC) < deadline:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
            try:
                description = await describe_batch(client, batch_id, description.run_id)
                numbers = await _final_numbers(client, batch_id, description, request_id)
            except RPCError:
                if datetime.now(UTC) >= deadline:
                    raise
                continue
            if numbers is not None:
                return numbers
        if _is_stuck(description) or not await polled_since(client, task_queue, sent_at):
            break
    if _is_handed_out(description):
        raise cancel_undecided(
            "SERVICE_BUSY", "The worker that is to cancel the batch does not answer"
        )
    raise service_busy("No worker has the time to cancel the batch.")


def _is_handed_out(description: WorkflowExecutionDescription) -> bool:
    """Return whether a worker has the signal, in a task that it has not finished.

    If such a worker recovers, it treats the signal as valid, however late it is. To a workflow,
    the current time is the time when its task was handed out.
    """
    task = description.raw_description.pending_workflow_task
    return task.state == PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED


def _is_stuck(description: WorkflowExecutionDescription) -> bool:
    """Return whether a worker has had the signal for too long to be only busy."""
    started_at = description.raw_description.pending_workflow_task.started_time.ToDatetime(UTC)
    return _is_handed_out(description) and datetime.now(UTC) - started_at > _STUCK_AFTER


async def _signal(
    client: Client,
    description: WorkflowExecutionDescription,
    request_id: str,
    not_after: datetime,
) -> None:
    """Send the signal, unless the run has ended; the next look at it will show that."""
    request = CancelRequest(request_id=request_id, not_after=not_after)
    try:
        await in_time(run_handle(client, description).signal(BatchWorkflow.cancel, request))
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise


async def _final_numbers(
    client: Client, batch_id: str, description: WorkflowExecutionDescription, request_id: str
) -> Cancelled | None:
    """Return the result of this cancel, or None if it is not decided yet.

    Raises `ApiError` 409 if the batch has ended, or if another request has cancelled it.
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
        raise cannot_cancel(ended_as)
    return Cancelled(cancellation.cancelled_items, cancellation.credits_refunded)
