"""A circuit breaker: a server that is down is not asked by every item in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from activities.extraction.errors import LeftAloneError, ModelError

_FAILURES = 5
"""So many in a row, and the server counts as down."""

_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 60.0
"""Seconds for which it is then left alone: twice as long each time that it is still down."""

_PROBED = 1.0
"""Seconds after which to ask again while somebody else finds out."""


class Breaker:
    """Lets calls to one server through, or not. All of them in one event loop.

    After `_FAILURES` outages in a row it refuses calls with the code of the last one, for a while;
    then one call goes through, and its end decides.
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
        """Around a call. Raises `LeftAloneError` instead of entering if the server is down."""
        is_probe = self._enter()
        try:
            yield
        except ModelError as error:
            if error.is_outage:
                self._fail(error, is_probe=is_probe)
            elif error.code != "LLM_RATE_LIMITED":
                self._succeed()
            raise
        except Exception:
            self._succeed()  # it has answered, if not with what we hoped for
            raise
        else:
            self._succeed()
        finally:
            if is_probe:
                self._is_probing = False

    def _enter(self) -> bool:
        """Whether this call is the one that finds out."""
        if self._open_until is None or self._last is None:
            return False
        left = self._open_until - self._clock()
        if left > 0 or self._is_probing:
            raise LeftAloneError(
                self._last.code,
                "The model's server has failed several times in a row and is left alone for now.",
                retry_after=max(left, _PROBED),
            )
        self._is_probing = True
        return True

    def _fail(self, error: ModelError, *, is_probe: bool) -> None:
        self._last = error
        self._failures += 1
        if is_probe:
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        elif self._failures < _FAILURES:
            return
        self._open_until = self._clock() + self._pause

    def _succeed(self) -> None:
        self._failures = 0
        self._pause = _FIRST_PAUSE
        self._open_until = None
