"""Which proxy exit an item uses.

Each item gets an exit, and keeps it for as long as it works. An exit that does not work rests for
a while: new items get other exits.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from activities.egress.exits import Exit, ExitError, UpstreamProxy
from domain.addresses import Address
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.proxies import Proxies, Proxy
from domain.warnings import item_warning

_EXITS_PER_ITEM = 3
_FAILURES_IN_A_ROW = 3
"""Failed items until an exit rests, if the sites may be the cause as well."""

_FIRST_REST = 30.0
_LONGEST_REST = 600.0
"""Seconds for which an exit rests. Each further failure doubles the time."""

_MAY_BE_THE_EXIT = frozenset({"PROXY_FAILED", "CONNECTION_FAILED", "BLOCKED"})
"""Failures of an item that another exit may avoid."""

_BY_THE_SITE = "BLOCKED"
"""Failure that a site usually causes for all exits alike.

So an item tries one more exit only, and the exit does not rest: it may work for other sites.
"""


@dataclass
class _Health:
    failures: int = 0
    """Failed items in a row."""
    rests: int = 0
    """Rests in a row."""
    rests_until: float = 0.0


class ExitPool:
    """The proxy exits of a worker, and their health."""

    def __init__(self, proxies: Proxies, clock: Callable[[], float] = time.monotonic) -> None:
        self._proxies = proxies
        self._clock = clock
        self._health = {proxy: _Health() for proxy in proxies.all}

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
        now = self._clock()
        proxies = self._proxies.of(country)
        fresh = [p for p in proxies if p not in tried] or [p for p in proxies if p.has_sessions]
        if healthy := [p for p in fresh if self._health[p].rests_until <= now]:
            return secrets.choice(healthy)
        # All proxies rest, so one more try does no harm.
        return min(fresh, key=lambda p: self._health[p].rests_until, default=None)

    def record_success(self, proxy: Proxy) -> None:
        """Record that an item was loaded through `proxy`."""
        self._health[proxy] = _Health()

    def record_failure(self, proxy: Proxy, *, is_lost: bool) -> None:
        """Record that an item was not loaded through `proxy`.

        `is_lost` says that the proxy is certainly the cause.
        """
        health = self._health[proxy]
        health.failures += 1
        if health.rests_until > self._clock():
            return  # the item had begun before the rest
        if is_lost or health.failures >= _FAILURES_IN_A_ROW:
            rest = min(_FIRST_REST * 2**health.rests, _LONGEST_REST)
            health.rests_until = self._clock() + rest
            health.rests += 1


class Route:
    """The exit that one item uses. After a failure it may be replaced by another exit."""

    def __init__(self, pool: ExitPool, country: str | None) -> None:
        self._pool = pool
        self._country = country
        self._tried: list[Proxy] = []
        self._was_blocked = False
        self.exit = self._next()

    def _next(self) -> ItemExit:
        proxy = self._pool.choose(self._country, self._tried)
        assert proxy is not None  # noqa: S101 -- the callers have checked this
        self._tried.append(proxy)
        return ItemExit(proxy)

    def record_success(self) -> list[ItemWarning]:
        """Record that the page was loaded through `exit`, and return warnings about the page.

        Raises `ScrapeError` if the exit was lost meanwhile, because the page is incomplete then.
        """
        if self.exit.is_lost:
            raise ScrapeError("PROXY_FAILED", "The proxy exit went away while the page loaded.")
        self._pool.record_success(self.exit.proxy)
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

    def try_next(self, code: str) -> bool:
        """Return whether the item, which failed with `code`, may succeed through another exit.

        If so, `exit` is that other exit.
        """
        if code not in _MAY_BE_THE_EXIT and not self.exit.is_lost:
            return False
        is_blocked = code == _BY_THE_SITE
        if self.exit.is_lost or not is_blocked:
            self._pool.record_failure(self.exit.proxy, is_lost=self.exit.is_lost)
        if len(self._tried) >= _EXITS_PER_ITEM or (is_blocked and self._was_blocked):
            return False
        self._was_blocked = self._was_blocked or is_blocked
        if self._pool.choose(self._country, self._tried) is None:
            return False
        self.exit = self._next()
        return True


class ItemExit:
    """A proxy exit as one item uses it: with a session of its own, and its failures."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.refused = 0
        """Number of connections that the exit did not make."""
        self.is_lost = False
        """Whether the exit is away, or refuses our credential."""
        self._exit: Exit = UpstreamProxy(
            proxy.url_of(secrets.token_hex(5)), sends_names=proxy.sends_names
        )

    @property
    def country(self) -> str | None:
        """Country of the exit, whatever was asked for; None if it is not known."""
        return self.proxy.country

    @property
    def sends_names(self) -> bool:
        """See `Exit`."""
        return self.proxy.sends_names

    async def connect(self, host: str, addresses: Sequence[Address], port: int) -> socket.socket:
        """See `Exit`."""
        try:
            return await self._exit.connect(host, addresses, port)
        except ExitError as error:
            self.refused += 1
            self.is_lost = self.is_lost or error.is_lost
            raise
