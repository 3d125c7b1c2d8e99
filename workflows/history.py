"""The state of a batch, read from its history when no worker can answer a query.

No worker answers while none is running, and none ever answers for a terminated workflow.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent, WorkflowExecutionSignaledEventAttributes
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter, PayloadConverter

from domain.items import ItemOutcome
from workflows import traffic_budget
from workflows.outcomes import outcome_of_error, pause_before_next, progress_of_error
from workflows.state import (
    CANCELLATION_MEMO,
    BatchState,
    Cancellation,
    ItemState,
    RetryRequest,
    activity_id,
)


def state_from_history(history: WorkflowHistory, converter: DataConverter) -> BatchState:
    """Return the state that the events of `history` prove: items whose activity has ended.

    Items that never start, because of a cancel or a limit of traffic, follow from them. Other
    decisions of the workflow, such as the end of the batch, are not in the events.
    """
    payloads = converter.payload_converter
    started = next(
        event.workflow_execution_started_event_attributes
        for event in history.events
        if event.HasField("workflow_execution_started_event_attributes")
    )
    state: BatchState = payloads.from_payloads(started.input.payloads, [BatchState])[0]
    items = {activity_id(index): item for index, item in enumerate(state.items)}
    scheduled: dict[int, ItemState] = {}  # by the id of the event that scheduled the activity
    is_cancel_asked = False
    for event in history.events:
        match event.WhichOneof("attributes"):
            case "workflow_execution_signaled_event_attributes":
                signal = event.workflow_execution_signaled_event_attributes
                is_cancel_asked |= signal.signal_name == "cancel"
                _apply_signal(state, signal, payloads)
            case "workflow_properties_modified_event_attributes":
                properties = event.workflow_properties_modified_event_attributes
                memo = properties.upserted_memo.fields
                if CANCELLATION_MEMO in memo:
                    state.cancellation = payloads.from_payload(
                        memo[CANCELLATION_MEMO], Cancellation
                    )
            case "activity_task_scheduled_event_attributes":
                name = event.activity_task_scheduled_event_attributes.activity_id
                if name in items:
                    scheduled[event.event_id] = items[name]
            case _:
                _apply_activity_end(event, scheduled, converter)
        # After a cancel, items wait for its memo.
        if state.cancellation or (state.has_used_its_traffic and not is_cancel_asked):
            _end_unscheduled(state, scheduled.values(), event.event_time.ToDatetime(tzinfo=UTC))
    return state


def _apply_signal(
    state: BatchState,
    signal: WorkflowExecutionSignaledEventAttributes,
    payloads: PayloadConverter,
) -> None:
    # The effect of a cancel is in the memo. Only the workflow knows whether a cancel was in time.
    if signal.signal_name == "retry":
        retry: RetryRequest = payloads.from_payloads(signal.input.payloads, [RetryRequest])[0]
        if not state.has_pending and retry.generation > state.generation:
            state.retry(retry)


def _end_unscheduled(state: BatchState, scheduled: Collection[ItemState], at: datetime) -> None:
    """End the items that the workflow has not scheduled, and will not schedule any more."""
    known = {item.uuid for item in scheduled}
    for item in state.items:
        if item.status != "pending" or item.uuid in known:
            continue
        if state.cancellation is not None:
            item.cancel(at)
        else:
            item.settle(traffic_budget.outcome_without_start(state, item, at))


def _apply_activity_end(
    event: HistoryEvent, scheduled: Mapping[int, ItemState], converter: DataConverter
) -> None:
    """Record the end of an item's activity, if `event` is such an end."""
    at = event.event_time.ToDatetime(tzinfo=UTC)
    match event.WhichOneof("attributes"):
        case "activity_task_completed_event_attributes":
            completed = event.activity_task_completed_event_attributes
            if (item := scheduled.get(completed.scheduled_event_id)) is not None:
                payloads = converter.payload_converter
                [outcome] = payloads.from_payloads(completed.result.payloads, [ItemOutcome])
                item.settle(outcome)
        case "activity_task_canceled_event_attributes":
            canceled = event.activity_task_canceled_event_attributes
            if (item := scheduled.get(canceled.scheduled_event_id)) is not None:
                item.cancel(at)
        case "activity_task_failed_event_attributes":
            failed = event.activity_task_failed_event_attributes
            if (item := scheduled.get(failed.scheduled_event_id)) is not None:
                _apply_error(item, failed.failure, at, converter)
        case "activity_task_timed_out_event_attributes":
            timed_out = event.activity_task_timed_out_event_attributes
            if (item := scheduled.get(timed_out.scheduled_event_id)) is not None:
                _apply_error(item, timed_out.failure, at, converter)


def _apply_error(item: ItemState, error: Failure, at: datetime, converter: DataConverter) -> None:
    """Record an attempt without an outcome, as the workflow does: the item goes on or fails."""
    cause = converter.failure_converter.from_failure(error, converter.payload_converter)
    progress = progress_of_error(cause, item.last_progress, at)
    if pause_before_next(cause, progress) is None:
        item.settle(outcome_of_error(cause, progress, at))
    else:
        item.last_progress = progress
