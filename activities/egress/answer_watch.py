"""Whether servers answer through the exit of one item, and how soon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class AnswerWatch:
    """Measures the time from the first connection to the first byte that comes through it.

    With `patience`, `on_silence` is called if no byte has come after that many seconds.
    """

    def __init__(self, on_silence: Callable[[float], object]) -> None:
        self.patience: float | None = None
        self.answered_after: float | None = None
        """Seconds until the first byte; None before."""
        self._on_silence = on_silence
        self._connected_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def has_connected(self) -> bool:
        """Whether there has been a connection."""
        return self._connected_at is not None

    @property
    def is_silent(self) -> bool:
        """Whether there is a connection through which nothing has come yet."""
        return self._connected_at is not None and self.answered_after is None

    @property
    def waited(self) -> float:
        """Seconds since the first connection."""
        return 0.0 if self._connected_at is None else time.monotonic() - self._connected_at

    def connected(self) -> None:
        """Begin to wait for an answer, unless this has begun before."""
        if self._connected_at is not None:
            return
        self._connected_at = time.monotonic()
        if self.patience is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.patience, self._on_silence, self.patience)

    def answered(self) -> None:
        """Record that a byte has come."""
        if self.answered_after is None:
            self.answered_after = self.waited
            self.stop()

    def stop(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
