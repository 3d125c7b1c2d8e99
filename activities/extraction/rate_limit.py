"""The pause that a model's server asks for. It applies to all requests of the worker."""

from __future__ import annotations

import asyncio
import time

from activities.extraction import errors

MAX_WAIT = 15.0
"""Seconds that a request waits in the worker.

For a longer pause the item is postponed, so that another item can use its slot.
"""


class RateLimit:
    """The time before which the server accepts no request."""

    def __init__(self) -> None:
        self._not_before = 0.0

    def extend(self, seconds: float) -> None:
        """Hold back all requests for `seconds` from now."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    async def wait(self) -> None:
        """Wait until a request may be sent, or raise `ModelError` if that takes too long."""
        while (left := self._not_before - time.monotonic()) > 0:
            if left > MAX_WAIT:
                raise errors.rate_limited(left)
            await asyncio.sleep(left)
