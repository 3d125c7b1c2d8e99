"""The life of a batch, as a workflow.

A batch is accepted, each item is scraped by an activity of its own, ended items are settled, and
the batch finishes. Meanwhile a client may cancel it. After the end a client may retry the failed
items: that is a new run of the workflow, which starts from the state of the previous run.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, CancelledError
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from domain.items import BatchEnd, ItemOutcome, SettledItem
    from workflows import activity_calls, search_attributes, traffic_budget, ui_details
    from workflows.outcomes import outcome_of_error, pause_before_next, progress_of_error
    from workflows.state import (
        CANCELLATION_MEMO,
        BatchState,
        Cancellation,
        CancelRequest,
        ItemState,
        RetryRequest,
    )

_SETTLE_TOGETHER = 10
"""How many items are settled in one transaction, except at the end.

An ended item that is not settled yet still holds its credits, so no credit is spent twice.
"""

_CANCEL_WAIT = timedelta(milliseconds=100)
"""How long to wait for the first cancelled item.

The cancel requests reach the server together with the start of this timer, which fires about a
second later. By then the server has answered them.
"""


@workflow.defn(name="BatchWorkflow")
class BatchWorkflow:
    """One run of a batch, from accepted to finished. Input and result are the `BatchState`.

    The first run starts with pending items. A retry starts together with the signal `retry`.
    """

    @workflow.init
    def __init__(self, state: BatchState) -> None:
        self._state = state.model_copy(deep=True)
        self._scrapes: dict[int, ActivityHandle[ItemOutcome]] = {}
        """The latest attempt at each item, by the item's index."""
        self._under_way = 0
        """Number of attempts that have been scheduled and have not ended."""
        self._unsettled: list[SettledItem] = []
        self._update_details()

    @workflow.run
    async def run(self, state: BatchState) -> BatchState:
        """Run until every item has ended and is settled. Return how each item ended."""
        await workflow.wait_condition(lambda: self._state.has_pending)
        if not await activity_calls.admit(self._state):
            return state  # the reservation was withdrawn, so this run changes nothing
        settling = asyncio.create_task(self._settle_ended_items())
        cancelling = asyncio.create_task(self._cancel_when_asked())
        await self._scrape_pending_items()
        await asyncio.gather(settling, cancelling)
        return await self._finish()

    @workflow.query
    def status(self) -> BatchState:
        """Return the current state of the batch."""
        return self._state

    # Fan out: an activity for each item.

    async def _scrape_pending_items(self) -> None:
        await asyncio.gather(
            *(
                self._scrape_item(index, item)
                for index, item in enumerate(self._state.items)
                if item.status == "pending"
            )
        )

    async def _scrape_item(self, index: int, item: ItemState) -> None:
        """Start attempts at the item, one after another, until it has ended."""
        if self._state.cancellation is not None:
            self._cancel_item(item)
            return
        while item.status == "pending" and await self._may_start(item):
            try:
                self._end_item(item, await self._attempt(index, item))
            except ActivityError as error:
                if isinstance(error.cause, CancelledError):
                    self._cancel_item(item)
                else:
                    await self._pause_or_fail(item, error.cause)

    async def _attempt(self, index: int, item: ItemState) -> ItemOutcome:
        scrape = self._scrapes[index] = activity_calls.start_scrape(self._state, index, item)
        self._under_way += 1
        try:
            return await scrape
        finally:
            self._under_way -= 1

    async def _may_start(self, item: ItemState) -> bool:
        """Wait until the next attempt at the item may start, and return True.

        Returns False if the item ends before that. Only batches with a limit of traffic wait.
        """
        while self._state.max_proxy_bytes is not None and item.status == "pending":
            if self._has_turn(item):
                if not traffic_budget.may_not_start(self._state, item):
                    return True
                now = workflow.now()
                self._end_item(item, traffic_budget.outcome_without_start(self._state, item, now))
            else:
                await workflow.wait_condition(
                    lambda: item.status != "pending" or self._has_turn(item)
                )
        return item.status == "pending"

    def _has_turn(self, item: ItemState) -> bool:
        """Return whether it is to be decided now if the item starts.

        After a cancel, an item that has not started waits to be cancelled.
        """
        if self._state.cancellation is not None and item.last_progress is None:
            return False
        is_full = self._under_way >= traffic_budget.MAX_UNDER_WAY
        return not is_full or traffic_budget.may_not_start(self._state, item)

    async def _pause_or_fail(self, item: ItemState, cause: BaseException | None) -> None:
        """Decide what follows an attempt that `cause` ended without an outcome.

        Either wait until the next attempt may start, or end the item as failed.
        """
        progress = progress_of_error(cause, item.last_progress, workflow.now())
        pause = pause_before_next(cause, progress)
        if pause is None:
            self._end_item(item, outcome_of_error(cause, progress, workflow.now()))
            return
        item.last_progress = progress
        self._update_details()
        if pause:
            await workflow.sleep(pause)

    # Settle: an ended item is charged or refunded.

    def _end_item(self, item: ItemState, outcome: ItemOutcome) -> None:
        item.settle(outcome)
        self._queue_for_settling(item)

    def _cancel_item(self, item: ItemState) -> None:
        item.cancel(workflow.now())
        self._queue_for_settling(item)

    def _queue_for_settling(self, item: ItemState) -> None:
        self._update_details()
        self._unsettled.append(self._state.settled(item))

    async def _settle_ended_items(self) -> None:
        """Settle full groups of items while others are pending; `_finish` settles the rest."""
        while self._state.has_pending:
            await workflow.wait_condition(
                lambda: len(self._unsettled) >= _SETTLE_TOGETHER or not self._state.has_pending
            )
            if self._state.has_pending:
                self._update_search_attributes()
                await self._settle()

    async def _settle(self, end: BatchEnd | None = None) -> None:
        items, self._unsettled = self._unsettled, []
        await activity_calls.settle(self._state, items, end)

    # Retry: failed items run again.

    @workflow.signal
    def retry(self, request: RetryRequest) -> None:
        """Queue the failed items again, unless items are pending already."""
        if not self._state.has_pending and request.generation > self._state.generation:
            self._state.retry(request)

    # Cancel: items that no worker has started never start.

    @workflow.signal
    def cancel(self, request: CancelRequest) -> None:
        """Cancel the batch.

        Ignore the request if it is late, if the batch is cancelled already, or if all items have
        ended.
        """
        is_late = workflow.now() > request.not_after
        if is_late or self._state.cancellation is not None or not self._state.has_pending:
            return
        self._state.cancellation = Cancellation(request_id=request.request_id)

    async def _cancel_when_asked(self) -> None:
        """Cancel the items that no worker has started, and publish how many those are.

        The Temporal server decides: one transaction takes all cancel requests and ends the
        activities that have not started. A started item finishes.
        """
        await workflow.wait_condition(
            lambda: self._state.cancellation is not None or not self._state.has_pending
        )
        cancellation = self._state.cancellation
        if cancellation is None:
            return
        for index, scrape in self._scrapes.items():
            item = self._state.items[index]
            if item.status == "pending" and item.last_progress is None:
                scrape.cancel()
        # All cancelled items come from that one transaction. So when the condition finds one of
        # them, it finds them all. If every item had started, no answer comes: then the timeout
        # means that no item was cancelled.
        with suppress(asyncio.TimeoutError):
            await workflow.wait_condition(
                lambda: self._state.count("cancelled") > 0 or not self._state.has_pending,
                timeout=_CANCEL_WAIT,
            )
        # Items that have not been scheduled are not for the server to decide.
        for index, item in enumerate(self._state.items):
            if item.status == "pending" and index not in self._scrapes:
                self._cancel_item(item)
        cancellation.cancelled_items = self._state.count("cancelled")
        cancellation.credits_refunded = cancellation.cancelled_items * self._state.credits_per_item
        workflow.upsert_memo({CANCELLATION_MEMO: cancellation})
        self._update_search_attributes()

    # Finish: every item has ended.

    async def _finish(self) -> BatchState:
        """Delete the secrets, settle the last items, and let the batch be retried from then on."""
        if self._state.has_secrets:
            await activity_calls.forget_secrets(self._state)
        end = BatchEnd(
            status="cancelled" if self._state.cancellation else "completed",
            completed=self._state.count("completed"),
            failed=self._state.count("failed"),
            finished_at=workflow.now(),
        )
        await self._settle(end)
        self._state.finished_at = end.finished_at
        self._update_search_attributes()
        return self._state

    # The batch on its page in the Temporal UI.

    def _update_search_attributes(self) -> None:
        """Publish status and counts. Each call is an event in the history, so call it rarely."""
        workflow.upsert_search_attributes(search_attributes.updates(self._state))

    def _update_details(self) -> None:
        """Publish the sentences about the batch. They cost no event in the history."""
        workflow.set_current_details(ui_details.details(self._state))
