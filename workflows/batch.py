"""The life of a batch: admitted, every item scraped by an activity of its own, settled, ended.

A client may cancel it while it runs, and have its failed items retried when it has ended. A
retry is a new run of the workflow that starts from the state in which the last one ended.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, CancelledError, FailureError
from temporalio.workflow import ActivityCancellationType, ActivityHandle

with workflow.unsafe.imports_passed_through():
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
    from workflows import search_attributes, ui_details
    from workflows.outcomes import outcome_of_error, pause_before_next, progress_of_error
    from workflows.state import (
        CANCELLATION_MEMO,
        BatchState,
        Cancellation,
        CancelRequest,
        ItemState,
        RetryRequest,
        activity_id,
        fast_task_queue,
    )

_HEARTBEAT_TIMEOUT = timedelta(seconds=10)
"""After this silence a worker counts as lost and the item goes to another. Workers send a
heartbeat every second."""

_TIMEOUT_MARGIN = timedelta(seconds=30)
"""The activity keeps the item's deadline itself and tells precisely what took so long; the
server's own timeout, this much later, is for an activity that cannot."""

_ONE_ATTEMPT = RetryPolicy(maximum_attempts=1)
"""An item that is lost, or given back to wait for its host, is started anew by the workflow and not
by the server, in whose pauses between two attempts a cancel request would end what a worker had
started."""

# The ledger's activities are local: a transaction of milliseconds is not worth a task of its own.
_LEDGER_TIMEOUT = timedelta(seconds=5)
_LEDGER_RETRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10)
)
"""Without an end: a batch whose credits cannot be settled yet has not ended yet."""

_FORGET_TIMEOUT = timedelta(seconds=8)
_FORGET_RETRIES = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_attempts=3)
"""With an end by number: one by time does not hold for local activities."""

_SETTLE_AT_ONCE = 10
"""Items that are settled together, unless it is the end: one transaction instead of ten. What is
not settled yet is held, so no credit is spent twice."""

_ALL_STARTED_AFTER = timedelta(milliseconds=100)
"""By then the server has long taken the cancel requests, which go to it together with the start
of this timer. It fires about a second later."""

_SUMMARY_LENGTH = 200
"""Temporal's limit for the summary of an activity, in bytes."""


@workflow.defn(name="BatchWorkflow")
class BatchWorkflow:
    """One batch, from accepted to ended. Input and result are the `BatchState`.

    Started with items that are pending, or, for a retry, together with the signal `retry`.
    """

    @workflow.init
    def __init__(self, state: BatchState) -> None:
        self._state = state.model_copy(deep=True)
        self._scrapes: dict[int, ActivityHandle[ItemOutcome]] = {}
        self._unsettled: list[SettledItem] = []
        self._tell()

    @workflow.run
    async def run(self, state: BatchState) -> BatchState:
        """Works until every item has ended and is settled; returns how each ended."""
        await workflow.wait_condition(lambda: self._state.has_pending)
        if not await self._admit():
            return state  # as if this run had never been
        helpers = [
            asyncio.create_task(self._settle_as_items_end()),
            asyncio.create_task(self._cancel_if_asked()),
        ]
        await asyncio.gather(
            *(
                self._work_on(index, item)
                for index, item in enumerate(self._state.items)
                if item.status == "pending"
            )
        )
        await asyncio.gather(*helpers)
        await self._forget_secrets()
        end = BatchEnd(
            status="cancelled" if self._state.cancellation else "completed",
            completed=self._state.count("completed"),
            failed=self._state.count("failed"),
            finished_at=workflow.now(),
        )
        await self._settle(end)
        self._state.finished_at = end.finished_at
        self._publish_counts()
        return self._state

    @workflow.query
    def status(self) -> BatchState:
        """The batch as it is now."""
        return self._state

    @workflow.signal
    def cancel(self, request: CancelRequest) -> None:
        """Cancels the batch, unless every item has ended, or another request was first, or this
        one comes too late."""
        is_late = workflow.now() > request.not_after
        if is_late or self._state.cancellation is not None or not self._state.has_pending:
            return
        self._state.cancellation = Cancellation(request_id=request.request_id)

    @workflow.signal
    def retry(self, request: RetryRequest) -> None:
        """Queues the failed items again, unless some are at work already."""
        if not self._state.has_pending and request.generation > self._state.generation:
            self._state.retry_failed(request.generation)

    async def _admit(self) -> bool:
        """Whether the credits of this generation are still reserved, and from now on bound."""
        admitted: bool = await workflow.execute_local_activity(
            ADMIT_BATCH,
            AdmitInput(batch_id=self._state.batch_id, generation=self._state.generation),
            result_type=bool,
            start_to_close_timeout=_LEDGER_TIMEOUT,
            retry_policy=_LEDGER_RETRIES,
        )
        return admitted

    async def _forget_secrets(self) -> None:
        """Has the cookies deleted. A bucket that is away for long does not hold up the end: who
        sweeps it finds them later."""
        if not self._state.has_secrets:
            return
        with suppress(FailureError):  # local activities raise their own
            await workflow.execute_local_activity(
                FORGET_SECRETS,
                ForgetInput(batch_id=self._state.batch_id, generation=self._state.generation),
                start_to_close_timeout=_FORGET_TIMEOUT,
                retry_policy=_FORGET_RETRIES,
            )

    async def _work_on(self, index: int, item: ItemState) -> None:
        """Has the item scraped, by one worker after another if need be, or sees it cancelled."""
        if self._state.cancellation is not None:
            self._cancel_item(item)
            return
        while item.status == "pending":
            scrape = self._scrapes[index] = self._start_scrape(index, item)
            try:
                self._settle_item(item, await scrape)
            except ActivityError as error:
                if isinstance(error.cause, CancelledError):
                    self._cancel_item(item)
                else:
                    await self._go_on_without(item, error.cause)

    async def _go_on_without(self, item: ItemState, cause: BaseException | None) -> None:
        """Sees to an item whose worker ended without an outcome: it was lost or given back, and
        stays pending, or, if that is hopeless, it has failed."""
        progress = progress_of_error(cause, item.begun, workflow.now())
        pause = pause_before_next(cause, progress)
        if pause is None:
            self._settle_item(item, outcome_of_error(cause, progress, workflow.now()))
            return
        item.begun = progress
        self._tell()
        if pause:
            await workflow.sleep(pause)

    def _start_scrape(self, index: int, item: ItemState) -> ActivityHandle[ItemOutcome]:
        timeout = timedelta(seconds=self._state.item_timeout_seconds)
        is_fast = self._state.scrape_mode == "fast"
        begun = item.begun
        return workflow.start_activity(
            SCRAPE_ITEM,
            ScrapeInput(
                batch_id=self._state.batch_id,
                item_uuid=item.uuid,
                url=item.url,
                generation=self._state.generation,
                timeout_seconds=self._state.item_timeout_seconds,
                earlier_attempts=begun.attempts if begun else 0,
                earlier_usage=begun.usage if begun else Usage(),
                earlier_postponed=begun.postponed if begun else 0,
                earlier_refusals=begun.refusals if begun else 0,
                has_secrets=self._state.has_secrets,
            ),
            result_type=ItemOutcome,
            activity_id=activity_id(index),
            # Tabs and sockets are slots of different numbers. None means the workflow's own queue.
            task_queue=fast_task_queue(workflow.info().task_queue) if is_fast else None,
            start_to_close_timeout=timeout + _TIMEOUT_MARGIN,
            heartbeat_timeout=_HEARTBEAT_TIMEOUT,
            # A started item answers a cancel request with its result, so wait for that.
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            retry_policy=_ONE_ATTEMPT,
            priority=Priority(fairness_key=self._state.account),
            summary=item.url.encode()[:_SUMMARY_LENGTH].decode(errors="ignore"),
        )

    async def _cancel_if_asked(self) -> None:
        """Cancels what no worker has started. The Temporal server decides which items that are:
        in the one transaction that takes the requests, it ends those that are not started."""
        await workflow.wait_condition(
            lambda: self._state.cancellation is not None or not self._state.has_pending
        )
        cancellation = self._state.cancellation
        if cancellation is None:
            return
        for index, scrape in self._scrapes.items():
            item = self._state.items[index]
            if item.status == "pending" and item.begun is None:
                scrape.cancel()
        # Once one item is cancelled all are that ever will be: the condition is looked at when
        # all that came in one transaction has taken effect. If none is, since all had started,
        # nothing tells, so after a moment that is taken as the answer.
        with suppress(asyncio.TimeoutError):
            await workflow.wait_condition(
                lambda: self._state.count("cancelled") > 0 or not self._state.has_pending,
                timeout=_ALL_STARTED_AFTER,
            )
        cancellation.cancelled_items = self._state.count("cancelled")
        cancellation.credits_refunded = cancellation.cancelled_items * self._state.credits_per_item
        workflow.upsert_memo({CANCELLATION_MEMO: cancellation})
        self._publish_counts()

    async def _settle_as_items_end(self) -> None:
        while self._state.has_pending:
            await workflow.wait_condition(
                lambda: len(self._unsettled) >= _SETTLE_AT_ONCE or not self._state.has_pending
            )
            if self._state.has_pending:
                self._publish_counts()
                await self._settle()

    async def _settle(self, end: BatchEnd | None = None) -> None:
        items, self._unsettled = self._unsettled, []
        await workflow.execute_local_activity(
            SETTLE_ITEMS,
            SettleInput(
                batch_id=self._state.batch_id,
                generation=self._state.generation,
                items=items,
                end=end,
            ),
            start_to_close_timeout=_LEDGER_TIMEOUT,
            retry_policy=_LEDGER_RETRIES,
        )

    def _settle_item(self, item: ItemState, outcome: ItemOutcome) -> None:
        item.settle(outcome)
        self._tell()
        self._unsettled.append(self._state.settled(item))

    def _cancel_item(self, item: ItemState) -> None:
        item.cancel(workflow.now())
        self._tell()
        self._unsettled.append(self._state.settled(item))

    def _publish_counts(self) -> None:
        """Brings the search attributes up to date. Each time is an event in the history, so not
        for every item."""
        workflow.upsert_search_attributes(search_attributes.updates(self._state))

    def _tell(self) -> None:
        """Brings the details up to date that the Temporal UI shows; they cost no event."""
        workflow.set_current_details(ui_details.details(self._state))
