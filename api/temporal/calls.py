"""Time limits for calls to Temporal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from temporalio.service import RPCError, RPCStatusCode

from temporal_client import connection_reason

CALL_SECONDS = 3.0
"""The time limit of one call, with the SDK's own retries, so that no client waits for more than
about five seconds."""

T = TypeVar("T")


async def in_time(call: Awaitable[T], *, seconds: float = CALL_SECONDS) -> T:
    """Return the result of `call`, a call to Temporal, which may take `seconds`.

    Raises:
        RPCError: The call failed, or Temporal cannot be reached. If the time is up, the status is
            `DEADLINE_EXCEEDED`; then it is unknown whether the call has taken effect.
    """
    try:
        async with asyncio.timeout(seconds):
            return await call
    except TimeoutError:
        raise RPCError(
            f"no answer within {seconds:.1f} seconds", RPCStatusCode.DEADLINE_EXCEEDED, b""
        ) from None
    except RuntimeError as error:
        # The SDK raises this when a client that connects lazily cannot connect.
        raise RPCError(connection_reason(error), RPCStatusCode.UNAVAILABLE, b"") from None
