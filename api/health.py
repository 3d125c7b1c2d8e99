"""`/healthz` and `/readyz`: whether this process lives, and whether a batch would be processed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Literal

from aiohttp import web
from sqlalchemy import text
from temporalio.service import RPCError

from api.http.app_keys import BUCKET, DATABASE, SETTINGS, TEMPORAL
from api.http.response_models import ResponseModel
from api.http.responses import json_response
from api.temporal.workers import polled_since
from storage.bucket import StorageUnavailableError
from storage.database import DatabaseUnavailableError

_CHECK_SECONDS = 3.0
"""The time limit of the check of one part."""

_POLLING_WITHIN = timedelta(seconds=70)
"""How recently a worker must have asked for work. It asks at least once a minute, the length of
Temporal's long polls. So a worker that was killed still counts for this long."""


class HealthResponse(ResponseModel):
    """The process lives."""

    status: Literal["ok"]


class ReadinessResponse(ResponseModel):
    """Whether a batch would be processed. Each part is `ok`, or says what is wrong with it."""

    status: Literal["ok", "unavailable"]
    database: str
    bucket: str
    temporal: str
    worker: str


async def healthz(_request: web.Request) -> web.Response:
    """Handle `GET /healthz`: 200 as long as the process answers."""
    return json_response(HealthResponse(status="ok"))


async def readyz(request: web.Request) -> web.Response:
    """Handle `GET /readyz`: 200 if all parts are ready, else 503."""
    app = request.app
    database, bucket, worker = await asyncio.gather(
        _state(app[DATABASE].run(lambda connection: connection.execute(text("SELECT 1")).scalar())),
        _state(app[BUCKET].check()),
        _state(_check_worker(app)),
    )
    parts = {"database": database, "bucket": bucket, **_temporal_and_worker(worker)}
    if all(state == "ok" for state in parts.values()):
        return json_response(ReadinessResponse(status="ok", **parts))
    return json_response(ReadinessResponse(status="unavailable", **parts), status=503)


class _NoWorkerError(Exception):
    """Temporal answers, but no worker polls the task queue."""


async def _check_worker(app: web.Application) -> None:
    task_queue = app[SETTINGS].task_queue
    if not await polled_since(app[TEMPORAL], task_queue, datetime.now(UTC) - _POLLING_WITHIN):
        raise _NoWorkerError(f"no worker polls the task queue {task_queue}")


def _temporal_and_worker(worker: str) -> dict[str, str]:
    """Return the states of both parts, from what the check of the worker said."""
    if worker == "ok":
        return {"temporal": "ok", "worker": "ok"}
    if worker.startswith("no worker"):
        return {"temporal": "ok", "worker": worker}
    return {"temporal": worker, "worker": "unknown, since Temporal is out of reach"}


async def _state(check: Awaitable[object]) -> str:
    """Return `ok` if `check` succeeds in time, else what is wrong."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await check
    except TimeoutError:
        return f"no answer within {_CHECK_SECONDS:.0f} seconds"
    except (
        RPCError,
        StorageUnavailableError,
        DatabaseUnavailableError,
        _NoWorkerError,
    ) as error:
        return str(error)
    return "ok"
