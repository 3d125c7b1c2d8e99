"""How long a client waits at most: about five seconds, whatever is out of reach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from api.http.app_keys import RECEIVED_AT
from api.http.errors import service_busy

RESPONSE_SECONDS = 4.5
"""From the arrival of a request to its response."""

DECISION_SECONDS = 3.2
"""From the arrival of a request to the moment when credits are held for it. The rest of the time
is for what follows: to start the workflow, or to give the credits back."""

LIVE_SECONDS = 3.5
"""From the arrival of a request for the list to the moment when Temporal must have answered."""


@asynccontextmanager
async def done_within(request: web.Request, seconds: float) -> AsyncIterator[None]:
    """Cancel the block if it is not done `seconds` after the request had arrived with its body.

    Then raise `ApiError` 503, which tells the client that nothing was accepted. So the block may
    do only what is undone when it is cancelled.
    """
    try:
        async with asyncio.timeout_at(request[RECEIVED_AT] + seconds):
            yield
    except TimeoutError:
        raise service_busy("The service is too slow to answer.") from None


def remaining(request: web.Request, seconds: float) -> float:
    """Return what is left of `seconds`, which began when the request had arrived."""
    return request[RECEIVED_AT] + seconds - asyncio.get_running_loop().time()
