"""When the pages of a host may be loaded.

    async with hosts.permit(Visitor(url, account)) as permit:
        ...  # load the page
        permit.end()  # before any other work on the page

A host gets a limited number of visits at the same time, with a distance between them. A host that
refuses all visits rests, see `availability`. docs/politeness.md has the rules.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import ada_url

from activities.politeness.availability import FIRST_REST, Availability, Refusal
from domain.failures import ScrapeError

BACKOFF_CODES = frozenset({"HTTP_429", "HTTP_503"})
"""Failures with which a host refuses a visit and asks to come back later."""

MAX_REFUSALS = 3
"""Refusals after which an item fails, if its host serves other pages."""

_MAX_FICKLE_REFUSALS = 5
"""The same for a host that is known to refuse pages at times, and to serve them later."""

_MAX_WAIT = 5.0
"""Seconds that an item waits here for its permit.

A waiting item occupies a slot of the worker, which items of other hosts could use.
"""

_SHORTEST_DELAY = 1.0
_LONGEST_DELAY = 600.0
"""Bounds of the seconds after which an item without a permit comes back."""

_GUESSED_VISIT = 1.0
"""Seconds that a visit is expected to take, before a visit to the host has been measured."""

_LATEST_WEIGHT = 0.2
"""Weight of the latest visit in the average duration of visits to a host."""

_RETURNING = 6
"""Most items that come back within the time of one visit."""

_MANY_HOSTS = 1000
"""Number of remembered hosts from which on idle hosts are forgotten."""


class HostBusyError(Exception):
    """The page cannot be loaded for now. Try again in `delay` seconds.

    For `rest` of these seconds the host refuses all visitors. `refusal` is the host's answer, if
    the page was requested.
    """

    def __init__(
        self, delay: float, *, rest: float = 0.0, refusal: ScrapeError | None = None
    ) -> None:
        super().__init__(f"try again in {delay:.1f} seconds")
        self.delay = delay
        self.rest = rest
        self.refusal = refusal


@dataclass(frozen=True)
class Visitor:
    """An item that wants a page."""

    url: str
    account: str = ""
    is_direct: bool = True
    """False for a visit through a proxy exit. It comes from an address of its own, so a rest that
    the host needs from other visitors does not concern it."""
    was_refused: bool = False
    """Whether the host has refused the item before."""
    refusals: int = 0
    """Times that the host refused the item before while it served others."""
    rested: float = 0.0
    """Seconds that the item has waited because its host rested."""


@dataclass
class _Host:
    """What a worker knows about one host. All times are times of the clock."""

    availability: Availability
    active: int = 0
    """Visits that take place."""
    active_direct: int = 0
    """Visits that take place from the worker's own address."""
    queued: int = 0
    """Items that wait for a permit."""
    next_start: float = 0.0
    """Time from which on the next visit keeps its distance to the last visit."""
    visit_seconds: float = _GUESSED_VISIT
    """Average duration of a visit."""
    booked_until: dict[bool, float] = field(default_factory=lambda: {False: 0.0, True: 0.0})
    """Time at which the items without a permit are expected to be done, after they came back.

    Items that were refused before have a time of their own.
    """
    queue_locks: dict[bool, asyncio.Lock] = field(
        default_factory=lambda: {False: asyncio.Lock(), True: asyncio.Lock()}
    )
    """Lock that the first item of the queue holds, of direct visits and of others."""
    visit_ended: asyncio.Event = field(default_factory=asyncio.Event)

    def is_idle(self, now: float) -> bool:
        """Return whether the host may be forgotten."""
        until = max(self.next_start, self.availability.rests_until, *self.booked_until.values())
        return not self.active and not self.queued and until <= now

    def is_full(self, visitor: Visitor) -> bool:
        """Return whether one more visit has to wait until another visit ends."""
        known = self.availability
        return self.active >= known.limit or (
            visitor.is_direct and self.active_direct >= known.allowed
        )

    def opens_at(self, visitor: Visitor) -> float:
        """Return the time until which the host rests, as far as `visitor` is concerned."""
        if not visitor.is_direct:
            return 0.0
        return self.availability.opens_at(visitor.account, was_refused=visitor.was_refused)


class Hosts:
    """All hosts that one worker visits. A host is the name and port in an item's URL.

    Up to `concurrency` visits to a host take place at the same time; 0 means any number. They begin
    at least `spacing` seconds apart. An item waits for `max_backoff` seconds at most while its host
    rests and serves no page; with 0, no host rests.
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
    async def permit(self, visitor: Visitor) -> AsyncIterator[HostPermit]:
        """Wait until `visitor` may load its page, and yield the permit for the visit.

        A `ScrapeError` within the block is the host's answer.

        Raises:
            HostBusyError: there is no permit within some seconds, or the host refused the page.
            ScrapeError: the visitor's patience with the host has ended, or the host's answer.
        """
        host = self._known(visitor.url)
        host.queued += 1
        try:
            await self._wait_for_permit(host, visitor)
        finally:
            host.queued -= 1
        permit = HostPermit(self, host, visitor)
        try:
            yield permit
        except ScrapeError as error:
            permit.end(was_served=_shows_service(error))
            if error.failure.code not in BACKOFF_CODES or not self._max_backoff:
                raise
            busy = self._record_refusal(host, visitor, error, permit.began)
            if busy is None:
                raise
            raise busy from None
        finally:
            permit.end(was_served=False)

    def _known(self, url: str) -> _Host:
        name = ada_url.URL(url).host
        if name not in self._hosts:
            if len(self._hosts) >= _MANY_HOSTS:
                self._forget_idle()
            self._hosts[name] = _Host(Availability(self._limit, self._max_backoff))
        return self._hosts[name]

    def _forget_idle(self) -> None:
        now = self.clock()
        self._hosts = {name: host for name, host in self._hosts.items() if not host.is_idle(now)}

    async def _wait_for_permit(self, host: _Host, visitor: Visitor) -> None:
        give_up = self.clock() + _MAX_WAIT
        try:
            async with asyncio.timeout(_MAX_WAIT):
                while not await self._enter(host, visitor, give_up):
                    # Outside of the queue: the rest may not concern those behind.
                    await self._wait_for_rest(host, visitor, give_up)
        except TimeoutError:
            raise HostBusyError(self._book(host, visitor)) from None

    async def _enter(self, host: _Host, visitor: Visitor, give_up: float) -> bool:
        """Queue up and begin the visit. Return False if the host rests.

        Raises `TimeoutError` if the visit cannot begin before `give_up`.
        """
        async with host.queue_locks[visitor.is_direct]:
            while host.opens_at(visitor) <= self.clock():
                pause = max(host.next_start - self.clock(), 0.0)
                if self.clock() + pause > give_up:
                    raise TimeoutError
                if pause:
                    await asyncio.sleep(pause)
                elif host.is_full(visitor):
                    host.visit_ended.clear()
                    await host.visit_ended.wait()
                else:
                    host.active += 1
                    host.active_direct += visitor.is_direct
                    host.next_start = self.clock() + self._spacing
                    return True
        return False

    async def _wait_for_rest(self, host: _Host, visitor: Visitor, give_up: float) -> None:
        """Wait until the host has rested.

        Raises `HostBusyError` or `ScrapeError` if `visitor` should not wait here for that.
        """
        rest = max(host.opens_at(visitor) - self.clock(), 0.0)
        if rest and self._is_patience_over(host, visitor, rest):
            raise ScrapeError(
                "HOST_UNAVAILABLE",
                "This page was not requested, because the host refused the pages before it. The "
                f"host is left alone for {rest:.0f} more seconds.",
            )
        if self.clock() + rest >= give_up:
            raise HostBusyError(self._book(host, visitor), rest=rest)
        await asyncio.sleep(rest)

    def _is_patience_over(self, host: _Host, visitor: Visitor, rest: float) -> bool:
        """Return whether `visitor` should not wait for `rest` more seconds.

        Rests before the host last served a page do not count: it works off its visitors slowly.
        """
        served_before = self.clock() - host.availability.served_at
        return min(visitor.rested, served_before) + rest > self._max_backoff

    def _book(self, host: _Host, visitor: Visitor) -> float:
        """Return the seconds after which one more item should come back for a permit.

        Items come back one after the other: each when the items before it are expected to be done.
        """
        now = self.clock()
        booked_until = host.booked_until[visitor.was_refused]
        at = max(now, booked_until, host.next_start, host.opens_at(visitor))
        seconds = max(self._spacing, host.visit_seconds / min(self._limit, _RETURNING))
        host.booked_until[visitor.was_refused] = at + seconds
        return min(max(at - now, _SHORTEST_DELAY), _LONGEST_DELAY)

    def end_visit(self, host: _Host, visitor: Visitor, began: float, *, was_served: bool) -> None:
        """See `HostPermit.end`."""
        now = self.clock()
        host.active -= 1
        host.active_direct -= visitor.is_direct
        host.visit_seconds += _LATEST_WEIGHT * (now - began - host.visit_seconds)
        if was_served and visitor.is_direct:
            host.availability.record_served(visitor.url, began, now)
        host.visit_ended.set()

    def _record_refusal(
        self, host: _Host, visitor: Visitor, error: ScrapeError, began: float
    ) -> HostBusyError | None:
        """Return when `visitor` should try again; None if it has failed."""
        now, asked = self.clock(), error.retry_after
        if visitor.is_direct:
            is_about_rate = error.failure.code == "HTTP_429"
            refusal = Refusal(visitor.url, visitor.account, began, asked, is_about_rate)
            host.availability.record_refused(refusal, now)
        delay = asked
        if delay is None:
            delay = min(FIRST_REST * 2.0**visitor.refusals, self._max_backoff)
        if delay > self._max_backoff:
            return None
        if not visitor.is_direct or not host.availability.is_refusing:
            is_fickle = host.availability.is_fickle and visitor.is_direct
            most = _MAX_FICKLE_REFUSALS if is_fickle else MAX_REFUSALS
            return None if visitor.refusals + 1 >= most else HostBusyError(delay, refusal=error)
        rest = max(host.availability.rests_until - now, 0.0)
        if self._is_patience_over(host, visitor, rest):
            return None
        delay = max(rest + host.visit_seconds, asked or 0.0)
        return HostBusyError(delay, rest=rest, refusal=error)


class HostPermit:
    """A permit for one visit to a host. `Hosts.permit` makes it."""

    def __init__(self, hosts: Hosts, host: _Host, visitor: Visitor) -> None:
        self._hosts = hosts
        self._host = host
        self._visitor = visitor
        self.began = hosts.clock()
        self._has_ended = False

    def end(self, *, was_served: bool = True) -> None:
        """End the visit, so that the next item gets a permit. A second call has no effect.

        `was_served` says whether the visit shows that the host serves pages.
        """
        if not self._has_ended:
            self._has_ended = True
            self._hosts.end_visit(self._host, self._visitor, self.began, was_served=was_served)


def _shows_service(error: ScrapeError) -> bool:
    """Return whether `error` shows that the host does its work, although the item failed.

    A 404 does. A bot wall, a failure of the server or of the network says nothing.
    """
    status = error.http_status
    if status is None or error.failure.code in BACKOFF_CODES:
        return False
    return status < 400 or (status < 500 and error.failure.code == f"HTTP_{status}")
