"""The progress of a batch on the terminal."""

from __future__ import annotations

import shutil
from typing import Any
from urllib.parse import urlsplit

from stack.console import Console

Item = dict[str, Any]

_SIGNS = {"pending": "·", "running": "▸", "completed": "✓", "failed": "✗", "cancelled": "-"}
_SPARE_ROWS = 3


class ProgressDisplay:
    """Shows one line per item of a batch.

    A terminal shows the lines in place. Other outputs get a line for each change.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: list[str] = []

    def show(self, items: list[Item]) -> None:
        """Show the `items` of the API's latest answer."""
        size = shutil.get_terminal_size()
        lines = [_line(item) for item in items]
        if self._console.is_terminal and len(items) + _SPARE_ROWS <= size.lines:
            # A wrapped line would take two rows and break the count of lines.
            cut = [line[: size.columns - 1] for line in lines]
            self._console.redraw(cut, previous=len(self._shown))
        else:
            before = self._shown or [""] * len(lines)
            for old, new in zip(before, lines, strict=True):
                if old != new:
                    self._console.say(new)
        self._shown = lines


def short(url: str) -> str:
    """Return a short name of `url` in its batch: the path, after the host if the path is `/`."""
    parts = urlsplit(url)
    return (parts.netloc if parts.path in ("", "/") else "") + (parts.path or "/")


def _line(item: Item) -> str:
    sign = _SIGNS.get(item["status"], "?")
    reason = f"  {item['errorCode']}" if item["errorCode"] else ""
    return f"  {sign} {item['status']:<9}  {short(item['url'])}{reason}"
