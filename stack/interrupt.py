"""Ctrl-C and all the other ways in which a foreground command is asked to end."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import time
from collections.abc import Callable, Coroutine

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SAME_REQUEST_SECONDS = 1.0
"""Signals that come this close belong together: `make` passes on what its group got already."""

_CHECK_SECONDS = 0.5


async def run_until_interrupted(
    work: Coroutine[None, None, None],
    *,
    on_interrupt: Callable[[], None],
    hurry: Callable[[], None],
) -> bool:
    """Runs `work` to its end, and returns whether it was interrupted.

    SIGINT, SIGTERM, SIGHUP, the end of the parent process and that of the terminal call
    `on_interrupt` and cancel `work`, which then cleans up; one more signal calls `hurry`, and
    does not cancel again.
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
            hurry()

    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupt)
    watch = asyncio.create_task(_call_when_alone(interrupt))
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


async def _call_when_alone(callback: Callable[[], None]) -> None:
    """Waits until the parent process or the terminal is gone, of which no signal tells: when a
    terminal is closed the kernel sends SIGHUP to `make`, and `make` keeps that to itself."""
    parent = os.getppid()
    terminal = select.poll()
    for descriptor in filter(os.isatty, range(3)):
        terminal.register(descriptor, 0)  # a hang-up is reported in any case
    while os.getppid() == parent and not terminal.poll(0):  # noqa: ASYNC110 -- it is no event
        await asyncio.sleep(_CHECK_SECONDS)
    callback()
