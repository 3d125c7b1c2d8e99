"""The ways in which a foreground command is asked to end: Ctrl-C and others."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import time
from collections.abc import Callable, Coroutine

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SAME_REQUEST_SECONDS = 1.0
"""Signals within this time count as one request.

Ctrl-C reaches the whole process group, and `make` passes the signal on once more.
"""

_CHECK_SECONDS = 0.5


async def run_until_interrupted(
    work: Coroutine[None, None, None],
    *,
    on_interrupt: Callable[[], None],
    on_second_interrupt: Callable[[], None],
) -> bool:
    """Run `work` to its end, and return whether it was interrupted.

    SIGINT, SIGTERM, SIGHUP, the end of the parent process and the end of the terminal interrupt.
    The first interrupt calls `on_interrupt` and cancels `work`, which then cleans up. Later
    interrupts call `on_second_interrupt` and do not cancel again.
    """
    task = asyncio.ensure_future(work)
    first: float | None = None

    def interrupt() -> None:
        nonlocal first
        now = time.monotonic()
        if first is None:
            first = now
            on_interrupt()
            task.cancel()
        elif now - first > _SAME_REQUEST_SECONDS:
            on_second_interrupt()

    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupt)
    watch = asyncio.create_task(_watch_parent_and_terminal(interrupt))
    try:
        await asyncio.wait([task])
    finally:
        watch.cancel()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
    if task.cancelled():
        return True
    task.result()
    return first is not None


async def _watch_parent_and_terminal(on_end: Callable[[], None]) -> None:
    """Call `on_end` when the parent process or the terminal is gone.

    No signal tells of either. When a terminal is closed, the kernel sends SIGHUP to `make`, and
    `make` does not pass it on.
    """
    parent = os.getppid()
    terminal = select.poll()
    for descriptor in filter(os.isatty, range(3)):
        terminal.register(descriptor, 0)  # a hang-up is reported in any case
    while os.getppid() == parent and not terminal.poll(0):  # noqa: ASYNC110 -- it is no event
        await asyncio.sleep(_CHECK_SECONDS)
    on_end()
