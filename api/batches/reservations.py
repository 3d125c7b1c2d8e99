"""Starting a generation of a batch: credits reserved first, then the workflow, both or neither.

The two are in different systems, so neither can be rolled back with the other. Instead the
workflow's first step is to have its reservation admitted, and a start that failed, or whose
outcome is not known, is undone by withdrawing the reservation: whichever comes first wins, in one
row of the database.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from aiohttp import web
from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from api.http.app_keys import BUCKET, DATABASE, SETTINGS, TEMPORAL, VAULT
from api.http.errors import ApiError
from api.temporal_calls import CALL_SECONDS, in_time
from domain.options import BatchScrapeRequest, seal_text
from storage import ledger
from storage.bucket import StorageUnavailableError, request_key
from storage.idempotency import KeyUse
from workflows import search_attributes, ui_details
from workflows.batch import BatchWorkflow
from workflows.state import BatchState, RetryRequest, workflow_id

logger = logging.getLogger(__name__)

BYTES_PER_MB = 1_000_000

_LEAST_SECONDS = 1.0
"""For Temporal to start a workflow, even if everything before that was slow."""

_RETRY_AFTER_SECONDS = 5
"""What a client is told to wait for one of its batches to end: a page takes seconds."""


async def reserve_batch(
    app: web.Application, state: BatchState, scrape: BatchScrapeRequest, key_use: KeyUse | None
) -> None:
    """Stores the request and reserves the credits of the first generation, under an idempotency
    key if there is one.

    Raises `ApiError` 403 if the account cannot pay or has no proxy traffic left, 429 if it has too
    many unfinished batches, and `KeyTakenError`; then nothing is held.
    """
    if scrape.use_proxy:
        await check_traffic(app, state.account)
    body = scrape.to_stored()
    await app[BUCKET].put(request_key(state.batch_id), body, "application/json")
    max_open = app[SETTINGS].max_unfinished_batches
    with refusals(max_open):
        await app[DATABASE].run(
            ledger.open_batch,
            batch_id=state.batch_id,
            account=state.account,
            total_urls=len(state.items),
            output_format=scrape.output_format,
            credits_per_item=state.credits_per_item,
            created_at=state.created_at,
            max_open=max_open,
            key_use=key_use,
        )


async def start_generation(
    app: web.Application,
    state: BatchState,
    generation: int,
    *,
    secrets: Mapping[str, Any],
    seconds: float,
) -> None:
    """Starts the workflow of a generation whose credits are reserved: from `state`, and, if
    `generation` is a later one, as a retry of its failed items. `secrets`, if there are any, are
    sealed for it before.

    Raises `ApiError` 503 if it could not be started within `seconds`; the reservation is withdrawn
    then, and no secrets are kept.
    """
    began = time.monotonic()
    if secrets:
        await _seal(app, state.batch_id, generation, secrets)
    left = seconds - (time.monotonic() - began)
    start = _start(app[TEMPORAL], app[SETTINGS].task_queue, state, generation)
    try:
        await in_time(start, seconds=max(_LEAST_SECONDS, min(left, CALL_SECONDS)))
    except WorkflowAlreadyStartedError:
        pass  # an earlier try of the same call got through
    except RPCError as error:
        if await _withdraw(app, state.batch_id, generation, has_secrets=bool(secrets)):
            logger.warning(
                "not started: %s", error, extra={"batch": state.batch_id, "generation": generation}
            )
            raise ApiError.unavailable("QUEUE_UNAVAILABLE", "Temporal is out of reach.") from None
        # It was admitted, so it did start.


async def _seal(
    app: web.Application, batch_id: str, generation: int, secrets: Mapping[str, Any]
) -> None:
    """Raises `StorageUnavailableError`; the reservation is withdrawn then."""
    try:
        await app[VAULT].put(batch_id, generation, seal_text(secrets))
    except StorageUnavailableError:
        # What could not be written may yet turn out to have been.
        await _withdraw(app, batch_id, generation, has_secrets=True)
        raise


async def _withdraw(
    app: web.Application, batch_id: str, generation: int, *, has_secrets: bool
) -> bool:
    """Whether the generation has not begun, and now never will. Its secrets are gone then, or,
    if the bucket is out of reach, are swept out of it later."""
    if not await app[DATABASE].run(ledger.withdraw, batch_id, generation):
        return False
    if has_secrets:
        with suppress(StorageUnavailableError):
            await app[VAULT].delete(batch_id, generation)
    return True


async def _start(client: Client, task_queue: str, state: BatchState, generation: int) -> None:
    is_retry = generation > state.generation
    begins = state.model_copy(deep=True)
    if is_retry:
        begins.retry_failed(generation)
    await client.start_workflow(
        BatchWorkflow.run,
        state,
        id=workflow_id(state.batch_id),
        task_queue=task_queue,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        start_signal="retry" if is_retry else None,
        start_signal_args=[RetryRequest(generation=generation)] if is_retry else [],
        priority=Priority(fairness_key=state.account),
        static_summary=ui_details.summary(begins),
        search_attributes=search_attributes.initial(begins),
    )


async def check_traffic(app: web.Application, account: str) -> None:
    """Raises `ApiError` 403 if the account has used up its proxy traffic. What runs already may
    still add to it."""
    limit_mb = app[SETTINGS].proxy_limit_mb
    if not limit_mb:
        return
    usage = await app[DATABASE].read(ledger.usage, account)
    if usage.proxy_bytes >= limit_mb * BYTES_PER_MB:
        raise ApiError(
            403,
            "PROXY_LIMIT_REACHED",
            f"The account has used the {limit_mb} MB of proxy traffic that it may use; leave out "
            "useProxy.",
        )


@contextmanager
def refusals(max_open: int) -> Iterator[None]:
    """Turns what the ledger refuses into an `ApiError`."""
    try:
        yield
    except ledger.CreditLimitReachedError as error:
        raise ApiError(
            403,
            "CREDIT_LIMIT_REACHED",
            f"This needs {error.needed} credits, and {error.remaining} remain of your account's "
            "limit.",
        ) from None
    except ledger.TooManyOpenBatchesError:
        raise ApiError(
            429,
            "TOO_MANY_PENDING_JOBS",
            f"The account has {max_open} unfinished batches, which is as many as it may have at "
            "once; wait for one to end, or cancel one.",
            retry_after=_RETRY_AFTER_SECONDS,
        ) from None
