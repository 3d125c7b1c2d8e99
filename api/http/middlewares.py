"""What every request goes through first: a request id, a clock, and the form of all errors."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler
from temporalio.service import RPCError

from api.http.app_keys import RECEIVED_AT, REQUEST_ID
from api.http.body import MAX_BODY_BYTES
from api.http.errors import (
    ApiError,
    from_http_exception,
    internal_error,
    queue_unavailable,
    service_busy,
)
from storage.bucket import StorageUnavailableError
from storage.database import DatabaseUnavailableError

logger = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Ids that are safe in a header and in a log line."""


@web.middleware
async def request_ids(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, note when it arrived, and log it with its outcome.

    The id is the client's own if it sent an acceptable one.
    """
    given = request.headers.get("X-Request-Id", "")
    request[RECEIVED_AT] = asyncio.get_running_loop().time()
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
    """Add the `X-Request-Id` header.

    This is a signal handler, so that streamed responses have it as well.
    """
    if REQUEST_ID in request:
        response.headers["X-Request-Id"] = request[REQUEST_ID]


@web.middleware
async def error_envelope(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every exception into an error response that shows nothing internal."""
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
        return internal_error(request_id).response()


def _unavailable(request: web.Request, error: Exception) -> ApiError:
    """Log that a part of the service is out of reach, and return the error that says which."""
    logger.warning("out of reach: %s", error, extra={"request_id": request[REQUEST_ID]})
    if isinstance(error, RPCError):
        return queue_unavailable()
    if isinstance(error, StorageUnavailableError):
        return service_busy("The object store is out of reach.")
    return service_busy("The database is out of reach.")
