"""What a worker is made of, how it starts, and how it stops. `worker.py` is how to run one."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import FixedSizeSlotSupplier, UnsandboxedWorkflowRunner, Worker, WorkerTuner

from activities.browser.pool import BrowserPool, BrowserStartError, Limits, find_browser
from activities.conversion.pool import ContentConverter
from activities.egress.gateway import Gateway
from activities.egress.routes import ExitPool
from activities.extraction.client import ModelClient
from activities.extraction.extractor import Extractor
from activities.http.client import HttpClient
from activities.ledger import LedgerActivities
from activities.politeness.hosts import Hosts
from activities.politeness.robots import Robots
from activities.scrape import ScrapeActivities
from activities.secrets import SecretActivities
from activities.slots import PageSlots
from activities.walls.solver import Solver
from domain.items import ScrapeMode
from logs import configure_logging
from processes import forbid_core_dumps
from runtime.reconciler import Reconciler
from runtime.temporary import own_temporary_folder
from settings import Settings, SettingsError, exit_with, load_settings
from storage.bucket import Bucket
from storage.database import Database, DatabaseUnavailableError
from storage.vault import Vault
from temporal_client import connect
from workflows.batch import BatchWorkflow
from workflows.state import fast_task_queue

logger = logging.getLogger(__name__)

_BUCKET_TIMEOUT = 10.0
_CONNECT_PAUSE = 1.0
_WORKFLOW_SLOTS = 100
"""Workflow tasks at once: the SDK's own default."""

_LEDGER_SLOTS = 8
"""Local activities at once, which are those of the ledger: as many as the database has threads."""

_GARBAGE_AFTER = (10_000, 5, 3)
"""New objects until the youngest of them are looked through for garbage in cycles, and how often
that happens until older ones are as well. Python's 700 are a few messages of a browser here, and
looking took a tenth of the worker's time; its (10, 10) for the others would leave 160 MB lying."""

_SHUTDOWN_MARGIN = 5.0
"""Seconds for what remains when all items have finished or were told to stop."""


async def run(settings: Settings) -> None:
    """Works until a signal comes. Raises `SettingsError` or `BrowserStartError` at the start."""
    stop = _stop_signals()
    async with AsyncExitStack() as stack:
        bucket = Bucket(settings, timeout=_BUCKET_TIMEOUT)
        stack.callback(bucket.close)
        converter = ContentConverter(processes=os.cpu_count() or 1)
        stack.callback(converter.close)
        gateway = Gateway(allow=settings.egress_allow, max_item_bytes=settings.max_item_bytes)
        await gateway.start()
        stack.push_async_callback(gateway.close)
        http = HttpClient(threads=settings.fast_slots)
        stack.callback(http.close)
        browsers = BrowserPool(
            find_browser(settings.browser),
            tabs=settings.tabs,
            max_page_memory=settings.max_page_memory,
            limits=Limits(
                pages=settings.browser_max_pages,
                age=settings.browser_max_age,
                memory=settings.browser_max_memory,
            ),
        )
        stack.push_async_callback(browsers.close)
        await asyncio.gather(browsers.start(), converter.warm_up())
        database = Database(settings.sql_url)
        stack.callback(database.close)
        database.migrate()
        client = await _connect(settings, stop)
        if client is None:
            return
        solver = _solver(settings)
        if solver is not None:
            stack.push_async_callback(solver.close)
            checking = asyncio.create_task(solver.check())
            stack.callback(checking.cancel)
        extractor = None
        # With N pages exactly N items are started that have none yet, and `startedAt` means that a
        # tab was free. As many again may be converted and uploaded meanwhile.
        pages: dict[ScrapeMode, int] = {"default": settings.tabs, "fast": settings.fast_slots}
        waiting = 0
        if settings.has_model:
            model = _model(settings)
            stack.push_async_callback(model.close)
            extractor = Extractor(
                model,
                converter.conform,
                context_tokens=settings.llm_context_tokens,
                max_output_tokens=settings.llm_max_output_tokens,
                max_parts=settings.llm_max_parts,
            )
            # As many again may wait for a place, so that the model is never without work.
            waiting = 2 * settings.llm_concurrency
        elif settings.openai_api_key:
            logger.info("no language model is used: SPIDRA_LLM_MODEL is not set")
        slots = {mode: PageSlots(count, waiting=count + waiting) for mode, count in pages.items()}
        vault = Vault(bucket, settings.secret_key)
        reconciler = Reconciler(
            client, database, vault, bucket, interval=settings.reconcile_interval
        )
        reconciling = asyncio.create_task(reconciler.run_forever())
        stack.callback(reconciling.cancel)
        activities = ScrapeActivities(
            browsers,
            converter,
            bucket,
            gateway,
            http,
            ExitPool(settings.proxies),
            vault,
            Hosts(
                concurrency=settings.host_concurrency,
                spacing=settings.host_spacing,
                max_backoff=settings.max_backoff,
            ),
            Robots(http) if settings.robots == "on" else None,
            navigation_timeout=settings.navigation_timeout,
            max_page_bytes=settings.max_page_bytes,
            max_frames=settings.max_frames,
            solver=solver,
            max_captchas=settings.max_captchas,
            challenge_timeout=settings.challenge_timeout,
            extractor=extractor,
            slots=slots,
            country=settings.country,
        )
        book = LedgerActivities(database)
        workers = (
            create_worker(
                client, settings, activities, book, SecretActivities(vault), slots["default"]
            ),
            create_fast_worker(client, settings, activities, slots["fast"]),
        )
        # What is there now stays until the end, and need not be looked through.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GARBAGE_AFTER)
        await _work(workers, activities, settings.shutdown_grace, stop)


def _solver(settings: Settings) -> Solver | None:
    if settings.captcha_url is None or settings.captcha_key is None:
        return None
    return Solver(
        settings.captcha_url,
        settings.captcha_key.get_secret_value(),
        dialect=settings.captcha_dialect,
        timeout=settings.captcha_timeout,
    )


def _model(settings: Settings) -> ModelClient:
    assert settings.llm_model is not None  # noqa: S101 -- the caller has looked
    key = settings.openai_api_key
    return ModelClient(
        settings.llm_model,
        key=key.get_secret_value() if key else None,
        base_url=settings.openai_base_url,
        concurrency=settings.llm_concurrency,
        timeout=settings.llm_timeout,
    )


def create_worker(
    client: Client,
    settings: Settings,
    activities: ScrapeActivities,
    book: LedgerActivities,
    secrets: SecretActivities,
    slots: PageSlots,
) -> Worker:
    """The Temporal worker for batches and the items that need a tab. Not yet running."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[BatchWorkflow],
        activities=[
            activities.scrape_item,
            book.admit_batch,
            book.settle_items,
            secrets.forget_secrets,
        ],
        # The sandbox imports the workflow anew for each batch and is entered for each payload: most
        # of what a busy worker did. The tests have it, to object to what is not deterministic.
        workflow_runner=UnsandboxedWorkflowRunner(),
        tuner=_tuner(slots),
        # Items of a batch start right with the workflow task that schedules them.
        max_eager_activity_reservations_per_workflow_task=50,
        # Else a query waits 10 s for a worker that died.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        # Else heartbeats lag by 0.8 of the heartbeat timeout.
        max_heartbeat_throttle_interval=timedelta(seconds=1),
        graceful_shutdown_timeout=timedelta(seconds=settings.shutdown_grace),
    )


def _tuner(activity_slots: PageSlots) -> WorkerTuner:
    return WorkerTuner.create_composite(
        workflow_supplier=FixedSizeSlotSupplier(_WORKFLOW_SLOTS),
        activity_supplier=activity_slots,
        local_activity_supplier=FixedSizeSlotSupplier(_LEDGER_SLOTS),
        nexus_supplier=FixedSizeSlotSupplier(1),
    )


def create_fast_worker(
    client: Client,
    settings: Settings,
    activities: ScrapeActivities,
    slots: PageSlots,
) -> Worker:
    """The Temporal worker for items that need no browser, and so no tab. Not yet running."""
    return Worker(
        client,
        task_queue=fast_task_queue(settings.task_queue),
        activities=[activities.scrape_item],
        tuner=_tuner(slots),
        max_heartbeat_throttle_interval=timedelta(seconds=1),
        graceful_shutdown_timeout=timedelta(seconds=settings.shutdown_grace),
    )


async def _connect(settings: Settings, stop: asyncio.Queue[signal.Signals]) -> Client | None:
    """The connection, tried until it stands: Temporal may start later than its workers.
    None if a signal came first."""
    while True:
        try:
            return await connect(settings)
        except RuntimeError as error:
            logger.warning("Temporal is out of reach: %s", error)
        try:
            async with asyncio.timeout(_CONNECT_PAUSE):
                await stop.get()
        except TimeoutError:
            continue
        return None


async def _work(
    workers: Sequence[Worker],
    activities: ScrapeActivities,
    grace: float,
    stop: asyncio.Queue[signal.Signals],
) -> None:
    """Runs `workers` until a signal comes, or one of them fails."""
    running = [asyncio.create_task(worker.run()) for worker in workers]
    for worker in workers:
        logger.info("polling", extra={"task_queue": worker.task_queue})
    first = asyncio.create_task(stop.get())
    await asyncio.wait([*running, first], return_when=asyncio.FIRST_COMPLETED)
    if first.done():
        logger.info("stopping: running items may finish, a second signal hands them over at once")
    first.cancel()
    shutdown = asyncio.create_task(_shut_down(workers, running))
    second = asyncio.create_task(stop.get())
    await asyncio.wait(
        [shutdown, second],
        timeout=grace + _SHUTDOWN_MARGIN,
        return_when=asyncio.FIRST_COMPLETED,
    )
    second.cancel()
    activities.hand_over()
    _, unfinished = await asyncio.wait([shutdown], timeout=_SHUTDOWN_MARGIN)
    if unfinished:
        # As when Temporal is away: it will miss the heartbeats of what was running.
        logger.warning("Temporal could not be told of the shutdown in time")
        for task in running:
            task.cancel()
        return
    await asyncio.gather(*running)


async def _shut_down(workers: Sequence[Worker], running: Sequence[asyncio.Task[None]]) -> None:
    # One that has failed has nothing to shut down, and would never say that it has.
    alive = (worker for worker, task in zip(workers, running, strict=True) if not task.done())
    await asyncio.gather(*(worker.shutdown() for worker in alive))


def _stop_signals() -> asyncio.Queue[signal.Signals]:
    signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, signals.put_nowait, number)
    return signals


def main() -> None:
    """Runs the worker; the exit status is 2 if a setting is wrong or the browser cannot start."""
    try:
        forbid_core_dumps()
        settings = load_settings()
        configure_logging(settings.log_level)
        with own_temporary_folder():
            if sys.platform == "win32":
                asyncio.run(run(settings))
            else:
                import uvloop

                uvloop.run(run(settings))
    except (SettingsError, BrowserStartError, DatabaseUnavailableError) as error:
        exit_with(error)
