"""The terminal: a line per event, each with a fixed-width, coloured prefix that names its part."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

_COLOURS = (36, 35, 32, 33, 34, 96, 95, 92)
_RESET = "\x1b[0m"
_PREFIX_WIDTH = 8


class Console:
    """Writes to `stream`. Coloured on a terminal, unless `NO_COLOR` is set (no-color.org)."""

    def __init__(self, stream: TextIO) -> None:
        if isinstance(stream, io.TextIOWrapper):
            # What the parts write need not fit the encoding of this terminal.
            stream.reconfigure(errors="replace")
        self._stream: TextIO | None = stream
        self.is_terminal = stream.isatty()
        self._coloured = self.is_terminal and not os.environ.get("NO_COLOR")
        self._colour_of: dict[str, int] = {}

    def say(self, text: str = "") -> None:
        """Writes `text`, which may have several lines, as it is."""
        self._write(text + "\n")

    def line(self, source: str, text: str) -> None:
        """Writes a line that comes from `source`, the name of a part."""
        prefix = f"{source:<{_PREFIX_WIDTH}} |"
        if self._coloured:
            colour = self._colour_of.setdefault(
                source, _COLOURS[len(self._colour_of) % len(_COLOURS)]
            )
            prefix = f"\x1b[{colour}m{prefix}{_RESET}"
        self._write(f"{prefix} {text}\n")

    def redraw(self, lines: list[str], previous: int) -> None:
        """On a terminal: replaces the `previous` lines above the cursor by `lines`."""
        up = f"\x1b[{previous}A" if previous else ""
        self._write(up + "".join(f"\x1b[2K{line}\n" for line in lines))

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            # The terminal or the pipe's reader is gone; that must not keep us from stopping the
            # parts in order. Without this the interpreter would fail on the rest at its exit.
            self._stream = None
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
