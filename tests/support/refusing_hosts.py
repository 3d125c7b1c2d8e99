"""Model hosts that refuse pages, and items that want their pages, in virtual time.

    report = simulate(fails_by_page(), pages("/good", 10) + pages("/bad", 1))
    assert not report.lost

The permits, the delays and the ends of items are the real ones. The loop's clock jumps to the next
event, so an hour takes as long as its events.
"""

from __future__ import annotations

import asyncio
import selectors
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.exceptions import ApplicationError

from activities.item_context import ItemContext
from activities.politeness.hosts import HostBusyError, Hosts
from activities.postponing import own_failure, postponed_for_host, visitor_of
from domain.failures import ScrapeError
from domain.items import ItemOutcome, Progress, ScrapeInput
from domain.options import StoredOptions

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Answer:
    """What a host answers to a request."""

    status: int = 200
    retry_after: float | None = None
    is_for_all: bool = False
    """Whether the host would refuse any other page now as well."""


@dataclass
class Item:
    """An item that wants one page, from its submit to its end."""

    path: str
    account: str = "a"
    at: float = 0.0
    """Second of its submit."""
    code: str = ""
    """`OK` or the code of its failure."""
    ended: float = 0.0
    answers: list[int] = field(default_factory=list)
    starts: int = 0

    @property
    def is_good(self) -> bool:
        """Whether the host refuses this page only when it refuses all pages."""
        return not self.path.startswith("/bad")


Behaviour = Callable[[Item, float], Answer]
"""A model host: its answer to the latest request of an item, at a second."""


def pages(folder: str, number: int, account: str = "a", at: float = 0.0) -> list[Item]:
    """Return items for `number` pages in `folder`."""
    return [Item(f"{folder}/{index}", account, at) for index in range(number)]


def shuffled(items: list[Item], seed: int = 1) -> list[Item]:
    """Return `items` in an order that has no pattern."""
    return sorted(items, key=lambda item: zlib.crc32(f"{seed}{item.path}".encode()))


def fails_by_page(status: int = 503, retry_after: float | None = None) -> Behaviour:
    """Return a host that refuses all pages below `/bad`, for ever."""

    def answer(item: Item, second: float) -> Answer:
        return Answer() if item.is_good else Answer(status, retry_after)

    return answer


def fails_at_first(item: Item, second: float) -> Answer:
    """Refuse the first visit of each visitor."""
    return Answer(503 if len(item.answers) == 0 else 200)


def fails_in_bursts(*bursts: tuple[float, float], retry_after: float | None = None) -> Behaviour:
    """Return a host that refuses all pages from one second to another, and always `/bad`."""

    def answer(item: Item, second: float) -> Answer:
        if any(begin <= second < end for begin, end in bursts):
            return Answer(503, retry_after, is_for_all=True)
        return Answer(200 if item.is_good else 503)

    return answer


def fails_above_rate(
    rate: float, burst: int, *, status: int = 429, retry_after: float | None = None
) -> Behaviour:
    """Return a host that serves `rate` pages a second, and `burst` more at once."""
    tokens, latest = float(burst), 0.0

    def answer(item: Item, second: float) -> Answer:
        nonlocal tokens, latest
        tokens, latest = min(burst, tokens + (second - latest) * rate), second
        if tokens < 1:
            return Answer(status, retry_after, is_for_all=True)
        tokens -= 1
        return Answer()

    return answer


def fails_above_quota(quota: int, window: float) -> Behaviour:
    """Return a host that serves `quota` pages per `window` of seconds, and says when it ends."""
    served: Counter[int] = Counter()

    def answer(item: Item, second: float) -> Answer:
        number = int(second // window)
        served[number] += 1
        if served[number] > quota:
            return Answer(429, window - second % window, is_for_all=True)
        return Answer()

    return answer


@dataclass
class Report:
    """How a simulation ended. Times are seconds since its begin."""

    items: list[Item]
    for_all: int = 0
    """Requests that came while the host refused all pages."""

    @property
    def lost(self) -> list[Item]:
        """Good pages that failed."""
        return [item for item in self.items if item.is_good and item.code != "OK"]

    @property
    def misnamed(self) -> list[Item]:
        """Items that failed with an HTTP status that was no answer to their own request."""
        return [
            item
            for item in self.items
            if item.code.startswith("HTTP_") and int(item.code[5:]) not in item.answers
        ]

    @property
    def codes(self) -> Counter[str]:
        """The ends of all items."""
        return Counter(item.code for item in self.items)

    @property
    def seconds(self) -> float:
        """When the last item ended."""
        return max(item.ended for item in self.items)

    @property
    def good_seconds(self) -> float:
        """When the last good page ended."""
        return max(item.ended for item in self.items if item.is_good)


def simulate(behaviour: Behaviour, items: list[Item], **settings: Any) -> Report:
    """Return how `items` ended at a host with this `behaviour`. `settings` are those of `Hosts`."""
    report = Report(items)
    loop = _VirtualLoop()
    try:
        loop.run_until_complete(_Simulation(loop, behaviour, report, settings).run())
    finally:
        loop.close()
    return report


class _Simulation:
    """A worker with six slots, for which accounts take turns, and one host."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        behaviour: Behaviour,
        report: Report,
        settings: dict[str, Any],
    ) -> None:
        self._loop = loop
        self._behaviour = behaviour
        self._report = report
        self._hosts = Hosts(**{"concurrency": 6, "clock": loop.time, **settings})
        self._loads = 0
        self._free = 6
        self._queues: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)

    async def run(self) -> None:
        await asyncio.gather(*(self._process(item) for item in self._report.items))

    async def _process(self, item: Item) -> None:
        """Do what the workflow does with an item."""
        await asyncio.sleep(item.at)
        scrape = ScrapeInput(
            batch_id="b",
            item_uuid=item.path,
            url=f"http://host{item.path}",
            generation=1,
            timeout_seconds=60,
        )
        progress = Progress(stage="starting", attempts=1, started_at=_NOW)
        outcome = ItemOutcome(finished_at=_NOW)
        run = ItemContext(scrape, StoredOptions(), outcome, progress)
        while not item.code:
            await self._take_slot(item.account)
            try:
                pause = await self._attempt(item, run)
            finally:
                self._free += 1
                self._give_slots()
            await asyncio.sleep(pause)
        item.ended = self._loop.time()

    async def _attempt(self, item: Item, run: ItemContext) -> float:
        """Do what the activity does with an item. Return the pause before the next attempt."""
        item.starts += 1
        try:
            try:
                async with self._hosts.permit(visitor_of(run, item.account)) as permit:
                    await self._load(item)
                    permit.end()
            except HostBusyError as busy:
                raise postponed_for_host(busy, run.progress) from None
            except ScrapeError as error:
                raise own_failure(error, run.progress) from None
            item.code = "OK"
        except ScrapeError as error:
            item.code = error.failure.code
        except ApplicationError as later:
            return (later.next_retry_delay or timedelta()).total_seconds()
        return 0.0

    async def _load(self, item: Item) -> None:
        """Request the page. Refusals come soon, and pages take a while."""
        await asyncio.sleep(0.05)
        answer = self._behaviour(item, self._loop.time())
        item.answers.append(answer.status)
        self._report.for_all += answer.is_for_all
        if answer.status != 200:
            raise ScrapeError.from_status(answer.status, "http://host", answer.retry_after)
        self._loads += 1
        await asyncio.sleep(0.2 + 0.2 * (self._loads * 0.618 % 1))

    async def _take_slot(self, account: str) -> None:
        slot = self._loop.create_future()
        self._queues[account].append(slot)
        self._give_slots()
        await slot

    def _give_slots(self) -> None:
        while self._free and (waiting := [name for name, queue in self._queues.items() if queue]):
            self._free -= 1
            queue = self._queues.pop(waiting[0])
            queue.pop(0).set_result(None)
            self._queues[waiting[0]] = queue  # now the last in turn


class _VirtualSelector(selectors.DefaultSelector):
    """A selector that does not wait, but says how long it would have waited.

    Each call takes a microsecond, so that no sleep is too short for the clock to notice.
    """

    waited = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "all items wait for ever"
        self.waited += max(timeout, 1e-6)
        return super().select(0)


class _VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next event. It begins at 0."""

    def __init__(self) -> None:
        self._virtual = _VirtualSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.waited
