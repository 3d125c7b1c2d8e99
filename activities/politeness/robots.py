"""What robots.txt says about a page, by the rules of RFC 9309.

    await Robots(http).check(session, url, profile)  # raises ScrapeError unless it may be scraped

It is fetched by the way of the page itself, once for all pages of a host.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ada_url
from protego import Protego

from activities.egress.exits import DirectExit
from activities.egress.session import EgressSession
from activities.fetch_errors import host
from activities.http.capture import REDIRECTS, redirected
from activities.http.client import Answer, HttpClient
from activities.http.headers import headers_of
from activities.visitor.profile import VisitorProfile
from domain.failures import ScrapeError

AGENT = "spidra-batch"
"""The product token that a site's rules may name; otherwise those for `*` count."""

MAX_BYTES = 500 * 1024
"""What is read of a robots.txt, the least that RFC 9309, 2.5 allows; the rest has no effect."""

_MAX_REDIRECTS = 5
"""RFC 9309, 2.3.1.2; what is further away is not there."""

_FETCH_SECONDS = 10.0
_RULES_SECONDS = 3600.0
"""How long rules are kept; RFC 9309, 2.4 allows a day."""

_FAILURE_SECONDS = 60.0
"""How long it is remembered that they could not be read."""

_CACHED_BYTES = 16 * 2**20
"""Of all robots.txt together."""

_ENTRY_BYTES = 1024
"""What an entry counts besides its text."""

_OF_THE_HOST = frozenset(
    {
        "DNS_FAILURE",
        "CONNECTION_REFUSED",
        "CONNECTION_FAILED",
        "NAVIGATION_TIMEOUT",
        "TLS_ERROR",
        "ROBOTS_UNAVAILABLE",
    }
)
"""Failures that other pages of the host would meet too."""


@dataclass
class _Entry:
    rules: Protego | None
    """None if everything is allowed."""
    failure: ScrapeError | None
    """Why they could not be read."""
    size: int
    expires_at: float


class Robots:
    """The robots.txt of all hosts that one worker visits, as far as there is room for them."""

    def __init__(self, http: HttpClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._size = 0
        self._fetching: dict[str, asyncio.Lock] = {}

    async def check(self, egress: EgressSession, url: str, profile: VisitorProfile) -> None:
        """Raises `ScrapeError` unless `url` may be scraped: with `ROBOTS_DISALLOWED`, with
        `ROBOTS_UNAVAILABLE` if the server fails, or with what the network does."""
        entry = await self._entry(egress, url, profile)
        if entry.failure is not None:
            raise _copy(entry.failure)
        # In a thread: rules may be many, and a URL long.
        if entry.rules is not None and not await asyncio.to_thread(_allows, entry.rules, url):
            raise ScrapeError(
                "ROBOTS_DISALLOWED", f"The robots.txt of {host(url)} asks not to scrape this page."
            )

    async def _entry(self, egress: EgressSession, url: str, profile: VisitorProfile) -> _Entry:
        origin = ada_url.URL(url).origin
        if origin not in self._fetching and (found := self._cached(origin)) is not None:
            return found
        # Items come at once; the first one fetches, and the others see what it got.
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
            answer = await self._answer(egress, f"{origin}/robots.txt", profile)
            if answer is not None and answer.status >= 500:
                raise ScrapeError(
                    "ROBOTS_UNAVAILABLE",
                    f"The robots.txt of {host(origin)} was answered with HTTP status "
                    f"{answer.status}, which forbids all of its pages.",
                )
        except ScrapeError as error:
            # That of an exit is not that of the host.
            if error.failure.code not in _OF_THE_HOST or not isinstance(egress.exit, DirectExit):
                raise
            return _Entry(None, error, _ENTRY_BYTES, self._clock() + _FAILURE_SECONDS)
        expires_at = self._clock() + _RULES_SECONDS
        if answer is None or not 200 <= answer.status < 300:
            return _Entry(None, None, _ENTRY_BYTES, expires_at)
        rules = await asyncio.to_thread(_parse, answer.body)
        return _Entry(rules, None, _ENTRY_BYTES + len(answer.body), expires_at)

    async def _answer(
        self, egress: EgressSession, url: str, profile: VisitorProfile
    ) -> Answer | None:
        """The answer at the end of all redirects; None if they do not end."""
        deadline = self._clock() + _FETCH_SECONDS
        headers = headers_of(profile)
        async with self._http.session(egress) as session:
            for _ in range(_MAX_REDIRECTS + 1):
                answer = await session.get(
                    url,
                    headers(url),
                    is_wanted=_is_success,
                    max_bytes=MAX_BYTES,
                    seconds=max(deadline - self._clock(), 0),
                    is_part_enough=True,
                )
                location = answer.headers.get("location")
                if answer.status not in REDIRECTS or location is None:
                    return answer
                url = redirected(url, location)
        return None


def _is_success(status: int, headers: Mapping[str, str]) -> bool:
    return 200 <= status < 300


def _parse(body: bytes) -> Protego:
    return Protego.parse(body.decode("utf-8-sig", errors="replace"))


def _allows(rules: Protego, url: str) -> bool:
    if ada_url.URL(url).pathname == "/robots.txt":  # RFC 9309, 2.2.2
        return True
    return bool(rules.can_fetch(url, AGENT))


def _copy(error: ScrapeError) -> ScrapeError:
    """The same failure for another item: an exception carries where it was raised."""
    copy = ScrapeError(error.failure.code, "")
    copy.failure = error.failure
    return copy
