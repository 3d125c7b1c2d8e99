"""How a worker stops: running items may finish, then they are handed over."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence

from temporalio.worker import Worker

logger = logging.getLogger(__name__)

StopSignals = asyncio.Queue[signal.Signals]
"""SIGINT and SIGTERM as they come."""

_MARGIN = 5.0
"""Seconds for what remains when all items have finished or were told to stop."""


def stop_signals() -> StopSignals:
    """Return a queue that gets each SIGINT and SIGTERM of this process."""
    signals: StopSignals = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, signals.put_nowait, number)
    return signals


async def run_until_stopped(
    workers: Sequence[Worker], stop: StopSignals, *, grace: float, hand_over: Callable[[], None]
) -> None:
    """Run `workers` until a signal comes, or one of them fails.

    After the first signal running items may finish within `grace` seconds. `hand_over` gives up
    the rest, at that time or when a second signal comes.
    """
    running = [asyncio.create_task(worker.run()) for worker in workers]
    for worker in workers:
        logger.info("polling", extra={"task_queue": worker.task_queue})
    first = asyncio.create_task(stop.get())
    await asyncio.wait([*running, first], return_when=asyncio.FIRST_COMPLETED)
    if first.done():
        logger.info("stopping: running items may finish, a second signal hands them over at once")
    first.cancel()
    shutdown = asyncio.create_task(_shut_down(workers, running))
    second = asyncio.create_task(stop.get())
    await asyncio.wait(
        [shutdown, second], timeout=grace + _MARGIN, return_when=asyncio.FIRST_COMPLETED
    )
    second.cancel()
    hand_over()
    _, unfinished = await asyncio.wait([shutdown], timeout=_MARGIN)
    if unfinished:
        # Temporal is away. It will miss the heartbeats of what was running.
        logger.warning("Temporal could not be told of the shutdown in time")
        for task in running:
            task.cancel()
        return
    await asyncio.gather(*running)


async def _shut_down(workers: Sequence[Worker], running: Sequence[asyncio.Task[None]]) -> None:
    # A worker that has failed has nothing to shut down, and its shutdown would never return.
    alive = (worker for worker, task in zip(workers, running, strict=True) if not task.done())
    await asyncio.gather(*(worker.shutdown() for worker in alive))
