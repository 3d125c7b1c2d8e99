"""The response to `GET /api/batch/scrape/{batchId}`, written while its results are read.

Fifty results can be a hundred megabytes, so they are never held all at once. Each is stored as
the JSON that the response contains, and goes from the bucket to the client as it is.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from aiohttp import web

from api.batches.status import BatchStatus
from api.http.deadlines import RESPONSE_SECONDS, done_within
from api.http.responses import timestamp, to_json
from domain.items import ItemOutcome
from domain.proxies import BYTES_PER_MB
from domain.warnings import item_warning
from storage.bucket import Bucket, ObjectMissingError
from workflows.state import ItemState, activity_id, workflow_id

_READ_AHEAD = 8
"""The number of results that are read before they can be sent. It limits the memory that a slow
client can occupy."""


async def stream_batch(
    request: web.Request, status: BatchStatus, bucket: Bucket, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send the response, with `headers`.

    Raises `StorageUnavailableError` if the first result cannot be read. If a later one cannot, the
    connection is closed before the end of the body; no client takes that for a whole response.
    """
    parts = _encode(status, bucket)
    async with aclosing(parts):
        async with done_within(request, RESPONSE_SECONDS):
            first = await anext(parts)
        response = web.StreamResponse(headers=headers)
        response.content_type = "application/json"
        response.charset = "utf-8"
        await response.prepare(request)
        await response.write(first)
        async for part in parts:
            await response.write(part)
        await response.write_eof()
    return response


async def _encode(status: BatchStatus, bucket: Bucket) -> AsyncGenerator[bytes]:
    """Yield the body, one item at a time."""
    state = status.state
    head = {
        "status": status.status,
        "totalUrls": len(state.items),
        "completedCount": state.count("completed"),
        "failedCount": state.count("failed"),
        "proxyMb": _megabytes(state.proxy_bytes),
        "createdAt": timestamp(state.created_at),
        "finishedAt": timestamp(state.finished_at),
    }
    before = to_json(head)[:-1].encode() + b',"items":['
    async with aclosing(_results(bucket, state.items)) as results:
        index = 0
        async for body, is_missing in results:
            item = _item(status, index, bucket)
            if is_missing:
                gone = item_warning("RESULT_GONE", "The stored result is gone from the bucket.")
                item["warnings"].append(gone.model_dump())
            yield before + to_json(item)[:-1].encode() + b',"result":' + body + b"}"
            before = b","
            index += 1
    yield b"]}"


async def _results(
    bucket: Bucket, items: Iterable[ItemState]
) -> AsyncGenerator[tuple[bytes, bool]]:
    """Yield the JSON of each item's result, and whether a stored result is missing."""
    waiting = deque(item.outcome.result_key if item.outcome else None for item in items)
    reading: deque[asyncio.Task[tuple[bytes, bool]]] = deque()
    try:
        while waiting or reading:
            while waiting and len(reading) < _READ_AHEAD:
                reading.append(asyncio.create_task(_result(bucket, waiting.popleft())))
            yield await reading.popleft()
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _result(bucket: Bucket, key: str | None) -> tuple[bytes, bool]:
    """Return the JSON under `key`, and whether it is missing. Without a key, it is null."""
    if key is None:
        return b"null", False
    try:
        return await bucket.get(key), False
    except ObjectMissingError:
        return b"null", True


def _item(status: BatchStatus, index: int, bucket: Bucket) -> dict[str, Any]:
    """Return the fields of an item, except `result`."""
    item = status.state.items[index]
    running_since = status.started.get(index)
    outcome = item.outcome
    failure = outcome.failure if outcome else None
    return {
        "uuid": item.uuid,
        "url": item.url,
        "jobId": f"{workflow_id(status.state.batch_id)}/{activity_id(index)}",
        "status": "running" if running_since else item.status,
        "error": failure.message if failure else None,
        "errorCode": failure.code if failure else None,
        "retryable": failure.retryable if failure else None,
        "creditsUsed": status.state.credits_used(item),
        "proxyMb": _megabytes(item.proxy_bytes),
        "startedAt": timestamp(outcome.started_at if outcome else running_since),
        "finishedAt": timestamp(outcome.finished_at if outcome else None),
        "screenshotUrl": _screenshot_url(outcome, bucket),
        "attempts": outcome.attempts if outcome else 0,
        "httpStatus": outcome.http_status if outcome else None,
        "finalUrl": outcome.final_url if outcome else None,
        "warnings": [each.model_dump() for each in outcome.warnings] if outcome else [],
    }


def _megabytes(count: int) -> float:
    """Return `count` bytes in megabytes, rounded to the kilobyte as for the account."""
    return round(count / BYTES_PER_MB, 3)


def _screenshot_url(outcome: ItemOutcome | None, bucket: Bucket) -> str | None:
    """Return a signed URL of the item's screenshot, or None if the item has none."""
    if outcome is None or outcome.screenshot_key is None or outcome.failure is not None:
        return None
    return bucket.presigned_url(outcome.screenshot_key)
