"""How long a client waits at most: about five seconds, whatever is out of reach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from api.http.app_keys import BEGAN
from api.http.errors import ApiError

ANSWER_SECONDS = 4.5
"""From the beginning of a request to its answer."""

DECISION_SECONDS = 3.2
"""From the beginning of a request to the moment from which credits are held for it. What comes
then, starting the workflow or giving the credits back, needs the rest."""

LIVE_SECONDS = 3.5
"""From the beginning of a request to what a list says of unfinished batches."""


@asynccontextmanager
async def done_within(request: web.Request, seconds: float) -> AsyncIterator[None]:
    """Cancels the block if it is not done `seconds` after the request began, which is when its
    body was there. Raises `ApiError` 503 then; so the block may do nothing that is not undone."""
    try:
        async with asyncio.timeout_at(request[BEGAN] + seconds):
            yield
    except TimeoutError:
        raise ApiError.unavailable("SERVICE_BUSY", "The service is too slow to answer.") from None


def remaining(request: web.Request, seconds: float) -> float:
    """What is left of `seconds` from the beginning of the request."""
    return request[BEGAN] + seconds - asyncio.get_running_loop().time()
