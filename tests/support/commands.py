"""Command lines that run as at a terminal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from stack.ports import is_free
from tests.support.paths import ROOT
from tests.support.processes import command_of, is_alive, listening

_MARK = "STACK_TEST_MARK"
"""Environment variable that marks all processes of one command."""

READY = re.compile(r"^ *curl -X POST", re.MULTILINE)
"""The output of `make up` once the stack is ready."""


def wait_until(condition: Callable[[], object], timeout: float, what: str) -> None:
    """Block until `condition()` is true. Fail after `timeout` seconds, and name `what`."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(0.05)


class Command:
    """A command line in a session of its own, as at a terminal. Its output goes to a file."""

    def __init__(
        self, arguments: list[str], folder: Path, stdin: int = subprocess.DEVNULL, **env: str
    ) -> None:
        self.mark = uuid.uuid4().hex
        self._output = folder / "output"
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env={
                    **os.environ,
                    _MARK: self.mark,
                    "SPIDRA_DATA_DIR": str(folder / "data"),
                    "SPIDRA_API_PORT": "0",
                    "TMPDIR": str(folder),
                    **env,
                },
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """Everything that the command has written."""
        return self._output.read_text()

    def wait_ready(self) -> None:
        """Block until `make up` says that the stack is ready."""
        wait_until(
            lambda: READY.search(self.output) or self.process.poll() is not None, 180, self.output
        )
        assert self.process.poll() is None, self.output

    def wait(self, timeout: float = 120) -> int:
        """Block until the command ends, and return its exit status."""
        return self.process.wait(timeout)

    def press_ctrl_c(self) -> None:
        """Send SIGINT to the process group in the foreground, as the terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def processes(self) -> list[psutil.Process]:
        """Return the processes that the command has started, itself included."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if process.environ().get(_MARK) == self.mark and is_alive(process):
                    found.append(process)
        return found

    def ports(self) -> list[tuple[str, int]]:
        """Return the addresses on which the processes listen."""
        return [address for process in self.processes() for address in listening(process)]

    def supervisor(self) -> psutil.Process:
        """Return the process of `python -m stack`."""
        return next(p for p in self.processes() if "-m stack" in " ".join(command_of(p)))

    def assert_gone(self, ports: list[tuple[str, int]]) -> None:
        """Fail if a process is left within a minute, or one of the `ports` is taken."""
        assert len(ports) > 5, "the API, Temporal and S3 listened"
        wait_until(lambda: not self.processes(), 60, "the end of all processes")
        for host, port in ports:
            assert is_free(host, port), f"{host}:{port}"

    def kill_rest(self) -> None:
        """Kill the processes that are left."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(10)
