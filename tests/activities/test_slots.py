"""Slots for items that need a page, and for those that have theirs."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from activities.slots import PageSlots

ANY: Any = None


async def is_waiting(task: asyncio.Task[Any]) -> bool:
    """Whether it still waits once everything that can happen has happened."""
    for _ in range(5):
        await asyncio.sleep(0)
    return not task.done()


async def test_there_are_as_many_as_pages_and_more_once_one_has_its_page() -> None:
    slots = PageSlots(2, waiting=1)
    assert slots.try_reserve_slot(ANY)
    assert await slots.reserve_slot(ANY)
    assert slots.try_reserve_slot(ANY) is None
    third = asyncio.create_task(slots.reserve_slot(ANY))
    assert await is_waiting(third)
    with slots.without_page():
        # Only so many may wait for a model before no new one is started.
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


async def test_slots_are_given_back_from_any_thread() -> None:
    slots = PageSlots(1, waiting=1)
    await slots.reserve_slot(ANY)
    next_one = asyncio.create_task(slots.reserve_slot(ANY))
    assert await is_waiting(next_one)
    thread = threading.Thread(target=slots.release_slot, args=(ANY,))
    thread.start()
    async with asyncio.timeout(10):
        assert await next_one
    thread.join()


async def test_who_stops_waiting_takes_nothing() -> None:
    slots = PageSlots(1, waiting=1)
    await slots.reserve_slot(ANY)
    gone = asyncio.create_task(slots.reserve_slot(ANY))
    assert await is_waiting(gone)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    slots.release_slot(ANY)
    assert slots.try_reserve_slot(ANY)
    assert slots.try_reserve_slot(ANY) is None
