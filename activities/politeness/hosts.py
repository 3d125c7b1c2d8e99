"""Manners towards the hosts of a worker's pages: how many visits at once, how far apart, and, when
one asks to be left alone, for how long.

    async with hosts.permit(url) as permit:
        ...  # the visit
        permit.end()  # before whatever else there is to do

docs/politeness.md has the rules.
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
"""Failures with which a host asks to come back later."""

MAX_REFUSALS = 3
"""So often one item is refused; then it has failed."""

_PATIENCE = 5.0
"""Seconds that an item waits here for its turn. It occupies a slot of the worker meanwhile, which
others could use."""

_FIRST_BACKOFF = 5.0
"""Seconds after a refusal that does not say for how long; they double each time."""

_SHUT = 3
"""So often in a row a host refuses, having been left alone in between; then it is taken to be away
for all, and those who come while it rests are not kept waiting."""

_LONGEST_MEMORY = 600.0
"""Seconds for which a host is left alone at most: what it says may be meant for one page only."""

_LEAST_DELAY = 1.0
_LONGEST_DELAY = 600.0

_GUESSED_VISIT = 1.0
_WEIGHT = 0.2
"""Of the latest visit, in the average duration of those to a host."""

_MANY_HOSTS = 1000
"""From so many on, those that are idle are looked for."""


class HostBusyError(Exception):
    """There is no room for a visit to the host now: try again in `delay` seconds."""

    def __init__(self, delay: float) -> None:
        super().__init__(f"try again in {delay:.1f} seconds")
        self.delay = delay


@dataclass
class _Host:
    """What is known of one host. Times are those of the clock."""

    allowed: int
    """Visits at once, for now."""
    active: int = 0
    queued: int = 0
    next_start: float = 0.0
    """When the next visit may begin, for its distance to the last one."""
    rests_until: float = 0.0
    refused_with: str = ""
    """Code of the failure that made it rest."""
    refusals: int = 0
    """How often in a row it refused. Visits that had begun before a refusal do not count again."""
    refused_at: float = 0.0
    visit_seconds: float = _GUESSED_VISIT
    booked_until: float = 0.0
    """When those are done that were told to come back, if all goes as expected."""
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the first in the queue."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def is_idle(self, now: float) -> bool:
        """Whether there is nothing about it to be remembered."""
        until = max(self.next_start, self.rests_until, self.booked_until)
        return not self.active and not self.queued and until <= now


class Hosts:
    """All hosts that one worker visits. A host is what the URL of an item says, with its port.

    Up to `concurrency` visits take place at once, 0 for any number; they begin at least `spacing`
    seconds apart. A host that asks for it is left alone, and waited for up to `max_backoff`
    seconds; 0 for hosts that are not heeded.
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
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    def __len__(self) -> int:
        """How many hosts there is something to remember of."""
        self._forget_idle()
        return len(self._hosts)

    @asynccontextmanager
    async def permit(self, url: str, *, is_direct: bool = True) -> AsyncIterator[HostPermit]:
        """A visit to the host of `url`, begun as soon as there is room for it.

        With `is_direct` false it comes from another address, so that what the host says to others
        does not concern it. Raises `HostBusyError` if there is no room within seconds, and
        `ScrapeError` if the host asked to be left alone for longer than it is waited for.
        """
        host = self._known(url)
        host.queued += 1
        try:
            await self._enter(host, is_direct)
        finally:
            host.queued -= 1
        permit = HostPermit(self, host, is_direct)
        try:
            yield permit
        finally:
            permit.end(is_well=False)

    def _known(self, url: str) -> _Host:
        name = ada_url.URL(url).host
        if name not in self._hosts:
            if len(self._hosts) >= _MANY_HOSTS:
                self._forget_idle()
            self._hosts[name] = _Host(self._limit)
        return self._hosts[name]

    def _forget_idle(self) -> None:
        now = self._clock()
        self._hosts = {name: host for name, host in self._hosts.items() if not host.is_idle(now)}

    async def _enter(self, host: _Host, is_direct: bool) -> None:
        give_up = self._clock() + _PATIENCE
        try:
            async with asyncio.timeout(_PATIENCE), host.door:
                while (pause := self._pause(host, is_direct)) or host.active >= host.allowed:
                    if self._clock() + pause > give_up:
                        raise TimeoutError
                    if pause:
                        await asyncio.sleep(pause)
                    else:
                        host.changed.clear()
                        await host.changed.wait()
        except TimeoutError:
            raise HostBusyError(self._book(host, is_direct)) from None
        host.active += 1
        host.next_start = self._clock() + self._spacing

    def _pause(self, host: _Host, is_direct: bool) -> float:
        """Seconds until the host may be visited, if others leave room."""
        now = self._clock()
        rest = host.rests_until - now
        if is_direct and rest > self._max_backoff:
            raise ScrapeError(
                host.refused_with,
                "When another of its pages was asked for, the host asked to be left alone for "
                f"{rest:.0f} more seconds.",
            )
        if is_direct and rest > 0 and host.refusals >= _SHUT:
            raise ScrapeError(
                host.refused_with,
                f"The host refused {host.refusals} times in a row, with pauses in between, and is "
                f"not asked again for {rest:.0f} seconds.",
            )
        return max(self._opens_at(host, is_direct) - now, 0.0)

    @staticmethod
    def _opens_at(host: _Host, is_direct: bool) -> float:
        return max(host.next_start, host.rests_until) if is_direct else host.next_start

    def _book(self, host: _Host, is_direct: bool) -> float:
        """Seconds after which one more is to come back: when all those are expected to be done
        that were told so before, and not all at once."""
        now = self._clock()
        at = max(now, host.booked_until, self._opens_at(host, is_direct))
        host.booked_until = at + max(self._spacing, host.visit_seconds / host.allowed)
        return min(max(at - now, _LEAST_DELAY), _LONGEST_DELAY)

    def leave(self, host: _Host, seconds: float, *, is_well: bool) -> None:
        """Ends a visit that took `seconds`. If it went well, the host is trusted with more."""
        host.active -= 1
        host.visit_seconds += _WEIGHT * (seconds - host.visit_seconds)
        if is_well and self._clock() >= host.rests_until:
            host.allowed = min(2 * host.allowed, self._limit)
            host.refusals = 0
        host.changed.set()

    def refuse(
        self, host: _Host, error: ScrapeError, refusals: int, began: float, *, is_direct: bool
    ) -> float | None:
        """See `HostPermit.refused`; the visit began at `began`."""
        if not self._max_backoff:
            return None
        now = self._clock()
        if is_direct:
            if began > host.refused_at or not host.refusals:
                host.refusals += 1
            host.refused_at = now
        rest = error.retry_after
        if rest is None:
            before = max(refusals, host.refusals - 1) if is_direct else refusals
            rest = min(_FIRST_BACKOFF * 2**before, self._max_backoff)
        if is_direct:
            until = now + min(rest, _LONGEST_MEMORY)
            host.rests_until = max(host.rests_until, until)
            host.refused_with = error.failure.code
            host.allowed = 1
        if refusals + 1 >= MAX_REFUSALS or rest > self._max_backoff:
            return None
        return max(rest, self._book(host, is_direct))

    def now(self) -> float:
        """The time of the clock."""
        return self._clock()


class HostPermit:
    """A visit to one host. Made by `Hosts.permit`."""

    def __init__(self, hosts: Hosts, host: _Host, is_direct: bool) -> None:
        self._hosts = hosts
        self._host = host
        self._is_direct = is_direct
        self._began = hosts.now()
        self._has_ended = False

    def end(self, *, is_well: bool = True) -> None:
        """Lets others have their turn. Without effect if it has ended."""
        if not self._has_ended:
            self._has_ended = True
            self._hosts.leave(self._host, self._hosts.now() - self._began, is_well=is_well)

    def refused(self, error: ScrapeError, refusals: int) -> float | None:
        """Records that the host answered with `error`, one of `BACKOFF_CODES`.

        Returns the seconds after which its item, which had been refused `refusals` times before,
        is to try again; None if it has failed.
        """
        return self._hosts.refuse(
            self._host, error, refusals, self._began, is_direct=self._is_direct
        )
