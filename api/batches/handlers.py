"""`/api/batch/scrape`: submitting a batch, asking how it stands, retrying and cancelling it, and
the list of all."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from api.batches.batch_stream import stream_batch
from api.batches.cancel import cancel_batch
from api.batches.idempotency import batch_of_key, read_key
from api.batches.listing import list_answer, read_page
from api.batches.option_checks import check_proxy, check_secrets
from api.batches.reservations import reserve_batch, start_generation
from api.batches.retry import reserve_retry
from api.batches.status import read_status
from api.batches.urls import check_urls
from api.http.app_keys import ACCOUNT, BUCKET, DATABASE, SETTINGS, TEMPORAL
from api.http.body import read_object
from api.http.deadlines import (
    ANSWER_SECONDS,
    DECISION_SECONDS,
    LIVE_SECONDS,
    done_within,
    remaining,
)
from api.http.errors import ApiError
from api.http.negotiation import batch_tag, is_known
from api.http.responses import json_response
from api.http.validation import parse_body
from api.openapi.response_models import CancelAnswer, RetryAnswer, SubmitAnswer
from domain.options import BatchScrapeRequest, RetryRequestBody
from domain.schema.validation import check_schema, schema_warnings
from storage.batches import list_batches, owns_batch
from storage.idempotency import KeyTakenError
from workflows.state import BatchState, ItemState, Rates


async def list_all(request: web.Request) -> web.Response:
    """`GET /api/batch/scrape`"""
    page = read_page(request)
    rows, total = await request.app[DATABASE].read(
        list_batches, request[ACCOUNT], page=page.page, limit=page.limit
    )
    seconds = remaining(request, LIVE_SECONDS)
    answer = await list_answer(request.app, page, rows, total, seconds=seconds)
    return json_response(answer)


async def submit(request: web.Request) -> web.Response:
    """`POST /api/batch/scrape`"""
    body = await read_object(request)
    key_use = read_key(request, body)
    state: BatchState | None = None
    async with done_within(request, DECISION_SECONDS):
        while True:
            if key_use is not None and (known := await batch_of_key(request, key_use)):
                return _accepted(known.batch_id, known.total_urls, body, is_replayed=True)
            if state is None:
                scrape = await _validated(request, body)
                state = _new_batch(request, scrape)
            with suppress(KeyTakenError):
                await reserve_batch(request.app, state, scrape, key_use)
                break
    seconds = remaining(request, ANSWER_SECONDS)
    await start_generation(
        request.app, state, state.generation, secrets=scrape.secrets, seconds=seconds
    )
    return _accepted(state.batch_id, len(state.items), body)


async def get(request: web.Request) -> web.StreamResponse:
    """`GET /api/batch/scrape/{batchId}`"""
    async with done_within(request, ANSWER_SECONDS):
        batch_id = await _own_batch(request)
        status = await read_status(request.app[TEMPORAL], batch_id)
    tag = batch_tag(status)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if is_known(request, tag):
        return web.Response(status=304, headers=headers)
    if request.method == "HEAD":
        return web.Response(headers=headers, content_type="application/json", charset="utf-8")
    return await stream_batch(request, status, request.app[BUCKET], headers)


async def retry(request: web.Request) -> web.Response:
    """`POST /api/batch/scrape/{batchId}/retry`"""
    body = await read_object(request, or_nothing=True) if request.body_exists else {}
    async with done_within(request, DECISION_SECONDS):
        batch_id = await _own_batch(request)
        parsed = parse_body(RetryRequestBody, body)
        if isinstance(parsed, list):
            raise ApiError.validation(parsed)
        if errors := parsed.problems() + check_secrets(parsed, request.app[SETTINGS]):
            raise ApiError.validation(errors)
        state, generation = await reserve_retry(request.app, batch_id, parsed)
    seconds = remaining(request, ANSWER_SECONDS)
    await start_generation(request.app, state, generation, secrets=parsed.secrets, seconds=seconds)
    answer = RetryAnswer(status="queued", retried_count=state.count("failed"))
    return json_response(answer, status=202)


async def cancel(request: web.Request) -> web.Response:
    """`DELETE /api/batch/scrape/{batchId}`"""
    batch_id = await _own_batch(request)
    cancelled = await cancel_batch(
        request.app[TEMPORAL], request.app[SETTINGS].task_queue, batch_id
    )
    return json_response(
        CancelAnswer(
            status="cancelled",
            cancelled_items=cancelled.items,
            credits_refunded=cancelled.credits,
        )
    )


def _new_batch(request: web.Request, scrape: BatchScrapeRequest) -> BatchState:
    settings = request.app[SETTINGS]
    return BatchState(
        batch_id=str(uuid.uuid4()),
        account=request[ACCOUNT],
        created_at=datetime.now(UTC),
        item_timeout_seconds=settings.item_timeout,
        credits_per_item=settings.credits_per_url,
        rates=Rates(
            credits_per_captcha=settings.credits_per_captcha,
            credits_per_10k_tokens=settings.credits_per_10k_tokens,
        ),
        scrape_mode=scrape.scrape_mode,
        use_proxy=scrape.use_proxy,
        has_secrets=bool(scrape.secrets),
        items=[ItemState(uuid=str(uuid.uuid4()), url=url) for url in scrape.urls],
    )


def _accepted(
    batch_id: str, total: int, body: dict[str, Any], *, is_replayed: bool = False
) -> web.Response:
    answer = SubmitAnswer(
        status="queued",
        batch_id=batch_id,
        total=total,
        schema_warnings=schema_warnings(body.get("schema") or {}) or None,
    )
    headers = {"Location": f"/api/batch/scrape/{batch_id}"}
    if is_replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_response(answer, status=202, headers=headers)


async def _own_batch(request: web.Request) -> str:
    """The id in the path. Raises `ApiError` 404 if it is not a batch of the request's account."""
    batch_id = request.match_info["batchId"]
    account = request[ACCOUNT]
    if not _is_uuid(batch_id) or not await request.app[DATABASE].read(
        owns_batch, account, batch_id
    ):
        raise ApiError.not_found()
    return batch_id


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


async def _validated(request: web.Request, body: dict[str, Any]) -> BatchScrapeRequest:
    scrape = parse_body(BatchScrapeRequest, body)
    if isinstance(scrape, list):
        raise ApiError.validation(scrape)
    settings = request.app[SETTINGS]
    errors = scrape.problems() + check_proxy(scrape, settings.proxies)
    errors += check_secrets(scrape, settings)
    errors += await check_urls(scrape.urls, settings.egress_allow)
    if errors:
        raise ApiError.validation(errors)
    if scrape.json_schema is not None:
        # In a thread: a large schema takes long enough to hold up other requests.
        schema_errors = await asyncio.to_thread(check_schema, scrape.json_schema)
        if schema_errors:
            raise ApiError.validation(schema_errors, code="INVALID_SCHEMA")
    return scrape
