"""Which exit an item leaves by: chosen for each item, kept for as long as it works, and left out
for a while when it does not."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from activities.egress.exits import Exit, ExitError, UpstreamProxy
from domain.addresses import Address
from domain.failures import ScrapeError
from domain.proxies import Proxies, Proxy

_EXITS_PER_ITEM = 3
_FAILURES_IN_A_ROW = 3
"""Items that an exit fails before it rests, where it might be the sites that are at fault."""

_FIRST_REST = 30.0
_LONGEST_REST = 600.0
"""Seconds for which an exit is left out, twice as long each time it fails again."""

_MAY_BE_THE_EXIT = frozenset({"PROXY_FAILED", "CONNECTION_FAILED", "BLOCKED"})
"""Failures of an item that another exit may spare it."""

_BY_THE_SITE = "BLOCKED"
"""What most sites do to all exits alike, so that one more is enough to see; and no exit is worse
for it where others are scraped."""


@dataclass
class _Health:
    failures: int = 0
    """In a row."""
    rests: int = 0
    """Likewise."""
    rests_until: float = 0.0


class ExitPool:
    """The exits of a worker, and how they do."""

    def __init__(self, proxies: Proxies, clock: Callable[[], float] = time.monotonic) -> None:
        self._proxies = proxies
        self._clock = clock
        self._health = {proxy: _Health() for proxy in proxies.all}

    def route(self, country: str | None) -> Route:
        """The way of one item to a `proxyCountry`, or, if that is None, by any exit.

        Raises `ScrapeError` with `PROXY_FAILED` if there is no exit.
        """
        if not self._proxies.of(country):
            where = "" if country is None else f" in {country!r}"
            raise ScrapeError("PROXY_FAILED", f"This worker has no proxy exit{where}.")
        return Route(self, country)

    def choose(self, country: str | None, tried: Sequence[Proxy]) -> Proxy | None:
        """One that is well if there is one, and that was not `tried`, unless it has sessions."""
        now = self._clock()
        proxies = self._proxies.of(country)
        fresh = [p for p in proxies if p not in tried] or [p for p in proxies if p.has_sessions]
        if well := [p for p in fresh if self._health[p].rests_until <= now]:
            return secrets.choice(well)
        # All rest, so it does no harm to try the one that is due first.
        return min(fresh, key=lambda p: self._health[p].rests_until, default=None)

    def worked(self, proxy: Proxy) -> None:
        """Records that an item got through."""
        self._health[proxy] = _Health()

    def failed(self, proxy: Proxy, *, is_lost: bool) -> None:
        """Records that an item did not get through; `is_lost` if that is certainly due to the
        exit."""
        health = self._health[proxy]
        health.failures += 1
        if health.rests_until > self._clock():
            return  # others that had begun before
        if is_lost or health.failures >= _FAILURES_IN_A_ROW:
            rest = min(_FIRST_REST * 2**health.rests, _LONGEST_REST)
            health.rests_until = self._clock() + rest
            health.rests += 1


class Route:
    """The exits that one item leaves by: one, and another only if that fails."""

    def __init__(self, pool: ExitPool, country: str | None) -> None:
        self._pool = pool
        self._country = country
        self._tried: list[Proxy] = []
        self._was_blocked = False
        self.exit = self._next()

    def _next(self) -> ItemExit:
        proxy = self._pool.choose(self._country, self._tried)
        assert proxy is not None  # noqa: S101 -- known by the callers
        self._tried.append(proxy)
        return ItemExit(proxy)

    def arrived(self) -> list[str]:
        """Warnings about the page that has come by `exit`.

        Raises `ScrapeError` if the exit was lost meanwhile, since the page is not whole then.
        """
        if self.exit.is_lost:
            raise ScrapeError("PROXY_FAILED", "The proxy exit went away while the page loaded.")
        self._pool.worked(self.exit.proxy)
        refused = self.exit.refused
        if not refused:
            return []
        connections = "connection" if refused == 1 else "connections"
        return [f"{refused} {connections} of the page were not made by the proxy exit."]

    def try_next(self, code: str) -> bool:
        """Whether the item, which has failed with `code`, may succeed by another exit, which is
        `exit` then."""
        if code not in _MAY_BE_THE_EXIT and not self.exit.is_lost:
            return False
        is_blocked = code == _BY_THE_SITE
        if self.exit.is_lost or not is_blocked:
            self._pool.failed(self.exit.proxy, is_lost=self.exit.is_lost)
        if len(self._tried) >= _EXITS_PER_ITEM or (is_blocked and self._was_blocked):
            return False
        self._was_blocked = self._was_blocked or is_blocked
        if self._pool.choose(self._country, self._tried) is None:
            return False
        self.exit = self._next()
        return True


class ItemExit:
    """A proxy exit as one item has it: its own session, and what it learnt of the exit."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.refused = 0
        """Connections that the exit did not make."""
        self.is_lost = False
        """Whether the exit is away, or does not let us in."""
        self._exit: Exit = UpstreamProxy(
            proxy.url_of(secrets.token_hex(5)), sends_names=proxy.sends_names
        )

    @property
    def country(self) -> str | None:
        """Where it is, whatever was asked for; None if nobody said."""
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
