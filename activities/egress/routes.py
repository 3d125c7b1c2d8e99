"""Which proxy exit an item uses.

Each item gets an exit, and keeps it for as long as it works. An exit that does not work rests for
a while: new items get other exits.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Sequence

from activities.egress.exit_counts import ExitCounts
from activities.egress.exit_errors import ExitError, ExitFailure
from activities.egress.exit_health import ExitHealth, ExitState
from activities.egress.item_exit import ItemExit
from activities.egress.suspects import Finding, Suspects
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.proxies import Proxies, Proxy
from domain.warnings import item_warning

_EXITS_PER_ITEM = 3
_KNOWN_WELL_SECONDS = 60.0
"""How long before an item an exit may have served another one, to be known as well."""

_PATIENCE = 10.0
"""Seconds for the first byte through an exit that is not known to be well, if there is another.

The first byte of TLS comes after one round trip. The first byte of plain HTTP comes when the server
has made the page, which takes all but a few pages less than this.
"""

_BY_THE_EXIT = frozenset({"PROXY_FAILED", "CONNECTION_FAILED"})
"""Failures of an item that are the exit's, until all exits fail alike."""

_BY_EITHER = frozenset({"NAVIGATION_TIMEOUT", "TLS_ERROR"})
"""Failures that a site usually causes, and an exit sometimes."""

_OF_SILENCE = frozenset({"NAVIGATION_TIMEOUT", "CONNECTION_FAILED"})
"""How an item fails if not one byte comes through the connections that its exit has made."""

_BEFORE_ANSWERS = frozenset({ExitFailure.SILENT, ExitFailure.TARGET, ExitFailure.FORBIDDEN})
"""How an exit fails before the site has answered."""

_BY_THE_SITE = "BLOCKED"
"""Failure that a site causes, perhaps for some exits only. The exit may work for other sites."""


class ExitPool:
    """The proxy exits of a worker, and their health."""

    def __init__(self, proxies: Proxies, clock: Callable[[], float] = time.monotonic) -> None:
        self._proxies = proxies
        self.clock = clock
        self._health = {proxy: ExitHealth(proxy) for proxy in proxies.all}
        self.counts = ExitCounts()

    def states(self) -> list[ExitState]:
        """Return how each exit does at this moment, in the order of the setting."""
        now = self.clock()
        return [health.state(now) for health in self._health.values()]

    def route(self, country: str | None) -> Route:
        """Return the route of one item through an exit in `country`, or through any exit.

        `country` is a value of `proxyCountry`. Raises `ScrapeError` with `PROXY_FAILED` if there is
        no such exit.
        """
        if not self._proxies.of(country):
            where = "" if country is None else f" in {country!r}"
            raise ScrapeError("PROXY_FAILED", f"This worker has no proxy exit{where}.")
        return Route(self, country)

    def choose(self, country: str | None, tried: Sequence[Proxy]) -> Proxy | None:
        """Return a random healthy proxy, else the one whose rest ends first, else None.

        A proxy that was `tried` is chosen again only if it has sessions.
        """
        now = self.clock()
        proxies = self._proxies.of(country)
        fresh = [p for p in proxies if p not in tried] or [p for p in proxies if p.has_sessions]
        if healthy := [p for p in fresh if self._health[p].is_free(now)]:
            return secrets.choice(healthy)
        # All proxies rest, so one more try does no harm.
        return min(fresh, key=lambda p: self._health[p].rests_until, default=None)

    def is_well(self, exit_: ItemExit) -> bool:
        """Return whether `exit_` has served others shortly before, or during, its item."""
        return self._health[exit_.proxy].well_at >= exit_.began - _KNOWN_WELL_SECONDS

    def open(self, proxy: Proxy) -> ItemExit:
        """Return the exit `proxy` for one item."""
        health, now = self._health[proxy], self.clock()
        health.record_use(now)
        return ItemExit(proxy, no_tunnels=health.no_tunnels, began=now)

    def record_success(self, proxy: Proxy) -> None:
        """Record that a page came through `proxy`, or another answer of its site."""
        self._health[proxy].record_success(self.clock())

    def record_failure(
        self, proxy: Proxy, error: ExitError, *, is_certain: bool, is_counted: bool = True
    ) -> None:
        """Record that an item was not loaded through `proxy`. See `ExitHealth`."""
        self._health[proxy].record_failure(
            self.clock(), error, is_certain=is_certain, is_counted=is_counted
        )


class Route:
    """The exit that one item uses. After a failure it may be replaced by another exit."""

    def __init__(self, pool: ExitPool, country: str | None) -> None:
        self.ends_at = math.inf
        """Time of the pool's clock from which on no other exit is tried."""
        self._pool = pool
        self._country = country
        self._tried: list[Proxy] = []
        self._suspects = Suspects(pool.is_well)
        self._answer: ScrapeError | None = None
        """The first failure that the site may have caused: bytes of it have come."""
        self._has_doubted = False
        """Whether another exit was tried for a failure that the site may cause."""
        self._hurried: list[Proxy] = []
        """Proxies that had less time than the page may take."""
        self.exit = self._next()

    def _next(self) -> ItemExit:
        return self._open(self._pool.choose(self._country, self._tried))

    def _open(self, proxy: Proxy | None) -> ItemExit:
        assert proxy is not None  # noqa: S101 -- the callers have checked this
        self._tried.append(proxy)
        exit_ = self._pool.open(proxy)
        exit_.has_another = self._has_another()
        return exit_

    def patience(self, longest: float) -> float | None:
        """Return the seconds that `exit` has for its first byte; None for no limit.

        `longest` is the time for the whole page.
        """
        if self._pool.is_well(self.exit) or not self.exit.has_another:
            return None
        self._hurried.append(self.exit.proxy)
        return min(_PATIENCE, longest / 2)

    def record_success(self) -> list[ItemWarning]:
        """Record that the page was loaded through `exit`, and return warnings about the page.

        Raises `ScrapeError` if the exit was lost meanwhile, because the page is incomplete then.
        """
        if self.exit.is_lost:
            raise ScrapeError("PROXY_FAILED", "The proxy exit went away while the page loaded.")
        self._pool.record_success(self.exit.proxy)
        self._record(self._suspects.blamed_by(self.exit))
        refused = self.exit.refused
        if not refused:
            return []
        connections = "connection" if refused == 1 else "connections"
        return [
            item_warning(
                "CONNECTIONS_REFUSED",
                f"{refused} {connections} of the page were not made by the proxy exit.",
            )
        ]

    def try_next(self, error: ScrapeError) -> bool:
        """Return whether the item, which failed with `error`, may succeed through another exit.

        If so, `exit` is that other exit. If not, call `verdict`.
        """
        exit_, code = self.exit, error.failure.code
        if exit_.answered_after is not None and code not in _BY_THE_EXIT:
            self._answer = self._answer or error
        is_silent = exit_.is_silent and code in _OF_SILENCE
        may_help = self._may_be_the_exit(code, is_silent=is_silent)
        if not may_help or self._pool.clock() >= self.ends_at:
            return False
        if self._has_another():
            self.exit = self._next()
        elif is_silent and self._hurried and not self._pool.is_well(exit_):
            # The site may be slow, and the exit that had more time may be a silent one.
            self.exit = self._open(self._hurried[0])
            self._hurried.clear()
        elif exit_.is_busy and len(self._tried) < _EXITS_PER_ITEM:
            self.exit = self._open(exit_.proxy)
        else:
            return False
        return True

    def _may_be_the_exit(self, code: str, *, is_silent: bool) -> bool:
        """Record the failure `code`, and return whether it may be the fault of `exit`."""
        exit_ = self.exit
        is_hanging = exit_.is_hanging and code == "NAVIGATION_TIMEOUT"
        if exit_.is_lost or is_hanging or (code in _BY_THE_EXIT and not is_silent):
            failed = exit_.error_of(code)
            if failed.failure.is_about_target:
                self._suspects.add_refusal(exit_, failed)
            else:
                # An exit that serves others, and takes no more for now, is well.
                is_fault = failed.failure is not ExitFailure.BUSY or not self._pool.is_well(exit_)
                self._pool.record_failure(
                    exit_.proxy, failed, is_certain=exit_.is_lost, is_counted=is_fault
                )
            return True
        if is_silent or code in _BY_EITHER:
            self._suspects.add(exit_, code)
            return (is_silent and not self._pool.is_well(exit_)) or self._may_doubt()
        return code == _BY_THE_SITE and self._may_doubt()

    def verdict(self, error: ScrapeError, host: str) -> ScrapeError:
        """Return why the item fails, after `try_next` has found no other exit for `error`.

        `host` is the host of the page.
        """
        exit_, code = self.exit, error.failure.code
        if exit_.answered_after is not None and code not in _BY_THE_EXIT:
            found = self._suspects.blamed_by(exit_)
            if code in _BY_EITHER:
                # The site may have stopped in the middle. It has begun to answer, though.
                found = [finding for finding in found if finding.error.failure in _BEFORE_ANSWERS]
            else:
                self._pool.record_success(exit_.proxy)  # the site's answer came through
            self._record(found)
            return error
        blamed = self._suspects.blamed_by_nobody()
        self._record(blamed)
        if self._answer is not None or exit_.is_lost:
            return self._answer or error
        reasons = [
            f.error for f in blamed if f.exit is exit_ and not f.error.failure.is_about_target
        ]
        if exit_.is_hanging and code == "NAVIGATION_TIMEOUT":
            reasons = [exit_.error_of(code)]
        return ScrapeError("PROXY_FAILED", reasons[0].sentence(host, 0)) if reasons else error

    def _may_doubt(self) -> bool:
        """Return whether one more exit may be tried, though the site may be the cause."""
        if self._has_doubted:
            return False
        self._has_doubted = True
        return True

    def _has_another(self) -> bool:
        return (
            len(self._tried) < _EXITS_PER_ITEM
            and self._pool.choose(self._country, self._tried) is not None
        )

    def _record(self, blamed: list[Finding]) -> None:
        for finding in blamed:
            self._pool.record_failure(
                finding.exit.proxy,
                finding.error,
                is_certain=finding.is_certain,
                is_counted=finding.is_counted,
            )
