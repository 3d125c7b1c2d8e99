"""Slots for items: how many items a worker has started and not finished.

An item first needs a page, which is a browser tab or a connection. After that it is converted,
uploaded, or waits for a model. The two phases have limits of their own.
"""

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
    """Activity slots for items: at most `pages` need a page, and at most `waiting` no longer do.

    An item starts only if a page can be opened for it. An item that has its page enters
    `without_page`, which makes room for the next item.
    """

    def __init__(self, pages: int, *, waiting: int) -> None:
        self._pages = pages
        self._waiting = waiting
        self._reserved = 0
        """Slots in use, in both phases."""
        self._without_page = 0
        # Temporal's core calls from threads of its own.
        self._lock = threading.Lock()
        self._waiters: set[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = set()

    @contextmanager
    def without_page(self) -> Iterator[None]:
        """Mark the block in which an item no longer needs a page. Its activity ends after it."""
        self._change(without_page=1)
        try:
            yield
        finally:
            self._change(without_page=-1)

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:
        """Return a slot as soon as one is free."""
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
        """Return a slot, or None if no slot is free."""
        with self._lock:
            return self._take()

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """Do nothing: a slot counts from the time when it is reserved."""

    def release_slot(self, ctx: SlotReleaseContext) -> None:
        """Take a slot back."""
        self._change(reserved=-1)

    def _take(self) -> SlotPermit | None:
        is_page_free = self._reserved - self._without_page < self._pages
        if not is_page_free or self._without_page >= self._waiting:
            return None
        self._reserved += 1
        return SlotPermit()

    def _change(self, *, reserved: int = 0, without_page: int = 0) -> None:
        with self._lock:
            self._reserved += reserved
            self._without_page += without_page
            waiters = list(self._waiters)
            self._waiters.clear()
        for loop, future in waiters:
            loop.call_soon_threadsafe(_wake, future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
