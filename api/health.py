"""`/healthz` and `/readyz`: whether this process lives, and whether a batch would be worked on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from aiohttp import web
from sqlalchemy import text
from temporalio.service import RPCError

from api.http.app_keys import BUCKET, DATABASE, SETTINGS, TEMPORAL
from api.http.responses import json_response
from api.openapi.response_models import HealthAnswer, ReadinessAnswer
from api.workers import polled_since
from storage.bucket import StorageUnavailableError
from storage.database import DatabaseUnavailableError

_CHECK_SECONDS = 3.0
_POLLING_WITHIN = timedelta(seconds=70)
"""A worker asks for work at least once a minute, the length of Temporal's long polls. So one
that was killed counts as polling for this long."""


async def healthz(_request: web.Request) -> web.Response:
    """200 as long as the process answers."""
    return json_response(HealthAnswer(status="ok"))


async def readyz(request: web.Request) -> web.Response:
    """200 if all parts are there, else 503; either way each part is `ok` or says what is wrong."""
    app = request.app
    database, bucket, worker = await asyncio.gather(
        _state(app[DATABASE].run(lambda connection: connection.execute(text("SELECT 1")).scalar())),
        _state(app[BUCKET].check()),
        _state(_check_worker(app)),
    )
    parts = {"database": database, "bucket": bucket, **_temporal_and_worker(worker)}
    if all(state == "ok" for state in parts.values()):
        return json_response(ReadinessAnswer(status="ok", **parts))
    return json_response(ReadinessAnswer(status="unavailable", **parts), status=503)


class _NoWorkerError(Exception):
    """Temporal is there, but nobody polls the task queue."""


async def _check_worker(app: web.Application) -> None:
    task_queue = app[SETTINGS].task_queue
    if not await polled_since(app[TEMPORAL], task_queue, datetime.now(UTC) - _POLLING_WITHIN):
        raise _NoWorkerError(f"no worker polls the task queue {task_queue}")


def _temporal_and_worker(worker: str) -> dict[str, str]:
    if worker == "ok":
        return {"temporal": "ok", "worker": "ok"}
    if worker.startswith("no worker"):
        return {"temporal": "ok", "worker": worker}
    return {"temporal": worker, "worker": "unknown, since Temporal is out of reach"}


async def _state(check: Awaitable[object]) -> str:
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
