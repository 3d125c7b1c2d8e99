"""Keeps a part running: starts it, starts it again when it dies, and stops it.

Each process has its own session and process group, so Ctrl-C at the terminal reaches only this
process. `run_with_parent` makes sure that the processes end even if this one is killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import psutil

from stack import run_with_parent
from stack.console import Console
from stack.errors import StackError
from stack.output import PartOutput
from stack.part import Part

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_STABLE_SECONDS = 30.0
"""A process that ran this long, or became ready, is started again after `_FIRST_PAUSE`."""

_PROBE_PAUSE = 0.05
_DRAIN_SECONDS = 1.0
"""How long to wait for the last output of an ended process.

There may be no end of the output: a child of the process may hold the pipe open.
"""


class SupervisedPart:
    """A part that is kept running from `start()` to `stop()`."""

    def __init__(self, part: Part, console: Console | None) -> None:
        self.part = part
        self._output = PartOutput(part, console)
        self._process: subprocess.Popen[bytes] | None = None
        self._supervision: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._ready: subprocess.Popen[bytes] | None = None
        """The latest process that became ready."""
        self._killed: subprocess.Popen[bytes] | None = None
        """The latest process that `kill()` has killed. It may not have ended yet."""
        self._ends = 0
        """How often the process has ended since `start()`."""

    @property
    def pid(self) -> int:
        """The id of the process. Raises `StackError` while no process runs."""
        if self._process is None:
            raise StackError(f"{self.part.name} is not running.")
        return self._process.pid

    @property
    def is_started(self) -> bool:
        """Whether the process is kept running."""
        return self._supervision is not None and not self._supervision.done()

    def is_running(self, pid: int) -> bool:
        """Return whether the running process has this id."""
        return self._process is not None and self._process.pid == pid

    def start(self) -> None:
        """Start the process and return at once; see `wait_ready`.

        Call it in the main thread: the process ends when the thread that started it ends. Raises
        `StackError` if the part is started already.
        """
        if self.is_started:
            raise StackError(f"{self.part.name} is running.")
        self._stopping.clear()
        self._ready = None
        self._ends = 0
        self._supervision = asyncio.create_task(self._supervise(), name=self.part.name)

    async def wait_ready(self, timeout: float) -> None:
        """Wait until the process is ready.

        Raises `StackError`, with the end of the log, after `timeout` seconds or if the process
        keeps ending before it is ready.
        """
        deadline = time.monotonic() + timeout
        while not await self._is_ready():
            if self._ends >= self.part.tries and self._ready is None:
                raise StackError(self._output.with_tail("ended before it was ready"))
            if time.monotonic() > deadline:
                raise StackError(self._output.with_tail(f"is not ready after {timeout:.0f} s"))
            await asyncio.sleep(_PROBE_PAUSE)

    async def stop(self) -> None:
        """End the process and its descendants for good.

        The process gets SIGTERM first, and SIGKILL after `stop_seconds`.
        """
        if self._supervision is None:
            return
        self._stopping.set()
        descendants = self._descendants()
        if self._process is not None:
            self._process.terminate()
        await asyncio.wait([self._supervision], timeout=self.part.stop_seconds)
        if not self._supervision.done():
            self.kill_for_good()
            await asyncio.wait([self._supervision])
        _kill(descendants)
        self._output.close()

    def kill(self) -> None:
        """Kill the process with SIGKILL. It is started again."""
        os.kill(self.pid, signal.SIGKILL)
        self._killed = self._process

    def kill_for_good(self) -> None:
        """Kill the process and its descendants. `stop()` is quick afterwards."""
        self._stopping.set()
        descendants = self._descendants()
        if self._process is not None:
            self._process.kill()
        _kill(descendants)

    async def _is_ready(self) -> bool:
        process = self._process
        if process is None or process is self._killed or not await self.part.probe(process.pid):
            return False
        self._ready = process
        return True

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            started = time.monotonic()
            ready_before = self._ready
            end = await self._run_once()
            self._ends += 1
            self.part.clean_up()
            if self._stopping.is_set():
                return
            was_stable = time.monotonic() - started > _STABLE_SECONDS
            if was_stable or self._ready is not ready_before:
                pause = _FIRST_PAUSE
            self._output.announce(f"{end}; starting again in {pause:.1f} s")
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
                    return
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _run_once(self) -> str:
        """Run the process until it ends. Return a description of its end."""
        try:
            process = self._spawn()
        except OSError as error:
            return f"could not be started: {error}"
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        self._process = process
        output = asyncio.create_task(self._output.forward(process.stdout))
        await _wait_ended(process)
        # Before wait(): until the dead process is reaped, no other process can get its id.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        status = process.wait()
        self._process = None
        with suppress(TimeoutError):
            await asyncio.wait_for(output, _DRAIN_SECONDS)
        if status < 0:
            return f"killed by {signal.Signals(-status).name}"
        return f"ended with status {status}"

    def _spawn(self) -> subprocess.Popen[bytes]:
        wrapper = (sys.executable, "-I", "-S", run_with_parent.__file__, str(os.getpid()))
        return subprocess.Popen(
            (*wrapper, *self.part.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(self.part.env),
            cwd=self.part.cwd,
            start_new_session=True,
        )

    def _descendants(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


async def _wait_ended(process: subprocess.Popen[bytes]) -> None:
    """Wait until the process has ended, without reaping it.

    The subprocesses of asyncio count as running while any process holds their output open. A
    browser can outlive its worker and do so.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def wait() -> None:
        with suppress(ChildProcessError):  # other code in this process has reaped it
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # psutil raises this for a reused id, too
            process.kill()
