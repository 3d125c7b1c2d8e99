"""Tasks that run in the background of a longer-lived object."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class BackgroundTasks:
    """A set of running tasks.

    The event loop itself keeps no strong reference to a task. This set keeps one, so that no task
    is collected as garbage before it ends.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` in a new task."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def wait(self) -> None:
        """Wait until all tasks have ended, including tasks that start meanwhile."""
        while self._tasks:
            await asyncio.wait(self._tasks)
