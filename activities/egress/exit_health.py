"""How one proxy exit does: its failures, its rests, and what the log is told of them."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from activities.egress.exit_errors import ExitError, ExitFailure
from domain.proxies import Proxy

logger = logging.getLogger(__name__)

_FAILURES_IN_A_ROW = 3
"""Failed items until an exit rests, if the sites may be the cause as well."""

_TRIAL_SECONDS = 30.0
"""How long after a rest one item may take to show how the exit does, while others avoid it."""

_FIRST_REST = 30.0
_LONGEST_REST = 600.0
"""Seconds for which an exit rests. Each further failure doubles the time."""


@dataclass(frozen=True)
class ExitState:
    """How an exit does."""

    proxy: Proxy
    rest: float
    """Seconds for which the exit rests yet; 0 if it does not rest."""
    failed: Mapping[ExitFailure, int]
    """Items that were not loaded through the exit since the worker started, by kind of failure."""


@dataclass
class ExitHealth:
    """The health of `proxy`. Times are those of the pool's clock."""

    proxy: Proxy
    failures: int = 0
    """Failed items in a row."""
    rests: int = 0
    """Rests in a row."""
    rests_until: float = 0.0
    tried_until: float = 0.0
    """Until when an item tries the exit after a rest."""
    failed: Counter[ExitFailure] = field(default_factory=Counter)
    """Failed items since the start of the worker, by kind."""
    well_at: float = -math.inf
    """When a page came last, or another answer of its site."""
    no_tunnels: dict[int, float] = field(default_factory=dict)
    """Ports to which the exit refuses tunnels, though it passes on plain HTTP, and since when."""
    _told: set[ExitFailure] = field(default_factory=set)
    """Failures that the log knows of."""

    def state(self, now: float) -> ExitState:
        """Return how the exit does at the time `now`."""
        return ExitState(self.proxy, max(self.rests_until - now, 0.0), self.failed)

    def is_free(self, now: float) -> bool:
        """Return whether items may take the exit: it neither rests nor is tried after a rest."""
        return max(self.rests_until, self.tried_until) <= now

    def record_use(self, now: float) -> None:
        """Record that an item takes the exit."""
        if self.rests and self.is_free(now):
            self.tried_until = now + _TRIAL_SECONDS

    def record_success(self, now: float) -> None:
        """Record that a page came, or another answer of its site."""
        if self.rests:
            logger.info("a proxy exit works again", extra=self._named())
            self._told.clear()
        self.failures, self.rests = 0, 0
        self.rests_until = self.tried_until = 0.0
        self.well_at = now

    def record_failure(
        self, now: float, error: ExitError, *, is_certain: bool, is_counted: bool = True
    ) -> None:
        """Record that an item was not loaded. With `is_certain`, no site can be the cause.

        Without `is_counted`, the site is most likely the cause, and the exit does not rest. The log
        is told of each rest, and once of a failure that leads to no rest.
        """
        failure = error.failure
        self.failures += is_counted
        self.failed[failure] += 1
        if self.rests_until > now:
            return  # the item had begun before the rest
        extra = {**self._named(), "failure": failure.value}
        if error.detail:
            extra["detail"] = error.detail
        if is_certain or (is_counted and self.failures >= _FAILURES_IN_A_ROW):
            rest = min(_FIRST_REST * 2**self.rests, _LONGEST_REST)
            self.rests_until = now + rest
            self.rests += 1
            logger.warning("a proxy exit rests", extra={**extra, "seconds": rest})
        elif failure not in self._told:
            logger.warning("a proxy exit failed", extra=extra)
        self._told.add(failure)

    def _named(self) -> dict[str, str | None]:
        return {"exit": self.proxy.address, "country": self.proxy.country}
