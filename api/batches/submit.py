"""Submitting a batch: the body checked, its credits reserved, its workflow started."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from api.batches.errors import invalid_schema
from api.batches.idempotency import batch_of_key, read_key
from api.batches.option_checks import check_model, check_proxy, check_secrets, model_warnings
from api.batches.reservations import reserve_batch, start_generation
from api.batches.response_models import SubmitResponse
from api.batches.urls import check_urls
from api.batches.valid_part import valid_part, whole
from api.http.app_keys import ACCOUNT, SETTINGS
from api.http.body import read_object
from api.http.deadlines import DECISION_SECONDS, RESPONSE_SECONDS, done_within, remaining
from api.http.errors import validation_failed
from api.http.responses import json_response
from api.http.validation import parse_body
from domain.options import BatchScrapeRequest
from domain.proxies import bytes_of_megabytes
from domain.schema.validation import check_schema, schema_warnings
from storage.idempotency import KeyTakenError
from workflows.state import BatchState, ItemState, Rates


async def submit(request: web.Request) -> web.Response:
    """Handle `POST /api/batch/scrape`."""
    body = await read_object(request)
    key_use = read_key(request, body)
    state: BatchState | None = None
    async with done_within(request, DECISION_SECONDS):
        while True:
            if key_use is not None and (known := await batch_of_key(request, key_use)):
                return _accepted(request, known.batch_id, known.total_urls, body, is_replayed=True)
            if state is None:
                scrape = await _validated(request, body)
                state = _new_batch(request, scrape)
            # Another request with the same key was faster: look at its batch.
            with suppress(KeyTakenError):
                await reserve_batch(request.app, state, scrape, key_use)
                break
    seconds = remaining(request, RESPONSE_SECONDS)
    await start_generation(
        request.app, state, state.generation, secrets=scrape.secrets, seconds=seconds
    )
    return _accepted(request, state.batch_id, len(state.items), body)


async def _validated(request: web.Request, body: dict[str, Any]) -> BatchScrapeRequest:
    """Return `body` as a request. Raises `ApiError` 422 that names everything that is wrong."""
    settings = request.app[SETTINGS]
    parsed = parse_body(BatchScrapeRequest, body)
    part = valid_part(body) if isinstance(parsed, list) else whole(parsed)
    errors = parsed if isinstance(parsed, list) else []
    errors += part.scrape.problems(unknown=part.wrong)
    errors += check_proxy(part.scrape, settings.proxies)
    errors += check_model(part.scrape, settings) + check_secrets(part.scrape, settings)
    errors += await check_urls(part.urls, settings.egress_allow)
    schema_errors: list[str] = []
    if part.scrape.json_schema is not None:
        # In a thread: a large schema takes long enough to hold up other requests.
        schema_errors = await asyncio.to_thread(check_schema, part.scrape.json_schema)
    if schema_errors and not errors:
        raise invalid_schema(schema_errors)
    if errors or isinstance(parsed, list):
        raise validation_failed(errors + schema_errors)
    return parsed


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
        max_proxy_bytes=bytes_of_megabytes(scrape.max_proxy_mb),
        has_secrets=bool(scrape.secrets),
        items=[ItemState(uuid=str(uuid.uuid4()), url=url) for url in scrape.urls],
    )


def _accepted(
    request: web.Request,
    batch_id: str,
    total: int,
    body: dict[str, Any],
    *,
    is_replayed: bool = False,
) -> web.Response:
    schema = body.get("schema") or {}
    warnings = schema_warnings(schema) + model_warnings(schema, request.app[SETTINGS])
    answer = SubmitResponse(
        status="queued",
        batch_id=batch_id,
        total=total,
        schema_warnings=warnings or None,
    )
    headers = {"Location": f"/api/batch/scrape/{batch_id}"}
    if is_replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_response(answer, status=202, headers=headers)
