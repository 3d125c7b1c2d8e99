"""A circuit breaker: when the model's server is down, most items fail without a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from activities.extraction.errors import CircuitOpenError, ModelError

_MAX_FAILURES = 5
"""Outages in a row after which the server counts as down."""

_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 60.0
"""Seconds without requests. Each failed probe doubles the pause."""

_PROBE_WAIT = 1.0
"""Seconds until the next try of a call that was refused because a probe is under way."""


class CircuitBreaker:
    """A gate in front of one server, for all calls of one event loop.

    After `_MAX_FAILURES` outages in a row the gate refuses calls for a pause, with the code of the
    last outage. Then one call goes through as a probe, and its result opens or closes the gate.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._pause = _FIRST_PAUSE
        self._open_until: float | None = None
        self._is_probing = False
        self._last: ModelError | None = None

    @contextmanager
    def call(self) -> Iterator[None]:
        """Wrap one call, or raise `CircuitOpenError` if the server is known to be down."""
        is_probe = self._enter()
        try:
            yield
        except ModelError as error:
            if error.is_outage:
                self._record_outage(error, is_probe=is_probe)
            elif error.code != "LLM_RATE_LIMITED":
                self._reset()
            raise
        except Exception:
            self._reset()  # the server has answered, although not with a result
            raise
        else:
            self._reset()
        finally:
            if is_probe:
                self._is_probing = False

    def _enter(self) -> bool:
        """Return whether this call is the probe."""
        if self._open_until is None or self._last is None:
            return False
        left = self._open_until - self._clock()
        if left > 0 or self._is_probing:
            raise CircuitOpenError(
                self._last.code,
                "The model's server failed several times in a row and gets no requests for now.",
                retry_after=max(left, _PROBE_WAIT),
            )
        self._is_probing = True
        return True

    def _record_outage(self, error: ModelError, *, is_probe: bool) -> None:
        self._last = error
        self._failures += 1
        if is_probe:
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        elif self._failures < _MAX_FAILURES:
            return
        self._open_until = self._clock() + self._pause

    def _reset(self) -> None:
        self._failures = 0
        self._pause = _FIRST_PAUSE
        self._open_until = None
