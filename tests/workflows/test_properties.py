"""Random sequences of client requests to the batch workflow, on a real Temporal server.

An interleaving mostly waits for timeouts of Temporal, so several run at the same time. Each has a
database and a worker of its own.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.ledger import LedgerActivities
from domain.failures import failure
from domain.items import SCRAPE_ITEM, ItemOutcome, Progress, ScrapeInput, Usage
from storage import ledger
from storage.accounts import set_limit
from storage.database import Database
from tests.support import generated
from tests.support.batch_runs import Handle, completed, new_batch
from tests.support.databases import check_it_adds_up
from workflows import traffic_budget
from workflows.batch import BatchWorkflow
from workflows.state import BatchState, CancelRequest, RetryRequest, workflow_id

AT_ONCE = 6
"""Interleavings at the same time: beyond that, they wait for the processor."""

LATER = timedelta(milliseconds=300)
CANCEL_COUNTS_FOR = timedelta(seconds=3)

Step = tuple[str, object]
ITEMS = st.lists(
    st.sampled_from(["ok", "gone", "flaky", "hangs", "lost", "refused"]), min_size=1, max_size=6
)
VERBS = st.sampled_from(["poll", "cancel", "cancel", "retry", "release"])
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), ITEMS),
        st.tuples(VERBS, st.integers(0, 9)),
        st.tuples(st.just("kill"), st.none()),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class Batch:
    """A batch under test, and the outcomes that were seen so far."""

    handle: Handle
    behaviours: dict[str, str]
    """How each item behaves, by its uuid."""
    uuids: list[str]
    starts: Counter[tuple[str, int]] = field(default_factory=Counter)
    """How often a worker started each item, by uuid and generation."""
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when hanging items may finish."""
    completed: dict[str, ItemOutcome] = field(default_factory=dict)
    cancelled_items: int | None = None

    async def scrape(self, item: ScrapeInput, stopping: asyncio.Event) -> ItemOutcome:
        """Do what a worker does with the item, until the worker is `stopping`.

        It ignores cancel requests, as the real activity does.
        """
        self.starts[item.item_uuid, item.generation] += 1
        info = activity.info()
        progress = Progress(
            stage="scripted",
            attempts=item.earlier_attempts + info.attempt,
            started_at=info.started_time,
            usage=Usage(proxy_bytes=item.earlier_usage.proxy_bytes + 1),
        )
        outcome = completed(item)
        outcome.usage = progress.usage
        outcome.attempts = progress.attempts
        match self.behaviours[item.item_uuid]:
            case "gone":
                outcome.failure = failure("HTTP_404", "Gone.")
            case "flaky" if item.generation == 1:
                outcome.failure = failure("HTTP_503", "Away.")
            case "lost" if progress.attempts == 1:
                raise ApplicationError("lost", progress, type="WORKER_LOST")
            case "refused" if item.earlier_refusals == 0:
                progress.postponed = progress.refusals = 1
                raise ApplicationError("later", progress, type="HTTP_429", next_retry_delay=LATER)
            case "hangs":
                while not self.released.is_set():
                    activity.heartbeat(progress)
                    with suppress(TimeoutError, asyncio.CancelledError):
                        await asyncio.wait_for(self.released.wait(), 0.1)
                    if stopping.is_set():
                        raise ApplicationError("shut down", progress, type="WORKER_LOST")
        return outcome

    def see(self, state: BatchState) -> None:
        """Check a state against the outcomes that were seen before."""
        assert [item.uuid for item in state.items] == self.uuids
        for item in state.items:
            if item.uuid in self.completed:
                assert item.status == "completed"
                assert item.outcome == self.completed[item.uuid]
            elif item.status == "completed":
                assert item.outcome is not None
                self.completed[item.uuid] = item.outcome


class World:
    """All batches of one example, and their worker."""

    def __init__(
        self, env: WorkflowEnvironment, database: Database, queue: str, limit: int | None
    ) -> None:
        """`limit` is the traffic that each batch may use; an attempt uses 1."""
        self.env = env
        self.database = database
        self.queue = queue
        self.limit = limit
        self.batches: list[Batch] = []

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        # Temporal's `activity.is_worker_shutdown` is not enough: it is never set if the activity is
        # the first of its worker and starts during the shutdown.
        stopping = asyncio.Event()

        @activity.defn(name=SCRAPE_ITEM)
        async def scrape(item: ScrapeInput) -> ItemOutcome:
            [batch] = [b for b in self.batches if item.item_uuid in b.behaviours]
            return await batch.scrape(item, stopping)

        book = LedgerActivities(self.database)
        async with Worker(
            self.env.client,
            task_queue=self.queue,
            workflows=[BatchWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),  # as the product's worker
            activities=[scrape, book.admit_batch, book.settle_items],
            max_concurrent_activities=3,
            max_heartbeat_throttle_interval=timedelta(milliseconds=100),
            # A batch waits so long for a worker that was replaced. The default is 10 s.
            sticky_queue_schedule_to_start_timeout=timedelta(milliseconds=500),
        ):
            try:
                yield
            finally:
                stopping.set()

    async def submit(self, behaviours: list[str]) -> None:
        state = new_batch(self.database, len(behaviours))
        state.max_proxy_bytes = self.limit
        uuids = [item.uuid for item in state.items]
        handle = self.env.client.get_workflow_handle_for(
            BatchWorkflow.run, workflow_id(state.batch_id)
        )
        self.batches.append(Batch(handle, dict(zip(uuids, behaviours, strict=True)), uuids))
        await self.start(state)

    async def start(self, state: BatchState, generation: int = 1) -> None:
        more = None if self.limit is None else state.proxy_bytes + self.limit
        retry = RetryRequest(generation=generation, max_proxy_bytes=more)
        await self.env.client.start_workflow(
            BatchWorkflow.run,
            state,
            id=workflow_id(state.batch_id),
            task_queue=self.queue,
            task_timeout=timedelta(seconds=1),  # for tasks of a worker that dies
            start_signal="retry" if generation > 1 else None,
            start_signal_args=[retry] if generation > 1 else [],
        )

    async def is_running(self, batch: Batch) -> bool:
        return (await batch.handle.describe()).status == WorkflowExecutionStatus.RUNNING

    async def poll(self, batch: Batch) -> BatchState:
        """Return the state, once a worker answers that has not been killed meanwhile."""
        while True:
            try:
                return await batch.handle.query(BatchWorkflow.status)
            except RPCError as error:
                if error.status != RPCStatusCode.FAILED_PRECONDITION:
                    raise
                await asyncio.sleep(0.1)

    async def cancel(self, batch: Batch) -> None:
        if not await self.is_running(batch):
            return
        request = CancelRequest(
            request_id="request",
            not_after=datetime.now(UTC) + CANCEL_COUNTS_FOR,
        )
        with suppress(RPCError):  # the batch has ended meanwhile
            await batch.handle.signal(BatchWorkflow.cancel, request)

    async def retry(self, batch: Batch) -> None:
        if await self.is_running(batch):
            return
        state = await batch.handle.result()
        batch.see(state)
        if state.cancellation is not None or state.count("failed") == 0:
            return
        retry = ledger.NewRetry(
            batch_id=state.batch_id,
            account=state.account,
            ended_generation=state.generation,
            items=state.count("failed"),
            credits_per_item=state.credits_per_item,
        )
        with self.database.transaction() as connection:
            generation = ledger.reopen_batch(connection, retry, max_open=50)
        await self.start(state, generation)

    async def act(self, step: Step) -> None:
        match step:
            case ("submit", list(behaviours)):
                await self.submit(behaviours)
            case (str(verb), int(which)) if self.batches:
                batch = self.batches[which % len(self.batches)]
                match verb:
                    case "poll":
                        batch.see(await self.poll(batch))
                    case "cancel":
                        await self.cancel(batch)
                    case "retry":
                        await self.retry(batch)
                    case "release":
                        batch.released.set()

    async def run(self, steps: list[Step]) -> None:
        """Take the steps. Each `kill` replaces the worker, which gives its items back."""
        remaining = iter(steps)
        is_over = False
        while not is_over:
            async with self.worker():
                for step in remaining:
                    if step[0] == "kill":
                        break
                    await self.act(step)
                else:
                    is_over = True
                    await self.finish()

    async def finish(self) -> None:
        for batch in self.batches:
            batch.released.set()
        for batch in self.batches:
            await batch.handle.result()

    async def check(self) -> None:
        items_completed = proxy_bytes = 0
        for batch in self.batches:
            result = await batch.handle.result()
            batch.see(result)
            items_completed += result.count("completed")
            proxy_bytes += result.proxy_bytes
            assert not result.has_pending
            cancelled = [item for item in result.items if item.status == "cancelled"]
            if result.cancellation is None:
                assert not cancelled
            else:
                assert result.cancellation.cancelled_items == len(cancelled)
                assert result.cancellation.credits_refunded == 2 * len(cancelled)
            for item in result.items:
                assert item.outcome is not None
                starts = batch.starts[item.uuid, item.generation]
                assert starts <= item.outcome.attempts, "attempts are never fewer than starts"
                assert item.status != "cancelled" or starts == 0
        check_it_adds_up(self.database, "account", held=0)
        with self.database.transaction() as connection:
            usage = ledger.usage(connection, "account")
        assert (usage.used, usage.proxy_bytes) == (2 * items_completed, proxy_bytes)


@pytest.mark.long
async def test_state_and_ledger_add_up_after_any_sequence_of_requests(
    env: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic_budget, "MAX_UNDER_WAY", 2)
    places = asyncio.Semaphore(AT_ONCE)

    async def run(number: int, steps: list[Step]) -> None:
        async with places:
            database = Database(f"sqlite:///{tmp_path}/{number}.db")
            database.migrate()
            with database.transaction() as connection:
                set_limit(connection, "account", 1_000_000)
            world = World(env, database, f"properties-{number}", 3 if number % 2 else None)
            try:
                await world.run([("submit", ["ok", "hangs", "flaky"]), *steps])
                await world.check()
            except BaseException as error:
                error.add_note(f"after the steps {steps}")
                raise
            finally:
                database.close()

    interleavings = generated.cases(STEPS, generated.count(20, long=300))
    async with asyncio.TaskGroup() as group:
        for number, steps in enumerate(interleavings):
            group.create_task(run(number, steps))
