"""Supervision of one part: its process is started, watched and stopped."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from stack.errors import StackError
from stack.part import Part
from stack.supervisor import SupervisedPart
from tests.support.commands import wait_until
from tests.support.processes import is_alive


@pytest.fixture
def make_part(tmp_path: Path) -> Callable[..., Part]:
    """Make parts that run a program in Python."""

    async def always(_pid: int) -> bool:
        return True

    def make(program: str, **changes: object) -> Part:
        fields: dict[str, object] = {
            "name": "part",
            "command": (sys.executable, "-u", "-c", program),
            "env": dict(os.environ),
            "cwd": tmp_path,
            "log": tmp_path / "part.log",
            "probe": always,
            "stop_seconds": 10.0,
        }
        return Part(**{**fields, **changes})  # type: ignore[arg-type]

    return make


async def has_logged(part: Part, text: str) -> str:
    """Wait until `text` is in the log, and return the log."""
    await asyncio.to_thread(
        wait_until, lambda: part.log.exists() and text in part.log.read_text(), 60, text
    )
    return part.log.read_text()


SLEEP = "import time; print('started'); time.sleep(600)"


async def test_a_process_that_dies_is_started_again(make_part: Callable[..., Part]) -> None:
    part = make_part(SLEEP)
    supervised = SupervisedPart(part, console=None)
    supervised.start()
    await supervised.wait_ready(150)
    first = supervised.pid
    supervised.kill()
    await has_logged(part, "*** killed by SIGKILL; starting again in 0.2 s")
    await has_logged(part, "starting again in 0.2 s\nstarted")
    assert supervised.pid != first
    await supervised.stop()
    assert not psutil.pid_exists(first)
    with pytest.raises(StackError, match="not running"):
        _ = supervised.pid


async def test_restarts_do_not_end_and_each_waits_longer(
    make_part: Callable[..., Part],
) -> None:
    part = make_part("import sys; sys.exit(3)")
    supervised = SupervisedPart(part, console=None)
    supervised.start()
    log = await has_logged(part, "starting again in 1.6 s")
    await supervised.stop()
    assert re.findall(r"ended with status 3; starting again in (\S+) s", log) == [
        "0.2",
        "0.4",
        "0.8",
        "1.6",
    ]


async def test_a_failed_start_is_reported_with_the_end_of_the_log(
    make_part: Callable[..., Part],
) -> None:
    async def never(_pid: int) -> bool:
        return False

    supervised = SupervisedPart(make_part("print('the reason')", probe=never), console=None)
    supervised.start()
    with pytest.raises(StackError, match=r"(?s)ended before it was ready.*the reason"):
        await supervised.wait_ready(150)
    await supervised.stop()


async def test_a_process_that_ignores_sigterm_is_killed_with_its_children(
    make_part: Callable[..., Part],
) -> None:
    program = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print('child', child.pid, 'here')\n"
        "time.sleep(600)\n"
    )
    part = make_part(program, stop_seconds=0.5)
    supervised = SupervisedPart(part, console=None)
    supervised.start()
    log = await has_logged(part, "here")
    parent, child = supervised.pid, psutil.Process(int(log.split()[1]))
    await supervised.stop()
    assert not psutil.pid_exists(parent)
    wait_until(lambda: not is_alive(child), 60, "the end of the child in another session")
