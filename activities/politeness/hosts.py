"""When the pages of a host may be loaded.

    async with hosts.permit(url) as permit:
        ...  # load the page
        permit.end()  # before any other work on the page

A host gets a limited number of visits at the same time, with a distance between them. A host that
refuses visits, and asks to come back later, rests. docs/politeness.md has the rules.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import ada_url

from domain.failures import ScrapeError

BACKOFF_CODES = frozenset({"HTTP_429", "HTTP_503"})
"""Failures with which a host refuses a visit and asks to come back later."""

MAX_REFUSALS = 3
"""Refusals after which an item fails."""

_MAX_WAIT = 5.0
"""Seconds that an item waits here for its permit.

A waiting item occupies a slot of the worker, which items of other hosts could use.
"""

_FIRST_BACKOFF = 5.0
"""Seconds that a host rests if it does not say how long. Each further refusal doubles them."""

_REFUSALS_UNTIL_AWAY = 3
"""Refusals in a row, with rests in between, after which a host counts as away.

While such a host rests, items for it fail at once instead of waiting.
"""

_LONGEST_REST = 600.0
"""Longest rest of a host in seconds. What a host asks for may be meant for one page only."""

_SHORTEST_DELAY = 1.0
_LONGEST_DELAY = 600.0
"""Bounds of the seconds after which an item without a permit comes back."""

_GUESSED_VISIT = 1.0
"""Seconds that a visit is expected to take, before a visit to the host has been measured."""

_LATEST_WEIGHT = 0.2
"""Weight of the latest visit in the average duration of visits to a host."""

_MANY_HOSTS = 1000
"""Number of remembered hosts from which on idle hosts are forgotten."""


class HostBusyError(Exception):
    """The host cannot be visited for now. Try again in `delay` seconds."""

    def __init__(self, delay: float) -> None:
        super().__init__(f"try again in {delay:.1f} seconds")
        self.delay = delay


@dataclass
class _Host:
    """What a worker knows about one host. All times are times of the clock."""

    allowed: int
    """Visits that are allowed at the same time for now."""
    active: int = 0
    """Visits that take place."""
    queued: int = 0
    """Items that wait for a permit."""
    next_start: float = 0.0
    """Time from which on the next visit keeps its distance to the last visit."""
    rests_until: float = 0.0
    refused_with: str = ""
    """Code of the failure that made the host rest."""
    refusals: int = 0
    """Refusals in a row. Refusals of visits that began before the last refusal do not count."""
    refused_at: float = 0.0
    visit_seconds: float = _GUESSED_VISIT
    """Average duration of a visit."""
    booked_until: float = 0.0
    """Time at which the items without a permit are expected to be done, after they came back."""
    queue_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Lock that the first item of the queue holds."""
    visit_ended: asyncio.Event = field(default_factory=asyncio.Event)

    def is_idle(self, now: float) -> bool:
        """Return whether the host may be forgotten."""
        until = max(self.next_start, self.rests_until, self.booked_until)
        return not self.active and not self.queued and until <= now

    def opens_at(self, is_direct: bool) -> float:
        """Return the time from which on the host may be visited."""
        return max(self.next_start, self.rests_until) if is_direct else self.next_start


class Hosts:
    """All hosts that one worker visits. A host is the name and port in an item's URL.

    Up to `concurrency` visits to a host take place at the same time; 0 means any number. They begin
    at least `spacing` seconds apart. A host that asks for a rest gets it, if the rest is not longer
    than `max_backoff` seconds; with 0, no host rests.
    """

    def __init__(
        self,
        *,
        concurrency: int = 0,
        spacing: float = 0.0,
        max_backoff: float = 120.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = concurrency or sys.maxsize
        self._spacing = spacing
        self._max_backoff = max_backoff
        self.clock = clock
        self._hosts: dict[str, _Host] = {}

    def __len__(self) -> int:
        """Return the number of hosts that are not idle."""
        self._forget_idle()
        return len(self._hosts)

    @asynccontextmanager
    async def permit(self, url: str, *, is_direct: bool = True) -> AsyncIterator[HostPermit]:
        """Wait until the host of `url` may be visited, and yield the permit for the visit.

        `is_direct` is false for a visit through a proxy exit. Such a visit has an address of its
        own. So it ignores a rest that the host asked of other visitors.

        Raises:
            HostBusyError: there is no permit within some seconds.
            ScrapeError: the host rests for longer than the worker waits.
        """
        host = self._known(url)
        host.queued += 1
        try:
            await self._wait_for_permit(host, is_direct)
        finally:
            host.queued -= 1
        permit = HostPermit(self, host, is_direct)
        try:
            yield permit
        finally:
            permit.end(succeeded=False)

    def _known(self, url: str) -> _Host:
        name = ada_url.URL(url).host
        if name not in self._hosts:
            if len(self._hosts) >= _MANY_HOSTS:
                self._forget_idle()
            self._hosts[name] = _Host(self._limit)
        return self._hosts[name]

    def _forget_idle(self) -> None:
        now = self.clock()
        self._hosts = {name: host for name, host in self._hosts.items() if not host.is_idle(now)}

    async def _wait_for_permit(self, host: _Host, is_direct: bool) -> None:
        give_up = self.clock() + _MAX_WAIT
        try:
            async with asyncio.timeout(_MAX_WAIT), host.queue_lock:
                while (pause := self._pause(host, is_direct)) or host.active >= host.allowed:
                    if self.clock() + pause > give_up:
                        raise TimeoutError
                    if pause:
                        await asyncio.sleep(pause)
                    else:
                        host.visit_ended.clear()
                        await host.visit_ended.wait()
        except TimeoutError:
            raise HostBusyError(self._book(host, is_direct)) from None
        host.active += 1
        host.next_start = self.clock() + self._spacing

    def _pause(self, host: _Host, is_direct: bool) -> float:
        """Return the seconds until `host` may be visited, apart from the limit of visits.

        Raises `ScrapeError` if the item should not wait for that.
        """
        now = self.clock()
        rest = host.rests_until - now
        if is_direct and rest > self._max_backoff:
            raise ScrapeError(
                host.refused_with,
                "When another of its pages was requested, the host asked to be left alone for "
                f"{rest:.0f} more seconds.",
            )
        if is_direct and rest > 0 and host.refusals >= _REFUSALS_UNTIL_AWAY:
            raise ScrapeError(
                host.refused_with,
                f"The host refused {host.refusals} times in a row, with pauses in between. It gets "
                f"no more requests for {rest:.0f} seconds.",
            )
        return max(host.opens_at(is_direct) - now, 0.0)

    def _book(self, host: _Host, is_direct: bool) -> float:
        """Return the seconds after which one more item should come back for a permit.

        Items come back one after the other: each when the items before it are expected to be done.
        """
        now = self.clock()
        at = max(now, host.booked_until, host.opens_at(is_direct))
        host.booked_until = at + max(self._spacing, host.visit_seconds / host.allowed)
        return min(max(at - now, _SHORTEST_DELAY), _LONGEST_DELAY)

    def end_visit(self, host: _Host, seconds: float, *, succeeded: bool) -> None:
        """End a visit that took `seconds`. After a success the host gets more visits at once."""
        host.active -= 1
        host.visit_seconds += _LATEST_WEIGHT * (seconds - host.visit_seconds)
        if succeeded and self.clock() >= host.rests_until:
            host.allowed = min(2 * host.allowed, self._limit)
            host.refusals = 0
        host.visit_ended.set()

    def record_refusal(
        self, host: _Host, error: ScrapeError, earlier: int, began: float, *, is_direct: bool
    ) -> float | None:
        """See `HostPermit.record_refusal`. The visit began at `began`."""
        if not self._max_backoff:
            return None
        if is_direct:
            self._count_refusal(host, began)
        rest = error.retry_after
        if rest is None:
            before = max(earlier, host.refusals - 1) if is_direct else earlier
            rest = min(_FIRST_BACKOFF * 2**before, self._max_backoff)
        if is_direct:
            until = self.clock() + min(rest, _LONGEST_REST)
            host.rests_until = max(host.rests_until, until)
            host.refused_with = error.failure.code
            host.allowed = 1
        if earlier + 1 >= MAX_REFUSALS or rest > self._max_backoff:
            return None
        return max(rest, self._book(host, is_direct))

    def _count_refusal(self, host: _Host, began: float) -> None:
        if began > host.refused_at or not host.refusals:
            host.refusals += 1
        host.refused_at = self.clock()


class HostPermit:
    """A permit for one visit to a host. `Hosts.permit` makes it."""

    def __init__(self, hosts: Hosts, host: _Host, is_direct: bool) -> None:
        self._hosts = hosts
        self._host = host
        self._is_direct = is_direct
        self._began = hosts.clock()
        self._has_ended = False

    def end(self, *, succeeded: bool = True) -> None:
        """End the visit, so that the next item gets a permit. A second call has no effect."""
        if not self._has_ended:
            self._has_ended = True
            seconds = self._hosts.clock() - self._began
            self._hosts.end_visit(self._host, seconds, succeeded=succeeded)

    def record_refusal(self, error: ScrapeError, earlier: int) -> float | None:
        """Record that the host answered with `error`, whose code is one of `BACKOFF_CODES`.

        `earlier` is the number of times that the item was refused before. Returns the seconds after
        which the item should try again; None if the item has failed.
        """
        return self._hosts.record_refusal(
            self._host, error, earlier, self._began, is_direct=self._is_direct
        )
