"""The state of a batch read from its history, for when no workflow code can be asked.

That is so while no worker is there, and for good when the workflow was terminated.
"""

from __future__ import annotations

from datetime import UTC

from temporalio.api.history.v1 import (
    ActivityTaskFailedEventAttributes,
    ActivityTaskTimedOutEventAttributes,
    HistoryEvent,
    WorkflowExecutionSignaledEventAttributes,
)
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter, PayloadConverter

from domain.items import ItemOutcome
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
    """The state as the events of `history` prove it: items whose activity has ended are settled.

    What the workflow decides beyond that, such as that the batch is finished, is not in it.
    """
    payloads = converter.payload_converter
    started = next(
        event.workflow_execution_started_event_attributes
        for event in history.events
        if event.HasField("workflow_execution_started_event_attributes")
    )
    state: BatchState = payloads.from_payloads(started.input.payloads, [BatchState])[0]
    items = {activity_id(index): item for index, item in enumerate(state.items)}
    scheduled: dict[int, ItemState] = {}  # by the event that scheduled its activity
    for event in history.events:
        match event.WhichOneof("attributes"):
            case "workflow_execution_signaled_event_attributes":
                _apply_signal(state, event.workflow_execution_signaled_event_attributes, payloads)
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
                _apply_end(event, scheduled, converter)
    return state


def _apply_signal(
    state: BatchState,
    signal: WorkflowExecutionSignaledEventAttributes,
    payloads: PayloadConverter,
) -> None:
    # That a cancel took effect is in the memo; whether it came in time the workflow alone knows.
    if signal.signal_name == "retry":
        retry: RetryRequest = payloads.from_payloads(signal.input.payloads, [RetryRequest])[0]
        if not state.has_pending and retry.generation > state.generation:
            state.retry_failed(retry.generation)


def _apply_end(
    event: HistoryEvent, scheduled: dict[int, ItemState], converter: DataConverter
) -> None:
    """Records what became of the item whose activity `event` ends, if it does."""
    payloads = converter.payload_converter
    at = event.event_time.ToDatetime(tzinfo=UTC)
    failed: ActivityTaskFailedEventAttributes | ActivityTaskTimedOutEventAttributes
    match event.WhichOneof("attributes"):
        case "activity_task_completed_event_attributes":
            completed = event.activity_task_completed_event_attributes
            if completed.scheduled_event_id in scheduled:
                [outcome] = payloads.from_payloads(completed.result.payloads, [ItemOutcome])
                scheduled[completed.scheduled_event_id].settle(outcome)
            return
        case "activity_task_canceled_event_attributes":
            canceled = event.activity_task_canceled_event_attributes
            if canceled.scheduled_event_id in scheduled:
                scheduled[canceled.scheduled_event_id].cancel(at)
            return
        case "activity_task_failed_event_attributes":
            failed = event.activity_task_failed_event_attributes
        case "activity_task_timed_out_event_attributes":
            failed = event.activity_task_timed_out_event_attributes
        case _:
            return
    if failed.scheduled_event_id in scheduled:
        item = scheduled[failed.scheduled_event_id]
        cause = converter.failure_converter.from_failure(failed.failure, payloads)
        progress = progress_of_error(cause, item.begun, at)
        if pause_before_next(cause, progress) is None:
            item.settle(outcome_of_error(cause, progress, at))
        else:
            item.begun = progress
