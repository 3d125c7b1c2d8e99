"""Starting a generation of a batch: first its credits are reserved, then its workflow is started.

The ledger and Temporal are different systems, so one cannot be rolled back with the other. Instead
the workflow's first step asks the ledger to admit its reservation. If a start fails, or its outcome
is not known, the API withdraws the reservation. Both change the same row of the database, and the
first one wins. So the credits are held and the workflow runs, or neither.
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
from temporalio.service import RPCError, RPCStatusCode

from api.batches.errors import (
    credit_limit_reached,
    proxy_limit_reached,
    too_many_pending_jobs,
)
from api.http.app_keys import BUCKET, DATABASE, SETTINGS, TEMPORAL, VAULT
from api.http.errors import queue_not_set_up, queue_unavailable
from api.temporal.calls import CALL_SECONDS, in_time
from domain.options import BatchScrapeRequest, RetryOptions, seal_text
from domain.proxies import BYTES_PER_MB, bytes_of_megabytes
from storage import ledger
from storage.bucket import StorageUnavailableError
from storage.idempotency import KeyUse
from storage.keys import request_key
from workflows import search_attributes, ui_details
from workflows.batch import BatchWorkflow
from workflows.state import BatchState, RetryRequest, workflow_id

logger = logging.getLogger(__name__)

_LEAST_SECONDS = 1.0
"""Seconds that Temporal has at least to start a workflow, however slow the steps before were."""

_NOT_SET_UP = frozenset(
    {
        RPCStatusCode.INVALID_ARGUMENT,  # search attributes are missing
        RPCStatusCode.NOT_FOUND,  # the namespace is missing
        RPCStatusCode.PERMISSION_DENIED,
    }
)
"""How Temporal answers a start that it will refuse until an operator changes something."""


async def reserve_batch(
    app: web.Application, state: BatchState, scrape: BatchScrapeRequest, key_use: KeyUse | None
) -> None:
    """Store the options and reserve the credits of the first generation.

    `key_use` is the idempotency key of the request, if it has one. Raises `ApiError` 403 if the
    account cannot pay or has no proxy traffic left, 429 if it has too many unfinished batches, and
    `KeyTakenError`. Then nothing is held.
    """
    if scrape.use_proxy:
        await check_traffic(app, state.account)
    body = scrape.to_stored()
    await app[BUCKET].put(request_key(state.batch_id), body, "application/json")
    max_open = app[SETTINGS].max_unfinished_batches
    with ledger_errors(max_open):
        await app[DATABASE].run(
            ledger.open_batch,
            ledger.NewBatch(
                batch_id=state.batch_id,
                account=state.account,
                total_urls=len(state.items),
                output_format=scrape.output_format,
                credits_per_item=state.credits_per_item,
                created_at=state.created_at,
                key_use=key_use,
            ),
            max_open=max_open,
        )


async def start_generation(
    app: web.Application,
    state: BatchState,
    generation: int,
    *,
    secrets: Mapping[str, Any],
    seconds: float,
    asked: RetryOptions | None = None,
) -> None:
    """Seal `secrets`, and start the workflow of a generation whose credits are reserved.

    It starts from `state`. A later `generation` than that of `state` retries its failed items, as
    the client has `asked`.

    Raises `ApiError` 503 if Temporal does not start it within `seconds`. Then the reservation is
    withdrawn, and no secrets are kept.
    """
    began = time.monotonic()
    if secrets:
        await _seal(app, state.batch_id, generation, secrets)
    left = seconds - (time.monotonic() - began)
    asked = asked or RetryOptions()
    retry = RetryRequest(
        generation=generation,
        only_retryable=asked.only_retryable,
        max_proxy_bytes=bytes_of_megabytes(asked.max_proxy_mb),
    )
    start = _start(app[TEMPORAL], app[SETTINGS].task_queue, state, retry)
    try:
        await in_time(start, seconds=max(_LEAST_SECONDS, min(left, CALL_SECONDS)))
    except WorkflowAlreadyStartedError:
        pass  # An earlier try of the same call got through.
    except RPCError as error:
        if await _withdraw(app, state.batch_id, generation, has_secrets=bool(secrets)):
            logger.warning(
                "not started: %s", error, extra={"batch": state.batch_id, "generation": generation}
            )
            if error.status in _NOT_SET_UP:
                raise queue_not_set_up() from None
            raise queue_unavailable() from None
        # The reservation was admitted, so the workflow has started.


async def _seal(
    app: web.Application, batch_id: str, generation: int, secrets: Mapping[str, Any]
) -> None:
    """Seal `secrets`. Raises `StorageUnavailableError`; then the reservation is withdrawn."""
    try:
        await app[VAULT].put(batch_id, generation, seal_text(secrets))
    except StorageUnavailableError:
        # The write may still have taken effect, so the secrets are deleted as well.
        await _withdraw(app, batch_id, generation, has_secrets=True)
        raise


async def _withdraw(
    app: web.Application, batch_id: str, generation: int, *, has_secrets: bool
) -> bool:
    """Return whether the generation had not begun, and so never will.

    Then its secrets are deleted. If the bucket is out of reach, the reconciler deletes them later.
    """
    if not await app[DATABASE].run(ledger.withdraw, batch_id, generation):
        return False
    if has_secrets:
        with suppress(StorageUnavailableError):
            await app[VAULT].delete(batch_id, generation)
    return True


async def _start(client: Client, task_queue: str, state: BatchState, retry: RetryRequest) -> None:
    is_retry = retry.generation > state.generation
    begins = state.model_copy(deep=True)
    if is_retry:
        begins.retry(retry)
    await client.start_workflow(
        BatchWorkflow.run,
        state,
        id=workflow_id(state.batch_id),
        task_queue=task_queue,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        start_signal="retry" if is_retry else None,
        start_signal_args=[retry] if is_retry else [],
        priority=Priority(fairness_key=state.account),
        static_summary=ui_details.summary(begins),
        search_attributes=search_attributes.initial(begins),
    )


async def check_traffic(app: web.Application, account: str) -> None:
    """Raise `ApiError` 403 if the account has used up its proxy traffic.

    Items that run already may still add to it.
    """
    limit_mb = app[SETTINGS].proxy_limit_mb
    if not limit_mb:
        return
    usage = await app[DATABASE].read(ledger.usage, account)
    if usage.proxy_bytes >= limit_mb * BYTES_PER_MB:
        raise proxy_limit_reached(limit_mb)


@contextmanager
def ledger_errors(max_open: int) -> Iterator[None]:
    """Raise the ledger's refusals as `ApiError`."""
    try:
        yield
    except ledger.CreditLimitReachedError as error:
        raise credit_limit_reached(error.needed, error.remaining) from None
    except ledger.TooManyOpenBatchesError:
        raise too_many_pending_jobs(max_open) from None
