"""Keeps a process running: starts it, forwards its output, starts it again when it dies, stops it.

Each process has a session and process group of its own, so that Ctrl-C at the terminal reaches
only us, and is tethered to us, so that it goes even if we are killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from logging import makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

import psutil

from stack import run_with_parent
from stack.console import Console
from stack.errors import StackError

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_STABLE_SECONDS = 30.0
"""A process that lived this long, or was seen to be ready, is started again after the first,
short pause."""

_PROBE_PAUSE = 0.05
_DRAIN_SECONDS = 1.0
"""For the last output of a process that has ended: what it has started may hold the pipe open."""

_LOG_BYTES = 10 * 2**20
_TAIL_LINES = 20
_READ_BYTES = 2**16


@dataclass(frozen=True)
class Part:
    """A program of the stack, and what there is to know to run it."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    """The whole environment."""
    cwd: Path
    log: Path
    """Everything that it writes, besides the terminal."""
    probe: Callable[[int], Awaitable[bool]]
    """Whether the process with this id is ready to be used. Must answer within seconds."""
    stop_seconds: float
    """How long it may take to end after SIGTERM, before it is killed."""
    tries: int = 1
    """How often it may end before it was ever ready, until that is an error: more than once if it
    chooses ports itself, which another may take before it listens."""
    is_shown: Callable[[str], bool] = lambda _line: True
    """Whether a line of its output is for the terminal as well."""
    clean_up: Callable[[], None] = lambda: None
    """Removes what it leaves behind outside its data folder; called whenever it has ended."""


class Supervised:
    """A part that is kept running from `start()` to `stop()`."""

    def __init__(self, part: Part, console: Console | None) -> None:
        self.part = part
        self._console = console
        self._process: subprocess.Popen[bytes] | None = None
        self._supervision: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._ready: subprocess.Popen[bytes] | None = None
        """The latest process that was seen to be ready."""
        self._killed: subprocess.Popen[bytes] | None = None
        """The latest that `kill()` has killed, which may not have ended yet."""
        self._ends = 0
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        part.log.parent.mkdir(parents=True, exist_ok=True)
        self._log = RotatingFileHandler(part.log, maxBytes=_LOG_BYTES, backupCount=1, delay=True)

    @property
    def pid(self) -> int:
        """Of the process. Raises `StackError` while there is none."""
        if self._process is None:
            raise StackError(f"{self.part.name} is not running.")
        return self._process.pid

    @property
    def is_started(self) -> bool:
        """Whether the process is kept running."""
        return self._supervision is not None and not self._supervision.done()

    def is_running(self, pid: int) -> bool:
        """Whether the process is the one with this id, and has not ended."""
        return self._process is not None and self._process.pid == pid

    @property
    def log_path(self) -> Path:
        """The file that holds its output."""
        return self.part.log

    def start(self) -> None:
        """Starts the process and returns at once; see `wait_ready`. Must be called in the main
        thread, with whose end the process would end. Raises `StackError` if it runs already."""
        if self.is_started:
            raise StackError(f"{self.part.name} is running.")
        self._stopping.clear()
        self._ready = None
        self._ends = 0
        self._supervision = asyncio.create_task(self._supervise(), name=self.part.name)

    async def wait_ready(self, timeout: float) -> None:
        """Returns when the process is ready. Raises `StackError`, with the end of its log, if it
        is not within `timeout` seconds, or if it keeps ending before it was ever ready."""
        deadline = time.monotonic() + timeout
        while not await self._is_ready():
            if self._ends >= self.part.tries and self._ready is None:
                raise StackError(self._with_tail("ended before it was ready"))
            if time.monotonic() > deadline:
                raise StackError(self._with_tail(f"is not ready after {timeout:.0f} s"))
            await asyncio.sleep(_PROBE_PAUSE)

    async def stop(self) -> None:
        """Ends the process and what it has started: SIGTERM, and SIGKILL when its time is over.
        It is not started again."""
        if self._supervision is None:
            return
        self._stopping.set()
        descendants = self._descendants()
        if self._process is not None:
            self._process.terminate()
        await asyncio.wait([self._supervision], timeout=self.part.stop_seconds)
        if not self._supervision.done():
            self.kill_now()
            await asyncio.wait([self._supervision])
        _kill(descendants)
        self._log.close()

    def kill(self) -> None:
        """Sends SIGKILL to the process; it will be started again."""
        os.kill(self.pid, signal.SIGKILL)
        self._killed = self._process

    def kill_now(self) -> None:
        """Kills the process with all that it has started, for good; `stop()` then has to wait no
        more."""
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
            seen_ready = self._ready
            end = await self._run_once()
            self._ends += 1
            self.part.clean_up()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > _STABLE_SECONDS or self._ready is not seen_ready:
                pause = _FIRST_PAUSE
            self._emit(f"*** {end}; starting again in {pause:.1f} s", shown=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
                    return
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _run_once(self) -> str:
        """Runs the process until it ends, and says how it did."""
        try:
            process = self._spawn()
        except OSError as error:
            return f"could not be started: {error}"
        self._process = process
        output = asyncio.create_task(self._forward(process))
        await _ended(process)
        # Before wait(): as long as the dead process is not reaped nobody else can get its id.
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

    async def _forward(self, process: subprocess.Popen[bytes]) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), process.stdout
        )
        try:
            rest = b""
            while chunk := await reader.read(_READ_BYTES):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._emit_output(line)
            if rest:
                self._emit_output(rest)
        finally:
            transport.close()

    def _emit_output(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        self._emit(text, shown=self.part.is_shown(text))

    def _emit(self, text: str, *, shown: bool) -> None:
        self._tail.append(text)
        self._log.emit(makeLogRecord({"msg": text}))
        if shown and self._console is not None:
            self._console.line(self.part.name, text)

    def _descendants(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def _with_tail(self, problem: str) -> str:
        lines = [f"{self.part.name} {problem}. The end of {self.part.log}:"]
        return "\n".join(lines + [f"    {line}" for line in self._tail])


async def _ended(process: subprocess.Popen[bytes]) -> None:
    """Returns when the process has ended, without reaping it.

    asyncio's own subprocesses count as running for as long as anyone holds their output open, and
    a browser can outlive its worker.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def wait() -> None:
        with suppress(ChildProcessError):  # somebody else in this process has reaped it
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # which psutil raises for a reused id, too
            process.kill()
