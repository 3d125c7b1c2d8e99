"""Accepting a retry: the failed items of a batch that has ended run again."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from aiohttp import web

from api.batches.errors import (
    budget_used_up,
    cannot_retry_cancelled,
    no_failed_items,
    none_is_retryable,
    not_terminal,
    secrets_required,
)
from api.batches.reservations import check_traffic, ledger_errors
from api.batches.status import TERMINAL, read_status
from api.http.app_keys import BUCKET, DATABASE, SETTINGS, TEMPORAL
from api.http.errors import validation_failed
from domain.items import BatchEnd
from domain.options import RetryOptions, StoredOptions
from domain.proxies import bytes_of_megabytes
from domain.request_body import RequestBody
from storage import ledger
from storage.bucket import ObjectMissingError, StorageUnavailableError
from storage.keys import request_key
from workflows.state import BatchState


async def reserve_retry(
    app: web.Application, batch_id: str, body: RetryOptions
) -> tuple[BatchState, int]:
    """Reserve the credits for another run of the failed items that `body` asks for.

    Returns the state in which the batch has ended, and the generation that will start from it. One
    of several requests at once wins, since the ledger gives out each generation once.

    Raises `ApiError`: 409 if the batch has not ended or was cancelled, 400 if no such item failed
    or `body` lacks a secret, 403 if the account cannot pay or if it or the batch has no proxy
    traffic left, 422, 429 if the account has too many unfinished batches, 404 or 503.
    """
    status = await read_status(app[TEMPORAL], batch_id)
    if status.status == "cancelled":
        raise cannot_retry_cancelled()
    if status.status not in TERMINAL:
        raise not_terminal()
    state = status.state
    retried = len(state.to_retry(only_retryable=body.only_retryable))
    if retried == 0:
        raise no_failed_items() if state.count("failed") == 0 else none_is_retryable()
    if state.has_secrets:
        await _require_secrets(app, batch_id, body)
    state.has_secrets = bool(body.secrets)
    _check_budget(state, body)
    if state.use_proxy:
        await check_traffic(app, state.account)
    if status.status == "failed":
        await _end_broken(app, state)
    max_open = app[SETTINGS].max_unfinished_batches
    try:
        with ledger_errors(max_open):
            generation = await app[DATABASE].run(
                ledger.reopen_batch,
                ledger.NewRetry(
                    batch_id=batch_id,
                    account=state.account,
                    ended_generation=state.generation,
                    items=retried,
                    credits_per_item=state.credits_per_item,
                ),
                max_open=max_open,
            )
    except ledger.BatchOpenError:
        raise not_terminal() from None
    return state, generation


def _check_budget(state: BatchState, body: RetryOptions) -> None:
    """Raise `ApiError` unless the batch may take more traffic through proxies."""
    if body.max_proxy_mb is not None and not state.use_proxy:
        raise validation_failed([f"{body.alias_of('max_proxy_mb')}: the batch uses no proxy."])
    limit = bytes_of_megabytes(body.max_proxy_mb)
    limit = state.max_proxy_bytes if limit is None else limit
    if limit is not None and state.proxy_bytes >= limit:
        raise budget_used_up(used=state.proxy_bytes, limit=limit)


async def _end_broken(app: web.Application, state: BatchState) -> None:
    """Settle a batch whose workflow was ended in Temporal, as the reconciler would later."""
    ending = BatchEnd(
        status="failed",
        completed=state.count("completed"),
        failed=state.count("failed"),
        finished_at=state.finished_at or datetime.now(UTC),
    )
    items = state.settled_in(state.generation)
    await app[DATABASE].run(ledger.end_broken, state.batch_id, state.generation, items, ending)


async def _require_secrets(app: web.Application, batch_id: str, body: RequestBody) -> None:
    """Raise `ApiError` 400 unless `body` has the secrets that the batch was submitted with.

    If an earlier retry brought the first secrets, or the options cannot be read, the names are not
    known. Then any secret will do.
    """
    names: list[str] = []
    with suppress(ObjectMissingError, StorageUnavailableError):
        stored = StoredOptions.from_stored(await app[BUCKET].get(request_key(batch_id)))
        names = stored.secrets_given
    if not names and not body.secrets:
        names = body.secret_names()
    missing = [body.alias_of(name) for name in names if name not in body.secrets]
    if missing:
        raise secrets_required(missing)
