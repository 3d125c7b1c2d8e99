"""The list of an account's batches: a page from SQL, with unfinished batches from Temporal."""

from __future__ import annotations

import asyncio
import difflib
import re
from dataclasses import dataclass

from aiohttp import web
from temporalio.client import Client
from temporalio.service import RPCError

from api.batches.response_models import BatchListResponse, ListedBatch, Pagination
from api.batches.status import BatchStatus, read_status
from api.http.app_keys import TEMPORAL
from api.http.errors import ApiError, validation_failed
from api.http.validation import excerpt
from storage.batches import BatchRow

MAX_LIMIT = 50
MAX_PAGE = 1_000_000
DEFAULT_LIMIT = 20

_CONCURRENCY = 10
"""How many batches Temporal is asked about at the same time for one list."""

_BOUNDS = {"page": MAX_PAGE, "limit": MAX_LIMIT}


@dataclass(frozen=True)
class PageRequest:
    """The part of the list that a client asks for."""

    page: int
    """Counted from 1."""
    limit: int


def read_page(request: web.Request) -> PageRequest:
    """Return what the query asks for. Raise `ApiError` 422 if it is wrong."""
    errors = []
    values = {"page": 1, "limit": DEFAULT_LIMIT}
    for name in dict.fromkeys(request.query):
        if name not in _BOUNDS:
            near = difflib.get_close_matches(name.lower(), _BOUNDS, n=1)
            hint = f"Did you mean {near[0]}?" if near else "Known are page, limit."
            errors.append(f"{name[:100]}: is not a known parameter. {hint}")
            continue
        given = request.query.getall(name)
        if len(given) > 1:
            errors.append(f"{name}: must be there once only.")
        elif not re.fullmatch("[0-9]{1,9}", given[0]) or not 1 <= int(given[0]) <= _BOUNDS[name]:
            errors.append(
                f"{name}: must be a whole number from 1 to {_BOUNDS[name]}, "
                f"not {excerpt(given[0])}."
            )
        else:
            values[name] = int(given[0])
    if errors:
        raise validation_failed(errors)
    return PageRequest(**values)


async def list_response(
    app: web.Application, page: PageRequest, rows: list[BatchRow], total: int, *, seconds: float
) -> BatchListResponse:
    """Return the page with `rows`, of `total` batches.

    If Temporal does not answer within `seconds`, an unfinished batch is shown as SQL knows it: with
    the counts of its last generation, except that no item of the current one has ended.
    """
    unfinished = [row.id for row in rows if row.is_open or row.status is None]
    live = await _read_statuses(app[TEMPORAL], unfinished, seconds)
    return BatchListResponse(
        jobs=[_listed(row, live.get(row.id)) for row in rows],
        pagination=Pagination(
            page=page.page, limit=page.limit, total=total, total_pages=-(-total // page.limit)
        ),
    )


async def _read_statuses(
    client: Client, batch_ids: list[str], seconds: float
) -> dict[str, BatchStatus]:
    """Return the statuses that Temporal tells within `seconds`, by batch id."""
    found: dict[str, BatchStatus] = {}
    free = asyncio.Semaphore(_CONCURRENCY)
    no_worker = False

    async def look_up(batch_id: str) -> None:
        nonlocal no_worker
        async with free:
            try:
                status = await read_status(client, batch_id, ask_worker=not no_worker)
            except (ApiError, RPCError):
                return  # Temporal does not know the batch, or is out of reach
        found[batch_id] = status
        # Each query takes seconds if no worker is there, so one such query is enough.
        no_worker = no_worker or status.is_from_history

    look_ups = [asyncio.create_task(look_up(batch_id)) for batch_id in batch_ids]
    if look_ups:
        _, late = await asyncio.wait(look_ups, timeout=max(0.0, seconds))
        for task in late:
            task.cancel()
        await asyncio.gather(*look_ups, return_exceptions=True)
    return found


def _listed(row: BatchRow, live: BatchStatus | None) -> ListedBatch:
    """Return one entry of the list, from `live` if Temporal has told it."""
    status = live.status if live else row.status or "pending"
    completed = live.state.count("completed") if live else row.completed_count
    failed = live.state.count("failed") if live else row.failed_count
    finished_at = live.state.finished_at if live else row.finished_at
    if live is None and row.is_open:
        status = "running" if row.generation > 1 else "pending"
        failed, finished_at = 0, None
    return ListedBatch(
        uuid=row.id,
        status=status,
        total_urls=row.total_urls,
        completed_count=completed,
        failed_count=failed,
        output_format=row.output_format,
        scraping_channel="api",
        created_at=row.created_at,
        finished_at=finished_at,
    )
