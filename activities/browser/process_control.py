"""The operating system's processes of one browser: how much memory they take, how they end."""

from __future__ import annotations

import logging
import os
import re
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

ProcessInfo = dict[str, Any]
"""One entry of the answer to the browser's command `SystemInfo.getProcessInfo`."""

_PAGE_PROCESS = "renderer"
"""Chromium's name for the type of processes that run pages."""


class BrowserProcesses:
    """The processes of one browser, and the driver process of Playwright."""

    def __init__(self, browser_pid: int) -> None:
        # The browser has its own process group. Its leader is the browser or its start script.
        self._group = os.getpgid(browser_pid)
        self._driver = _parent_of(self._group)

    def kill_browser(self) -> None:
        """Kill all processes of the browser at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._group, signal.SIGKILL)

    def kill_driver(self) -> None:
        """Kill the driver process."""
        if self._driver is not None:
            with suppress(ProcessLookupError):
                os.kill(self._driver, signal.SIGKILL)


def kill_bloated_pages(processes: Sequence[ProcessInfo], max_memory: int) -> None:
    """Kill each page process that takes more than `max_memory` bytes."""
    for process in processes:
        if process["type"] == _PAGE_PROCESS and _resident_bytes(process["id"]) > max_memory:
            logger.warning("a page took too much memory", extra={"limit": max_memory})
            with suppress(ProcessLookupError):
                os.kill(process["id"], signal.SIGKILL)


def memory_besides_pages(processes: Sequence[ProcessInfo]) -> int:
    """Return the private memory, in bytes, of all processes that run no pages."""
    return sum(
        _private_bytes(process["id"]) for process in processes if process["type"] != _PAGE_PROCESS
    )


def _parent_of(pid: int) -> int | None:
    """Return the parent of process `pid`; None on a system without `/proc`."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return None
    found = re.search(r"^PPid:\s+(\d+)$", status, re.MULTILINE)
    return int(found[1]) if found else None


def _resident_bytes(pid: int) -> int:
    """Return the memory of process `pid`; 0 if it has ended or there is no `/proc`."""
    return _memory_pages(pid)[0] * os.sysconf("SC_PAGE_SIZE")


def _private_bytes(pid: int) -> int:
    """Return the memory of process `pid` without shared memory, such as its program code."""
    resident, shared = _memory_pages(pid)
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")


def _memory_pages(pid: int) -> tuple[int, int]:
    """Return the numbers of resident and of shared memory pages of process `pid`."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (OSError, ValueError):
        return 0, 0
    return int(resident), int(shared)
