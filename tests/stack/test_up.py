"""`make up` as a process: what it prints, and what it leaves behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import READY, Command, wait_until
from tests.support.processes import command_of

UP = ["up", "--temporal-port", "0", "--temporal-ui-port", "0", "--s3-port", "0"]
PYTHON_UP = [sys.executable, "-m", "stack", *UP]
# Without the set-up: it is done already.
MAKE_UP = ["make", "-o", ".venv/.installed", "-o", "browser", "up", f"ARGS={' '.join(UP[1:])}"]


def stop_by_ctrl_c(up: Command) -> None:
    up.press_ctrl_c()


def stop_by_sigterm(up: Command) -> None:
    up.process.terminate()


def stop_by_hangup(up: Command) -> None:
    up.process.send_signal(signal.SIGHUP)


def kill_the_supervisor(up: Command) -> None:
    up.supervisor().kill()


def kill_make(up: Command) -> None:
    assert up.process.pid != up.supervisor().pid
    up.process.kill()


@pytest.mark.parametrize(
    ("command", "stop", "status"),
    [
        (PYTHON_UP, stop_by_ctrl_c, 0),
        (PYTHON_UP, stop_by_hangup, 0),
        (PYTHON_UP, kill_the_supervisor, -signal.SIGKILL),
        (MAKE_UP, stop_by_sigterm, -signal.SIGTERM),
        (MAKE_UP, kill_make, -signal.SIGKILL),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_up_leaves_no_process_and_no_port(
    run: Callable[..., Command],
    command: list[str],
    stop: Callable[[Command], None],
    status: int,
) -> None:
    up = run(command)
    up.wait_ready()
    ports = up.ports()
    stop(up)
    assert up.wait() == status, up.output
    up.assert_gone(ports)
    assert "Traceback" not in up.output


def test_up_ends_with_its_terminal(run: Callable[..., Command]) -> None:
    master, slave = os.openpty()
    up = run(MAKE_UP, stdin=slave)
    os.close(slave)
    up.wait_ready()
    ports = up.ports()
    os.close(master)
    assert up.wait() == 0, up.output
    up.assert_gone(ports)


def test_ctrl_c_during_the_start_leaves_no_process(run: Callable[..., Command]) -> None:
    up = run(PYTHON_UP)
    wait_until(lambda: len(up.processes()) > 3, 90, "the first parts")
    stop_by_ctrl_c(up)
    assert up.wait() == 0, up.output
    assert not up.processes()
    assert "Traceback" not in up.output


def test_up_prints_a_command_that_works(run: Callable[..., Command]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    up = run(MAKE_UP, NO_COLOR="")
    up.wait_ready()
    assert "demo-key-local-only (SPIDRA_API_KEYS is not set)" in up.output
    assert "\x1b[" not in up.output, "no colours outside of a terminal"
    lines = up.output[READY.search(up.output).start() :]  # type: ignore[union-attr]
    pasted = lines.split("\n\n")[0]
    answer = subprocess.run(  # noqa: S602 -- as a user pastes it
        pasted,
        shell=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert '"status":"queued"' in answer.stdout.replace(" ", ""), answer
    killed = next(p for p in up.processes() if command_of(p)[1:] == ["worker.py"])
    killed.kill()
    wait_until(
        lambda: re.search(r"^worker-1 +\| \*\*\* killed by SIGKILL", up.output, re.MULTILINE),
        10,
        "the line about the kill",
    )
    stop_by_ctrl_c(up)
    up.wait()
    assert not up.processes()


@pytest.mark.parametrize("what", ["SPIDRA_API_PORT", "--temporal-port", "--s3-port"])
def test_a_taken_port_is_named_before_anything_starts(
    run: Callable[..., Command], tmp_path: Path, what: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments, env = [*PYTHON_UP], {}
        if what.startswith("--"):
            arguments[arguments.index(what) + 1] = port
        else:
            env[what] = port
        up = run(arguments, **env)
        assert up.wait() == 2
    errors = [line for line in up.output.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert port in errors[0]
    assert what in errors[0]
    assert not (tmp_path / "data" / "logs").exists()


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"SPIDRA_TABS": "many"}, "SPIDRA_TABS"),
        ({"SPIDRA_TAB": "3"}, "Did you mean SPIDRA_TABS?"),
        ({"SPIDRA_S3_ENDPOINT_URL": "http://127.0.0.1:1"}, "SPIDRA_S3_BUCKET is not set"),
    ],
)
def test_a_wrong_setting_is_named(
    run: Callable[..., Command], env: dict[str, str], message: str
) -> None:
    up = run(PYTHON_UP, **env)
    assert up.wait() == 2
    assert message in up.output
    assert "Traceback" not in up.output
