"""What robots.txt says about a page, by the rules of RFC 9309.

    await Robots(http).check(egress, url, profile)  # raises ScrapeError unless allowed

A robots.txt is fetched once for all pages of a host, through the egress session of a page.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ada_url

from activities.egress.exits import DirectExit
from activities.egress.session import EgressSession
from activities.fetch_errors import host
from activities.http.client import HttpClient
from activities.http.exchange import BodyRule, HttpResponse
from activities.http.headers import navigation_headers
from activities.http.redirects import redirect_target
from activities.politeness.robots_rules import RobotsRules
from activities.visitor.profile import VisitorProfile
from domain.failures import ScrapeError

AGENT = "spidra-batch"
"""Product token that the rules of a site may name. Otherwise the rules for `*` apply."""

MAX_BYTES = 500 * 1024
"""Bytes of a robots.txt that are read: the least that RFC 9309, 2.5 allows."""

_MAX_REDIRECTS = 5
"""Redirects that are followed (RFC 9309, 2.3.1.2). With more, there is no robots.txt."""

_FETCH_SECONDS = 10.0
_RULES_SECONDS = 3600.0
"""How long rules are kept. RFC 9309, 2.4 allows a day."""

_FAILURE_SECONDS = 60.0
"""How long a failure to read the rules is kept."""

_CACHED_BYTES = 16 * 2**20
"""Size of all cached robots.txt together."""

_ENTRY_BYTES = 1024
"""What a cache entry costs besides its text."""

_HOST_FAILURES = frozenset(
    {
        "DNS_FAILURE",
        "CONNECTION_REFUSED",
        "CONNECTION_FAILED",
        "NAVIGATION_TIMEOUT",
        "TLS_ERROR",
        "ROBOTS_UNAVAILABLE",
    }
)
"""Failures that all pages of the host would have."""


@dataclass
class _Entry:
    rules: RobotsRules | None
    """Rules of the host; None if everything is allowed."""
    failure: ScrapeError | None
    """Why the rules could not be read."""
    size: int
    expires_at: float


class Robots:
    """The robots.txt of the hosts that one worker visits, in a cache of limited size."""

    def __init__(self, http: HttpClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._size = 0
        self._fetching: dict[str, asyncio.Lock] = {}

    async def check(self, egress: EgressSession, url: str, profile: VisitorProfile) -> None:
        """Raise `ScrapeError` unless robots.txt allows to scrape `url`.

        The code is `ROBOTS_DISALLOWED`, `ROBOTS_UNAVAILABLE` if the server fails, or the code of a
        failure of the network.
        """
        entry = await self._entry(egress, url, profile)
        if entry.failure is not None:
            raise _copy(entry.failure)
        # In a thread, because there may be many rules, and a long URL.
        if entry.rules is not None and not await asyncio.to_thread(entry.rules.allow, url):
            raise ScrapeError(
                "ROBOTS_DISALLOWED", f"The robots.txt of {host(url)} asks not to scrape this page."
            )

    async def _entry(self, egress: EgressSession, url: str, profile: VisitorProfile) -> _Entry:
        origin = ada_url.URL(url).origin
        if origin not in self._fetching and (found := self._cached(origin)) is not None:
            return found
        # Of several items at the same time, the first fetches, and the others use its result.
        lock = self._fetching.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                if (found := self._cached(origin)) is not None:
                    return found
                entry = await self._fetch(egress, origin, profile)
                self._keep(origin, entry)
                return entry
        finally:
            if not lock.locked() and self._fetching.get(origin) is lock:
                del self._fetching[origin]

    def _cached(self, origin: str) -> _Entry | None:
        entry = self._entries.get(origin)
        if entry is None or entry.expires_at <= self._clock():
            return None
        self._entries.move_to_end(origin)
        return entry

    def _keep(self, origin: str, entry: _Entry) -> None:
        if (old := self._entries.pop(origin, None)) is not None:
            self._size -= old.size
        self._entries[origin] = entry
        self._size += entry.size
        while self._size > _CACHED_BYTES:
            _, oldest = self._entries.popitem(last=False)
            self._size -= oldest.size

    async def _fetch(self, egress: EgressSession, origin: str, profile: VisitorProfile) -> _Entry:
        try:
            response = await self._get(egress, f"{origin}/robots.txt", profile)
            if response is not None and response.status >= 500:
                raise ScrapeError(
                    "ROBOTS_UNAVAILABLE",
                    f"The robots.txt of {host(origin)} was answered with HTTP status "
                    f"{response.status}, which forbids all of its pages.",
                )
        except ScrapeError as error:
            # A failure of a proxy exit is not a failure of the host.
            if error.failure.code not in _HOST_FAILURES or not isinstance(egress.exit, DirectExit):
                raise
            return _Entry(None, error, _ENTRY_BYTES, self._clock() + _FAILURE_SECONDS)
        expires_at = self._clock() + _RULES_SECONDS
        if response is None or not 200 <= response.status < 300:
            return _Entry(None, None, _ENTRY_BYTES, expires_at)
        is_cut = len(response.body) >= MAX_BYTES
        rules = await asyncio.to_thread(RobotsRules.parse, response.body, AGENT, is_cut=is_cut)
        return _Entry(rules, None, _ENTRY_BYTES + len(response.body), expires_at)

    async def _get(
        self, egress: EgressSession, url: str, profile: VisitorProfile
    ) -> HttpResponse | None:
        """Return the response at the end of all redirects; None after too many redirects."""
        deadline = self._clock() + _FETCH_SECONDS
        body_rule = BodyRule(_is_success, MAX_BYTES, is_part_enough=True)
        async with self._http.session(egress) as session:
            for _ in range(_MAX_REDIRECTS + 1):
                response = await session.get(
                    url,
                    navigation_headers(profile, url),
                    body_rule,
                    seconds=max(deadline - self._clock(), 0),
                )
                target = redirect_target(response)
                if target is None:
                    return response
                url = target
        return None


def _is_success(status: int, headers: Mapping[str, str]) -> bool:
    return 200 <= status < 300


def _copy(error: ScrapeError) -> ScrapeError:
    """Return the same failure for another item, because an exception carries its traceback."""
    copy = ScrapeError(error.failure.code, "")
    copy.failure = error.failure
    return copy
