"""Listeners of one item, on objects of Playwright that outlive it."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

Listener = Callable[[Any], None]


class EventRelay:
    """Passes events of objects of Playwright on to whoever listens at the time.

    Playwright tells its driver whenever the first listener for an event comes, and when the last
    one goes; those made here stay. Call `listeners` for the listeners of one item.
    """

    def __init__(self) -> None:
        self._relays: dict[tuple[Any, str], _Relay] = {}

    def listeners(self) -> Listeners:
        """None yet."""
        return Listeners(self._relay)

    def _relay(self, emitter: Any, event: str) -> _Relay:
        relay = self._relays.get((emitter, event))
        if relay is None:
            relay = self._relays[emitter, event] = _Relay()
            emitter.on(event, relay)
        return relay


class Listeners:
    """What was added, so that all of it can be removed again. Made by `EventRelay`."""

    def __init__(self, relay: Callable[[Any, str], _Relay]) -> None:
        self._relay = relay
        self._added: list[tuple[_Relay, Listener]] = []

    def add(self, emitter: Any, event: str, listener: Listener) -> None:
        """Has `emitter` call `listener`, with what the event is about."""
        relay = self._relay(emitter, event)
        relay.listeners.append(listener)
        self._added.append((relay, listener))

    def remove(self) -> None:
        """Takes all of them away."""
        while self._added:
            relay, listener = self._added.pop()
            relay.listeners.remove(listener)


class _Relay:
    """Calls several listeners; a listener of Playwright's."""

    __signature__ = Signature([Parameter("about", Parameter.POSITIONAL_ONLY)])
    """Playwright asks for it at each event, and finding it out takes longer than most listeners."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def __call__(self, about: Any) -> None:
        for listener in tuple(self.listeners):
            listener(about)
