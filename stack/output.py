"""The output of a part: it goes to a log file, to the terminal, and into error messages."""

from __future__ import annotations

import asyncio
from collections import deque
from logging import makeLogRecord
from logging.handlers import RotatingFileHandler
from typing import IO

from stack.console import Console
from stack.part import Part

_LOG_BYTES = 10 * 2**20
_TAIL_LINES = 20
_READ_BYTES = 2**16


class PartOutput:
    """Writes the output of `part` to its log file, and the shown lines to `console`."""

    def __init__(self, part: Part, console: Console | None) -> None:
        self._part = part
        self._console = console
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        part.log.parent.mkdir(parents=True, exist_ok=True)
        self._log = RotatingFileHandler(part.log, maxBytes=_LOG_BYTES, backupCount=1, delay=True)

    async def forward(self, pipe: IO[bytes]) -> None:
        """Write every line that comes through `pipe`, until its end."""
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            rest = b""
            while chunk := await reader.read(_READ_BYTES):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._write_line(line)
            if rest:
                self._write_line(rest)
        finally:
            transport.close()

    def announce(self, event: str) -> None:
        """Write a line about the part itself. It is always shown."""
        self._write(f"*** {event}", shown=True)

    def with_tail(self, problem: str) -> str:
        """Return a message with `problem` and the last lines of the log."""
        lines = [f"{self._part.name} {problem}. The end of {self._part.log}:"]
        return "\n".join(lines + [f"    {line}" for line in self._tail])

    def close(self) -> None:
        """Close the log file. The next line opens it again."""
        self._log.close()

    def _write_line(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        self._write(text, shown=self._part.is_shown(text))

    def _write(self, text: str, *, shown: bool) -> None:
        self._tail.append(text)
        self._log.emit(makeLogRecord({"msg": text}))
        if shown and self._console is not None:
            self._console.line(self._part.name, text)
