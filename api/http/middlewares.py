"""What every request goes through first: a request id, a clock, the error envelope."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler
from temporalio.service import RPCError

from api.http.app_keys import BEGAN, REQUEST_ID
from api.http.errors import ApiError, from_http_exception
from storage.bucket import StorageUnavailableError
from storage.database import DatabaseUnavailableError

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024
"""The largest body that is read (the contract: 1 MiB)."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@web.middleware
async def request_ids(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives each request an id, the client's own if it sent a sane one, and logs the request."""
    given = request.headers.get("X-Request-Id", "")
    request[BEGAN] = asyncio.get_running_loop().time()
    request[REQUEST_ID] = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    started = time.monotonic()
    response = await handler(request)
    logger.info(
        "request",
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status,
            "ms": round((time.monotonic() - started) * 1000),
            "request_id": request[REQUEST_ID],
        },
    )
    return response


async def add_request_id(request: web.Request, response: web.StreamResponse) -> None:
    """Puts the request's id on its response; a signal, so that streamed ones have it as well."""
    if REQUEST_ID in request:
        response.headers["X-Request-Id"] = request[REQUEST_ID]


@web.middleware
async def error_envelope(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every error into the envelope; nothing internal gets out."""
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
    except web.HTTPException as error:
        return from_http_exception(error, MAX_BODY_BYTES)
    except (RPCError, DatabaseUnavailableError, StorageUnavailableError) as error:
        return _unavailable(request, error).response()
    except asyncio.CancelledError:
        raise
    except Exception:
        request_id = request[REQUEST_ID]
        logger.exception("unforeseen error", extra={"request_id": request_id})
        return ApiError.internal(request_id).response()


def _unavailable(request: web.Request, error: Exception) -> ApiError:
    logger.warning("out of reach: %s", error, extra={"request_id": request[REQUEST_ID]})
    if isinstance(error, RPCError):
        return ApiError.unavailable("QUEUE_UNAVAILABLE", "Temporal is out of reach.")
    if isinstance(error, StorageUnavailableError):
        return ApiError.unavailable("SERVICE_BUSY", "The object store is out of reach.")
    return ApiError.unavailable("SERVICE_BUSY", "The database is out of reach.")
