"""A reader that notices at once when the client of the gateway has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class ClientReader(asyncio.StreamReader):
    """A stream reader that calls `on_end` when the client has gone, even while no task reads."""

    on_end: Callable[[], object] | None = None

    def feed_eof(self) -> None:
        """See `asyncio.StreamReader`."""
        super().feed_eof()
        if self.on_end is not None:
            self.on_end()

    def set_exception(self, exc: Exception) -> None:
        """See `asyncio.StreamReader`."""
        super().set_exception(exc)
        if self.on_end is not None:
            self.on_end()
