"""Processes under test. Each may end while a function looks at it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil


def is_alive(process: psutil.Process) -> bool:
    """Return whether the process has not ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def command_of(process: psutil.Process) -> list[str]:
    """Return the command line. It is empty if the process has ended."""
    try:
        return list(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def listening(process: psutil.Process) -> list[tuple[str, int]]:
    """Return the hosts and ports on which the process listens."""
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return [
            (connection.laddr.ip, connection.laddr.port)
            for connection in process.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
    return []


def states_of_threads(pid: int) -> list[str]:
    """Return the state of each thread of a process, as a letter of proc(5)."""
    files = Path(f"/proc/{pid}/task").glob("*/stat")
    # The state follows the name. The name may contain spaces and brackets.
    return [file.read_text().rpartition(")")[2].split()[0] for file in files]
