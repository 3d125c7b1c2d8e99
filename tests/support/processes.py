"""Processes as tests see them, which may end while they are looked at."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil


def is_alive(process: psutil.Process) -> bool:
    """Whether it has not ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def command_of(process: psutil.Process) -> list[str]:
    """Its command line, empty once it has ended."""
    try:
        return list(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def listening(process: psutil.Process) -> list[tuple[str, int]]:
    """Host and port of all that it listens on."""
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return [
            (connection.laddr.ip, connection.laddr.port)
            for connection in process.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
    return []


def states_of_threads(pid: int) -> list[str]:
    """The letters that `/proc` has for the states of all threads of a process, see proc(5)."""
    files = Path(f"/proc/{pid}/task").glob("*/stat")
    # After the name, which may hold spaces and brackets.
    return [file.read_text().rpartition(")")[2].split()[0] for file in files]
