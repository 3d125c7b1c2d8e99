"""Slots for items that need a page, and for items that have their page."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from activities.slots import PageSlots

ANY: Any = None


async def is_waiting(task: asyncio.Task[Any]) -> bool:
    """Return whether the task still waits after the event loop has run all that is ready."""
    for _ in range(5):
        await asyncio.sleep(0)
    return not task.done()


async def test_slots_are_limited_by_pages_and_by_waiting_items() -> None:
    slots = PageSlots(2, waiting=1)
    assert slots.try_reserve_slot(ANY)
    assert await slots.reserve_slot(ANY)
    assert slots.try_reserve_slot(ANY) is None
    third = asyncio.create_task(slots.reserve_slot(ANY))
    assert await is_waiting(third)
    with slots.without_page():
        # The limit of waiting items is reached, so no new item starts.
        assert await is_waiting(third)
    async with asyncio.timeout(10):
        slots = PageSlots(2, waiting=2)
        for _ in range(2):
            await slots.reserve_slot(ANY)
        fourth = asyncio.create_task(slots.reserve_slot(ANY))
        with slots.without_page():
            await fourth
            assert slots.try_reserve_slot(ANY) is None
    third.cancel()


async def test_slots_can_be_released_from_any_thread() -> None:
    slots = PageSlots(1, waiting=1)
    await slots.reserve_slot(ANY)
    next_one = asyncio.create_task(slots.reserve_slot(ANY))
    assert await is_waiting(next_one)
    thread = threading.Thread(target=slots.release_slot, args=(ANY,))
    thread.start()
    async with asyncio.timeout(10):
        assert await next_one
    thread.join()


async def test_a_cancelled_wait_takes_no_slot() -> None:
    slots = PageSlots(1, waiting=1)
    await slots.reserve_slot(ANY)
    gone = asyncio.create_task(slots.reserve_slot(ANY))
    assert await is_waiting(gone)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    slots.release_slot(ANY)
    assert slots.try_reserve_slot(ANY)
    assert slots.try_reserve_slot(ANY) is None
