"""How many items a worker has in hand: as many as it can open pages for, and beyond those the ones
that have their page, and are converted, uploaded or wait for a model."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.worker import (
    CustomSlotSupplier,
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    SlotReserveContext,
)


class PageSlots(CustomSlotSupplier):
    """Slots for activities of which at most `pages` still need their page at the same time, and
    at most `waiting` do not any more.

    An item is started only if a page can be opened for it, as with so many fixed slots; one that
    has its page makes room for the next by `without_page`.
    """

    def __init__(self, pages: int, *, waiting: int) -> None:
        self._pages = pages
        self._waiting = waiting
        self._permits = 0
        self._parked = 0
        # Temporal's core calls from threads of its own.
        self._lock = threading.Lock()
        self._waiters: set[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = set()

    @contextmanager
    def without_page(self) -> Iterator[None]:
        """Around what an item does once it needs no page, until its activity ends."""
        self._change(parked=1)
        try:
            yield
        finally:
            self._change(parked=-1)

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:
        """A slot, as soon as there is one."""
        loop = asyncio.get_running_loop()
        while True:
            waiter = (loop, loop.create_future())
            with self._lock:
                if (permit := self._take()) is not None:
                    return permit
                self._waiters.add(waiter)
            try:
                await waiter[1]
            finally:
                with self._lock:
                    self._waiters.discard(waiter)

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:
        """A slot, if there is one now."""
        with self._lock:
            return self._take()

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """Of no interest: a slot counts from when it is reserved."""

    def release_slot(self, ctx: SlotReleaseContext) -> None:
        """Takes a slot back."""
        self._change(permits=-1)

    def _take(self) -> SlotPermit | None:
        has_page = self._permits - self._parked < self._pages
        if not has_page or self._parked >= self._waiting:
            return None
        self._permits += 1
        return SlotPermit()

    def _change(self, *, permits: int = 0, parked: int = 0) -> None:
        with self._lock:
            self._permits += permits
            self._parked += parked
            waiters = list(self._waiters)
            self._waiters.clear()
        for loop, future in waiters:
            loop.call_soon_threadsafe(_wake, future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
