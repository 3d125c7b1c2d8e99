"""The terminal: one line per event, with a coloured prefix that names the part."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

_COLOURS = (36, 35, 32, 33, 34, 96, 95, 92)
_RESET = "\x1b[0m"
_PREFIX_WIDTH = 8


class Console:
    """Writes to `stream`, with colours if it is a terminal and `NO_COLOR` is not set.

    See https://no-color.org for `NO_COLOR`.
    """

    def __init__(self, stream: TextIO) -> None:
        if isinstance(stream, io.TextIOWrapper):
            # The encoding of the terminal may lack characters that the parts write.
            stream.reconfigure(errors="replace")
        self._stream: TextIO | None = stream
        self.is_terminal = stream.isatty()
        self._has_colours = self.is_terminal and not os.environ.get("NO_COLOR")
        self._colour_of: dict[str, int] = {}

    def say(self, text: str = "") -> None:
        """Write `text`, which may have several lines."""
        self._write(text + "\n")

    def line(self, part: str, text: str) -> None:
        """Write a line of the part with that name."""
        prefix = f"{part:<{_PREFIX_WIDTH}} |"
        if self._has_colours:
            colour = self._colour_of.setdefault(
                part, _COLOURS[len(self._colour_of) % len(_COLOURS)]
            )
            prefix = f"\x1b[{colour}m{prefix}{_RESET}"
        self._write(f"{prefix} {text}\n")

    def redraw(self, lines: list[str], previous: int) -> None:
        """Replace the `previous` lines above the cursor with `lines`. For terminals only."""
        up = f"\x1b[{previous}A" if previous else ""
        self._write(up + "".join(f"\x1b[2K{line}\n" for line in lines))

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            # The terminal or the reader of the pipe is gone. The parts must still stop in order,
            # so go on without output. The interpreter flushes stdout at its exit, and that would
            # fail without the redirection.
            self._stream = None
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
