"""Commands for the tests of the stack."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.commands import Command


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    """Start command lines. The processes that are left are killed at the end of the test."""
    started: list[Command] = []

    def start(arguments: list[str], stdin: int = subprocess.DEVNULL, **env: str) -> Command:
        command = Command(arguments, tmp_path, stdin, **env)
        started.append(command)
        return command

    yield start
    for command in started:
        command.kill_rest()
