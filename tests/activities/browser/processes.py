"""The processes of the browsers that this test process has started."""

from __future__ import annotations

import asyncio

import psutil

from tests.support.processes import command_of, is_alive


def family() -> list[psutil.Process]:
    """Return all child processes of this process, at all levels."""
    return psutil.Process().children(recursive=True)


def is_browser(process: psutil.Process) -> bool:
    """Return whether `process` is the main process of a browser; its child processes have types."""
    command = command_of(process)
    return "--remote-debugging-pipe" in command and not any(
        argument.startswith("--type=") for argument in command
    )


def browser_of(processes: list[psutil.Process]) -> psutil.Process:
    """Return the browser's main process. The last match counts: a start script may precede it."""
    return [process for process in processes if is_alive(process) and is_browser(process)][-1]


def driver_of(processes: list[psutil.Process]) -> psutil.Process:
    """Return the driver process of Playwright."""
    return next(p for p in processes if is_alive(p) and "run-driver" in command_of(p))


async def until_gone(processes: list[psutil.Process]) -> None:
    """Wait until all `processes` have ended."""
    async with asyncio.timeout(120):
        while any(map(is_alive, processes)):  # noqa: ASYNC110 -- no event reports the end of grandchildren
            await asyncio.sleep(0.02)


def browsers() -> set[psutil.Process]:
    """Return the main processes of all browsers that this process has started."""
    return set(filter(is_browser, family()))
