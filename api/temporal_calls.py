"""Calls to Temporal that end in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from temporalio.service import RPCError, RPCStatusCode

CALL_SECONDS = 3.0
"""For one call, the SDK's own repetitions included, so that no client waits for more than about
five seconds."""

T = TypeVar("T")


async def in_time(call: Awaitable[T], *, seconds: float = CALL_SECONDS) -> T:
    """The result of `call`, a call to Temporal.

    Raises `RPCError` if it fails, if Temporal cannot be connected to, or, with the status
    `DEADLINE_EXCEEDED`, if it has not answered within `seconds`. Then nobody knows whether the
    call has taken effect.
    """
    try:
        async with asyncio.timeout(seconds):
            return await call
    except TimeoutError:
        raise RPCError(
            f"no answer within {seconds:.1f} seconds", RPCStatusCode.DEADLINE_EXCEEDED, b""
        ) from None
    except RuntimeError as error:
        # What the SDK raises when a client that connects lazily cannot.
        raise RPCError(str(error), RPCStatusCode.UNAVAILABLE, b"") from None
