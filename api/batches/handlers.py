"""The handlers of `/api/batch/scrape`, except the submit: status, list, retry and cancel."""

from __future__ import annotations

import uuid

from aiohttp import web

from api.batches.batch_stream import stream_batch
from api.batches.cancel import cancel_batch
from api.batches.errors import batch_not_found
from api.batches.etag import batch_etag
from api.batches.listing import list_response, read_page
from api.batches.option_checks import check_secrets
from api.batches.reservations import start_generation
from api.batches.response_models import CancelResponse, RetryResponse
from api.batches.retry import reserve_retry
from api.batches.status import read_status
from api.http.app_keys import ACCOUNT, BUCKET, DATABASE, SETTINGS, TEMPORAL
from api.http.body import read_object
from api.http.conditional import is_not_modified
from api.http.deadlines import (
    DECISION_SECONDS,
    LIVE_SECONDS,
    RESPONSE_SECONDS,
    done_within,
    remaining,
)
from api.http.errors import validation_failed
from api.http.responses import json_response
from api.http.validation import parse_body
from domain.options import RetryRequestBody
from storage.batches import list_batches, owns_batch


async def list_all(request: web.Request) -> web.Response:
    """Handle `GET /api/batch/scrape`."""
    page = read_page(request)
    rows, total = await request.app[DATABASE].read(
        list_batches, request[ACCOUNT], page=page.page, limit=page.limit
    )
    seconds = remaining(request, LIVE_SECONDS)
    answer = await list_response(request.app, page, rows, total, seconds=seconds)
    return json_response(answer)


async def get(request: web.Request) -> web.StreamResponse:
    """Handle `GET /api/batch/scrape/{batchId}`."""
    async with done_within(request, RESPONSE_SECONDS):
        batch_id = await _own_batch(request)
        status = await read_status(request.app[TEMPORAL], batch_id)
    tag = batch_etag(status)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if is_not_modified(request, tag):
        return web.Response(status=304, headers=headers)
    if request.method == "HEAD":
        return web.Response(headers=headers, content_type="application/json", charset="utf-8")
    return await stream_batch(request, status, request.app[BUCKET], headers)


async def retry(request: web.Request) -> web.Response:
    """Handle `POST /api/batch/scrape/{batchId}/retry`."""
    body = await read_object(request, allow_empty=True) if request.body_exists else {}
    async with done_within(request, DECISION_SECONDS):
        batch_id = await _own_batch(request)
        parsed = parse_body(RetryRequestBody, body)
        if isinstance(parsed, list):
            raise validation_failed(parsed)
        if errors := parsed.problems() + check_secrets(parsed, request.app[SETTINGS]):
            raise validation_failed(errors)
        state, generation = await reserve_retry(request.app, batch_id, parsed)
    seconds = remaining(request, RESPONSE_SECONDS)
    retried = len(state.to_retry(only_retryable=parsed.only_retryable))
    await start_generation(
        request.app,
        state,
        generation,
        secrets=parsed.secrets,
        seconds=seconds,
        asked=parsed,
    )
    answer = RetryResponse(status="queued", retried_count=retried)
    return json_response(answer, status=202)


async def cancel(request: web.Request) -> web.Response:
    """Handle `DELETE /api/batch/scrape/{batchId}`."""
    batch_id = await _own_batch(request)
    cancelled = await cancel_batch(
        request.app[TEMPORAL], request.app[SETTINGS].task_queue, batch_id
    )
    return json_response(
        CancelResponse(
            status="cancelled",
            cancelled_items=cancelled.items,
            credits_refunded=cancelled.credits,
        )
    )


async def _own_batch(request: web.Request) -> str:
    """Return the id in the path. Raises `ApiError` 404 if another account owns the batch."""
    batch_id = request.match_info["batchId"]
    account = request[ACCOUNT]
    if not _is_uuid(batch_id) or not await request.app[DATABASE].read(
        owns_batch, account, batch_id
    ):
        raise batch_not_found()
    return batch_id


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
