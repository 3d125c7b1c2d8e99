"""The progress of a batch on the terminal: redrawn in place, or a line per change elsewhere."""

from __future__ import annotations

import shutil
from typing import Any
from urllib.parse import urlsplit

from stack.console import Console

Item = dict[str, Any]

_SIGNS = {"pending": "·", "running": "▸", "completed": "✓", "failed": "✗", "cancelled": "-"}
_SPARE_ROWS = 3


class Progress:
    """Shows the items of one batch; call `show` with what the API answers."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: list[str] = []

    def show(self, items: list[Item]) -> None:
        """Brings what is shown up to date."""
        size = shutil.get_terminal_size()
        lines = [_line(item) for item in items]
        if self._console.is_terminal and len(items) + _SPARE_ROWS <= size.lines:
            # A line that wraps would throw the count of lines off.
            cut = [line[: size.columns - 1] for line in lines]
            self._console.redraw(cut, previous=len(self._shown))
        else:
            before = self._shown or [""] * len(lines)
            for old, new in zip(before, lines, strict=True):
                if old != new:
                    self._console.say(new)
        self._shown = lines


def short(url: str) -> str:
    """What tells `url` from the others of a batch."""
    parts = urlsplit(url)
    return (parts.netloc if parts.path in ("", "/") else "") + (parts.path or "/")


def _line(item: Item) -> str:
    sign = _SIGNS.get(item["status"], "?")
    reason = f"  {item['errorCode']}" if item["errorCode"] else ""
    return f"  {sign} {item['status']:<9}  {short(item['url'])}{reason}"
