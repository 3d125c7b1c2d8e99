"""The activities that the batch workflow calls, with their timeouts and retries."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import FailureError
from temporalio.workflow import ActivityCancellationType, ActivityHandle

from domain.items import (
    ADMIT_BATCH,
    FORGET_SECRETS,
    SCRAPE_ITEM,
    SETTLE_ITEMS,
    AdmitInput,
    BatchEnd,
    ForgetInput,
    ItemOutcome,
    ScrapeInput,
    SettledItem,
    SettleInput,
    Usage,
)
from workflows.state import BatchState, ItemState, activity_id, fast_task_queue

_HEARTBEAT_TIMEOUT = timedelta(seconds=10)
"""After this silence a worker counts as lost. Workers send a heartbeat every second."""

_TIMEOUT_MARGIN = timedelta(seconds=30)
"""How much later than the item's deadline the server ends the activity.

The activity enforces the deadline itself and reports what took so long. The server's timeout is
for an activity that cannot.
"""

_ONE_ATTEMPT = RetryPolicy(maximum_attempts=1)
"""The workflow starts an item again, not the server.

If the server did, a cancel request in its pause between two attempts would end an item that a
worker had already started.
"""

# The activities of the ledger are local: a transaction of milliseconds needs no task of its own.
_LEDGER_TIMEOUT = timedelta(seconds=5)
_LEDGER_RETRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10)
)
"""Repeat without end: a batch has not ended as long as its credits are not settled."""

_FORGET_TIMEOUT = timedelta(seconds=8)
_FORGET_RETRIES = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_attempts=3)
"""Limit the number of attempts: for local activities, a limit of time has no effect."""

_SUMMARY_LENGTH = 200
"""Temporal's limit for the summary of an activity, in bytes."""


async def admit(state: BatchState) -> bool:
    """Bind the reserved credits of the generation. Return False if they were withdrawn."""
    admitted: bool = await workflow.execute_local_activity(
        ADMIT_BATCH,
        AdmitInput(batch_id=state.batch_id, generation=state.generation),
        result_type=bool,
        start_to_close_timeout=_LEDGER_TIMEOUT,
        retry_policy=_LEDGER_RETRIES,
    )
    return admitted


def start_scrape(state: BatchState, index: int, item: ItemState) -> ActivityHandle[ItemOutcome]:
    """Start an attempt at the item at `index`, and tell it what earlier attempts have used."""
    timeout = timedelta(seconds=state.item_timeout_seconds)
    is_fast = state.scrape_mode == "fast"
    earlier = item.last_progress
    return workflow.start_activity(
        SCRAPE_ITEM,
        ScrapeInput(
            batch_id=state.batch_id,
            item_uuid=item.uuid,
            url=item.url,
            generation=state.generation,
            timeout_seconds=state.item_timeout_seconds,
            earlier_attempts=earlier.attempts if earlier else 0,
            earlier_usage=earlier.usage if earlier else Usage(),
            earlier_postponed=earlier.postponed if earlier else 0,
            earlier_refusals=earlier.refusals if earlier else 0,
            earlier_rested=earlier.rested if earlier else 0,
            earlier_refused_status=earlier.refused_status if earlier else None,
            has_secrets=state.has_secrets,
            max_batch_proxy_bytes=state.max_proxy_bytes,
            batch_proxy_bytes=state.proxy_bytes,
        ),
        result_type=ItemOutcome,
        activity_id=activity_id(index),
        # A worker has different numbers of browser tabs and of connections, so fast items have a
        # queue of their own. None means the queue of the workflow.
        task_queue=fast_task_queue(workflow.info().task_queue) if is_fast else None,
        start_to_close_timeout=timeout + _TIMEOUT_MARGIN,
        heartbeat_timeout=_HEARTBEAT_TIMEOUT,
        # A started item answers a cancel request with its result, so wait for the result.
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        retry_policy=_ONE_ATTEMPT,
        priority=Priority(fairness_key=state.account),
        summary=item.url.encode()[:_SUMMARY_LENGTH].decode(errors="ignore"),
    )


async def settle(state: BatchState, items: list[SettledItem], end: BatchEnd | None) -> None:
    """Settle ended items in the ledger, and the generation as a whole if `end` is set."""
    await workflow.execute_local_activity(
        SETTLE_ITEMS,
        SettleInput(
            batch_id=state.batch_id,
            generation=state.generation,
            items=items,
            end=end,
        ),
        start_to_close_timeout=_LEDGER_TIMEOUT,
        retry_policy=_LEDGER_RETRIES,
    )


async def forget_secrets(state: BatchState) -> None:
    """Delete the secrets of the generation.

    Give up if the bucket stays unavailable, so that the batch can end. The reconciler then deletes
    the secrets later.
    """
    with suppress(FailureError):  # local activities raise no ActivityError
        await workflow.execute_local_activity(
            FORGET_SECRETS,
            ForgetInput(batch_id=state.batch_id, generation=state.generation),
            start_to_close_timeout=_FORGET_TIMEOUT,
            retry_policy=_FORGET_RETRIES,
        )
