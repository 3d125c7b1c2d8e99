"""`/healthz`, `/readyz` and `/version`: how this process does, and which version it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Literal

from aiohttp import web
from pydantic import Field
from sqlalchemy import text
from temporalio.service import RPCError, RPCStatusCode

from api.http.app_keys import BUCKET, DATABASE, SETTINGS, TEMPORAL
from api.http.response_models import ResponseModel
from api.http.responses import json_response
from api.temporal.calls import in_time
from api.temporal.workers import polled_since
from search_attribute_setup import missing_search_attributes, missing_sentence
from spidra_batch import __version__
from storage.bucket import StorageUnavailableError
from storage.database import DatabaseUnavailableError
from workflows import search_attributes

logger = logging.getLogger(__name__)

_CHECK_SECONDS = 3.0
"""The time limit of the check of one part."""

_POLLING_WITHIN = timedelta(seconds=70)
"""How recently a worker must have asked for work. It asks at least once a minute, the length of
Temporal's long polls. So a worker that was killed still counts for this long."""


class HealthResponse(ResponseModel):
    """The process lives."""

    status: Literal["ok"]


class VersionResponse(ResponseModel):
    """The version of the process."""

    version: str = Field(description="The version of spidra-batch, as in its changelog.")


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


async def version(_request: web.Request) -> web.Response:
    """Handle `GET /version`."""
    return json_response(VersionResponse(version=__version__))


async def readyz(request: web.Request) -> web.Response:
    """Handle `GET /readyz`: 200 if all parts are ready, else 503."""
    app = request.app
    checks = {
        "database": app[DATABASE].run(lambda database: database.execute(text("SELECT 1")).scalar()),
        "bucket": app[BUCKET].check(),
        "temporal": _check_temporal(app),
        "worker": _check_worker(app),
    }
    states = await asyncio.gather(*(_state(part, check) for part, check in checks.items()))
    parts = dict(zip(checks, states, strict=True))
    if all(state == "ok" for state in parts.values()):
        return json_response(ReadinessResponse(status="ok", **parts))
    return json_response(ReadinessResponse(status="unavailable", **parts), status=503)


class _NotReadyError(Exception):
    """A part answers, but lacks something. The message says what, without secrets."""


async def _check_temporal(app: web.Application) -> None:
    client = app[TEMPORAL]
    try:
        missing = await in_time(missing_search_attributes(client, search_attributes.ALL))
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise _NotReadyError(f"the namespace {client.namespace} does not exist") from None
        raise
    if missing:
        raise _NotReadyError(missing_sentence(client, missing))


async def _check_worker(app: web.Application) -> None:
    task_queue = app[SETTINGS].task_queue
    if not await polled_since(app[TEMPORAL], task_queue, datetime.now(UTC) - _POLLING_WITHIN):
        raise _NotReadyError(f"no worker polls the task queue {task_queue}")


async def _state(part: str, check: Awaitable[object]) -> str:
    """Return `ok` if `check` succeeds in time, else what is wrong.

    Errors name addresses, users and paths. These are for the log only, since
    the path needs no key.
    """
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await check
    except TimeoutError:
        return f"no answer within {_CHECK_SECONDS:.0f} seconds"
    except _NotReadyError as error:
        return str(error)
    except (RPCError, StorageUnavailableError, DatabaseUnavailableError) as error:
        logger.warning("%s is not ready: %s", part, error)
        return "out of reach; the log of the API says why"
    return "ok"
