"""Listeners of one item, on objects of Playwright that outlive it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Listeners:
    """What was added, so that all of it can be removed again."""

    def __init__(self) -> None:
        self._added: list[tuple[Any, str, Callable[[Any], None]]] = []

    def add(self, emitter: Any, event: str, listener: Callable[[Any], None]) -> None:
        """Has `emitter` call `listener`, with what the event is about."""
        emitter.on(event, listener)
        self._added.append((emitter, event, listener))

    def remove(self) -> None:
        """Takes all of them away."""
        while self._added:
            emitter, event, listener = self._added.pop()
            emitter.remove_listener(event, listener)
