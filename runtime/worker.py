"""What a worker is made of. `worker.py` at the top of the repository runs it."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import (
    FixedSizeSlotSupplier,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkerTuner,
)

from activities.browser.launch import BrowserStartError
from activities.capture import PageLimits
from activities.egress.routes import ExitPool
from activities.extraction.client import ModelClient
from activities.extraction.extractor import Extractor
from activities.fetching import PageFetcher, WallPolicy
from activities.item_run import ItemServices
from activities.item_store import ItemStore
from activities.ledger import LedgerActivities
from activities.politeness.hosts import Hosts
from activities.politeness.robots import Robots
from activities.processing import PageProcessor
from activities.scrape import ScrapeActivities
from activities.secrets import SecretActivities
from activities.slots import PageSlots
from activities.walls.solver import Solver
from command_line import parse_no_arguments
from domain.items import ScrapeMode
from logs import configure_logging
from processes import forbid_core_dumps
from runtime.metrics import serve_metrics
from runtime.reconciler import Reconciler
from runtime.resources import Resources, open_resources
from runtime.shutdown import StopSignals, run_until_stopped, stop_signals
from runtime.temporary import own_temporary_folder
from search_attribute_setup import add_search_attributes
from settings import Settings, SettingsError, exit_with, load_settings
from storage.database import DatabaseUnavailableError
from temporal_client import connect, connection_reason, required_settings
from workflows.batch import BatchWorkflow
from workflows.search_attributes import ALL
from workflows.state import fast_task_queue

logger = logging.getLogger(__name__)

_CONNECT_PAUSE = 1.0
"""Seconds between two tries to reach Temporal at the start."""

_LOG_EVERY = 30
"""Tries after which the log says again that Temporal is out of reach."""

_WORKFLOW_SLOTS = 100
"""Workflow tasks at once: the SDK's own default."""

_LEDGER_SLOTS = 8
"""Local activities at once. They are those of the ledger: as many as the database has threads."""

_GARBAGE_AFTER = (10_000, 5, 3)
"""Thresholds of the garbage collector. Python's 700 new objects are a few messages of a browser,
and each collection looks at all young objects: that took a tenth of the worker's time. Python's 10
and 10 for older objects would leave 160 MB uncollected."""


@dataclass(frozen=True)
class BatchWorker:
    """The Temporal workers of one process, not yet running."""

    workers: Sequence[Worker]
    scrape: ScrapeActivities
    exits: ExitPool


def build_worker(
    settings: Settings, client: Client, resources: Resources, stack: AsyncExitStack
) -> BatchWorker:
    """Wire the workers that poll the task queues. `stack` ends what they have in the background."""
    slots = _slots(settings)
    exits = ExitPool(settings.proxies)
    services = ItemServices(
        fetcher=_fetcher(settings, resources, exits, stack),
        processor=PageProcessor(resources.converter, _extractor(settings, resources, stack)),
        store=ItemStore(resources.bucket, resources.vault),
        hosts=Hosts(
            concurrency=settings.host_concurrency,
            spacing=settings.host_spacing,
            max_backoff=settings.max_backoff,
        ),
        slots=slots,
    )
    scrape = ScrapeActivities(services)
    _reconcile(settings, client, resources, stack)
    return BatchWorker(
        workers=(
            _default_worker(settings, client, resources, scrape, slots["default"]),
            _fast_worker(settings, client, scrape, slots["fast"]),
        ),
        scrape=scrape,
        exits=exits,
    )


def _slots(settings: Settings) -> dict[ScrapeMode, PageSlots]:
    """Return the slots of each mode.

    With N pages, exactly N items are started that have no page yet. So `startedAt` means that a tab
    was free. Up to N items that have their page may be converted and uploaded meanwhile, and some
    more may wait for the model.
    """
    # Twice the model's requests, so that the next item is ready when an answer comes.
    waiting = 2 * settings.llm_concurrency if settings.has_model else 0
    pages: dict[ScrapeMode, int] = {"default": settings.tabs, "fast": settings.fast_slots}
    return {mode: PageSlots(count, waiting=count + waiting) for mode, count in pages.items()}


def _fetcher(
    settings: Settings, resources: Resources, exits: ExitPool, stack: AsyncExitStack
) -> PageFetcher:
    return PageFetcher(
        resources.browsers,
        resources.http,
        resources.gateway,
        exits,
        Robots(resources.http) if settings.robots == "on" else None,
        limits=PageLimits(
            navigation_timeout=settings.navigation_timeout,
            max_bytes=settings.max_page_bytes,
            max_frames=settings.max_frames,
        ),
        walls=WallPolicy(
            solver=_solver(settings, stack),
            max_captchas=settings.max_captchas,
            challenge_timeout=settings.challenge_timeout,
        ),
        country=settings.country,
    )


def _solver(settings: Settings, stack: AsyncExitStack) -> Solver | None:
    """Return the client of the service that solves CAPTCHAs; None if none is configured."""
    if settings.captcha_url is None or settings.captcha_key is None:
        return None
    solver = Solver(
        settings.captcha_url,
        settings.captcha_key.get_secret_value(),
        provider=settings.captcha_dialect,
        timeout=settings.captcha_timeout,
    )
    stack.push_async_callback(solver.close)
    checking = asyncio.create_task(solver.check())
    stack.callback(checking.cancel)
    return solver


def _extractor(settings: Settings, resources: Resources, stack: AsyncExitStack) -> Extractor | None:
    """Return what asks the language model; None if none is configured."""
    if settings.llm_model is None:
        if settings.openai_api_key:
            logger.info("no language model is used: SPIDRA_LLM_MODEL is not set")
        return None
    key = settings.openai_api_key
    model = ModelClient(
        settings.llm_model,
        key=key.get_secret_value() if key else None,
        base_url=settings.openai_base_url,
        concurrency=settings.llm_concurrency,
        timeout=settings.llm_timeout,
    )
    stack.push_async_callback(model.close)
    return Extractor(
        model,
        resources.converter.conform,
        context_tokens=settings.llm_context_tokens,
        max_output_tokens=settings.llm_max_output_tokens,
        max_parts=settings.llm_max_parts,
    )


def _reconcile(
    settings: Settings, client: Client, resources: Resources, stack: AsyncExitStack
) -> None:
    """Repair half-started batches in the background."""
    reconciler = Reconciler(
        client,
        resources.database,
        resources.vault,
        resources.bucket,
        interval=settings.reconcile_interval,
    )
    reconciling = asyncio.create_task(reconciler.run_forever())
    stack.callback(reconciling.cancel)


def _default_worker(
    settings: Settings,
    client: Client,
    resources: Resources,
    scrape: ScrapeActivities,
    slots: PageSlots,
) -> Worker:
    """Return the Temporal worker for batches, and for items that need a tab."""
    ledger = LedgerActivities(resources.database)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[BatchWorkflow],
        activities=[
            scrape.scrape_item,
            ledger.admit_batch,
            ledger.settle_items,
            SecretActivities(resources.vault).forget_secrets,
        ],
        # The sandbox imports the workflow anew for each batch and is entered for each payload: most
        # of what a busy worker did. The tests have it, to object to what is not deterministic.
        workflow_runner=UnsandboxedWorkflowRunner(),
        # Items of a batch start right with the workflow task that schedules them.
        max_eager_activity_reservations_per_workflow_task=50,
        # Without this a query waits 10 s for a worker that died.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        **_worker_options(settings, slots),
    )


def _fast_worker(
    settings: Settings, client: Client, scrape: ScrapeActivities, slots: PageSlots
) -> Worker:
    """Return the Temporal worker for items that need no browser, and so no tab."""
    return Worker(
        client,
        task_queue=fast_task_queue(settings.task_queue),
        activities=[scrape.scrape_item],
        **_worker_options(settings, slots),
    )


def _worker_options(settings: Settings, slots: PageSlots) -> dict[str, Any]:
    """Return the options that both Temporal workers have."""
    return {
        "tuner": WorkerTuner.create_composite(
            workflow_supplier=FixedSizeSlotSupplier(_WORKFLOW_SLOTS),
            activity_supplier=slots,
            local_activity_supplier=FixedSizeSlotSupplier(_LEDGER_SLOTS),
            nexus_supplier=FixedSizeSlotSupplier(1),
        ),
        # Without this heartbeats lag by 0.8 of the heartbeat timeout.
        "max_heartbeat_throttle_interval": timedelta(seconds=1),
        "graceful_shutdown_timeout": timedelta(seconds=settings.shutdown_grace),
    }


async def run(settings: Settings) -> None:
    """Work until a signal comes. Raises `SettingsError` or `BrowserStartError` at the start."""
    stop = stop_signals()
    async with AsyncExitStack() as stack:
        resources = await open_resources(settings, stack)
        client = await _connect(settings, stop)
        if client is None:
            return
        await _prepare_namespace(client)
        worker = build_worker(settings, client, resources, stack)
        if settings.metrics_address is not None:
            await serve_metrics(settings.metrics_address, worker.exits, stack)
        # What exists now stays until the end, so the garbage collector need not look at it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GARBAGE_AFTER)
        await run_until_stopped(
            worker.workers,
            stop,
            grace=settings.shutdown_grace,
            hand_over=worker.scrape.hand_over,
        )


async def _connect(settings: Settings, stop: StopSignals) -> Client | None:
    """Return the connection, tried until it stands: Temporal may start later than its workers.

    Returns None if a signal comes first.
    """
    pauses = 0
    while True:
        try:
            return await connect(settings)
        except RuntimeError as error:
            if pauses % _LOG_EVERY == 0:
                where = settings.temporal_address or "the address of TEMPORAL_*"
                logger.warning(
                    "no Temporal server answers at %s yet: %s", where, connection_reason(error)
                )
        pauses += 1
        try:
            async with asyncio.timeout(_CONNECT_PAUSE):
                await stop.get()
        except TimeoutError:
            continue
        return None


async def _prepare_namespace(client: Client) -> None:
    """Add the search attributes that batches need. A worker without them can end what has begun."""
    try:
        await add_search_attributes(client, ALL)
    except RPCError as error:
        logger.warning("could not check the search attributes: %s", error)


def main() -> None:
    """Run the worker. The exit status is 2 if a setting is wrong or the browser cannot start."""
    parse_no_arguments(
        "python worker.py", "Work on batches until SIGTERM or SIGINT, then finish what has begun."
    )
    try:
        forbid_core_dumps()
        settings = load_settings("s3_bucket", *required_settings())
        configure_logging(settings.log_level)
        with own_temporary_folder():
            if sys.platform == "win32":
                asyncio.run(run(settings))
            else:
                import uvloop

                uvloop.run(run(settings))
    except (SettingsError, BrowserStartError, DatabaseUnavailableError) as error:
        exit_with(error)
