"""A part of the stack: one program and what is needed to run it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """A program of the stack."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    """The whole environment of the process."""
    cwd: Path
    log: Path
    """The file that gets all output of the process."""
    probe: Callable[[int], Awaitable[bool]]
    """Returns within seconds whether the process with this id is ready."""
    stop_seconds: float
    """How long the process may take to end after SIGTERM before it is killed."""
    tries: int = 1
    """How often the process may end before it is ready for the first time.

    More than once if it chooses ports itself: another program may take one before it listens.
    """
    is_shown: Callable[[str], bool] = lambda _line: True
    """Returns whether the terminal shows a line of output as well."""
    clean_up: Callable[[], None] = lambda: None
    """Removes what the process leaves outside its data folder; called after each end."""
