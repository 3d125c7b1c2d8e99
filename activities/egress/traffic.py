"""What items take through proxy exits: counted as it passes, and limited.

An item has a limit of its own, and may share one with its batch. Bytes of both directions count.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from activities.abort import AbortReason
from domain.failures import ScrapeError
from domain.items import ScrapeInput, Usage
from domain.proxies import megabytes_text

_BATCHES = 1000
"""Batches that a worker remembers, the latest ones. An item may wait for hours between two attempts
while other batches run."""


@dataclass
class _BatchTraffic:
    """What this worker has taken for one batch."""

    taken: int = 0
    """Bytes of all items, also of those that have ended."""
    running: int = 0
    """Bytes of the items that run, in their present attempts."""


class TrafficCounter:
    """What the items of a worker take through proxy exits, by their batches."""

    def __init__(self) -> None:
        self._batches: OrderedDict[str, _BatchTraffic] = OrderedDict()

    @contextmanager
    def attempt(
        self, item: ScrapeInput, usage: Usage, max_item_bytes: int | None
    ) -> Iterator[ItemTraffic]:
        """Count what one attempt at `item` takes, and add it to `usage` at once.

        `usage` has what earlier attempts have taken. That counts towards `max_item_bytes`.
        """
        batch = self._batch(item.batch_id)
        before = usage.proxy_bytes
        try:
            yield ItemTraffic(batch, item, usage, max_item_bytes)
        finally:
            batch.running -= usage.proxy_bytes - before

    def _batch(self, batch_id: str) -> _BatchTraffic:
        batch = self._batches.setdefault(batch_id, _BatchTraffic())
        self._batches.move_to_end(batch_id)
        if len(self._batches) > _BATCHES:
            self._batches.popitem(last=False)
        return batch


class ItemTraffic:
    """What one attempt at an item takes."""

    def __init__(
        self, batch: _BatchTraffic, item: ScrapeInput, usage: Usage, max_item_bytes: int | None
    ) -> None:
        self._batch = batch
        self._usage = usage
        self._max_item = max_item_bytes
        self._max_batch = item.max_batch_proxy_bytes
        # Of the items that have ended, those of this worker count among them.
        self._elsewhere = item.batch_proxy_bytes - (batch.taken - batch.running)

    def count(self, count: int) -> AbortReason | None:
        """Count bytes. Return why the item may take no more, or None if it may."""
        self._usage.proxy_bytes += count
        self._batch.taken += count
        self._batch.running += count
        return self._reached(0)

    @property
    def may_take_some(self) -> bool:
        """Whether the item may take at least one byte."""
        return self._reached(1) is None

    def require_some(self) -> None:
        """Raise `ScrapeError` if the item may take nothing."""
        if (reached := self._reached(1)) is not None:
            raise ScrapeError(*reached)

    def _reached(self, more: int) -> AbortReason | None:
        """Return why the item may not take `more` bytes, or None if it may."""
        if self._max_item is not None and self._usage.proxy_bytes + more > self._max_item:
            limit = f"{megabytes_text(self._max_item)} (maxItemProxyMb)"
            what = f"The item has used the {limit} that it may take through proxies."
            return "TRAFFIC_LIMIT", what
        # What the worker knows by itself is exact if it is the only one.
        taken = self._batch.taken + max(self._elsewhere, 0) + more
        if self._max_batch is not None and taken > self._max_batch:
            limit = megabytes_text(self._max_batch)
            what = f"The batch has used the {limit} that it may take through proxies."
            return "TRAFFIC_BUDGET", what
        return None
