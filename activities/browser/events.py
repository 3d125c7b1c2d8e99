"""Listeners of one item, on Playwright objects that live longer than the item."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

Listener = Callable[[Any], None]


class EventRelay:
    """Passes events of Playwright objects on to the current listeners.

    Playwright sends a message to its driver when an event gets its first listener, and when it
    loses its last one. The relay's own listeners stay, so items cause no such messages. Call
    `listeners` for the listeners of one item.
    """

    def __init__(self) -> None:
        self._relays: dict[tuple[Any, str], _Relay] = {}

    def listeners(self) -> Listeners:
        """Return an empty collection of listeners."""
        return Listeners(self._relay)

    def _relay(self, emitter: Any, event: str) -> _Relay:
        relay = self._relays.get((emitter, event))
        if relay is None:
            relay = self._relays[emitter, event] = _Relay()
            emitter.on(event, relay)
        return relay


class Listeners:
    """Listeners that are removed all together. Made by `EventRelay`."""

    def __init__(self, relay: Callable[[Any, str], _Relay]) -> None:
        self._relay = relay
        self._added: list[tuple[_Relay, Listener]] = []

    def add(self, emitter: Any, event: str, listener: Listener) -> None:
        """Call `listener` with the argument of each `event` of `emitter`."""
        relay = self._relay(emitter, event)
        relay.listeners.append(listener)
        self._added.append((relay, listener))

    def remove(self) -> None:
        """Remove all listeners."""
        while self._added:
            relay, listener = self._added.pop()
            relay.listeners.remove(listener)


class _Relay:
    """A listener for Playwright that calls several other listeners."""

    __signature__ = Signature([Parameter("argument", Parameter.POSITIONAL_ONLY)])
    """Playwright asks for the signature at each event. Without this attribute Python has to
    compute the signature, which takes longer than most listeners."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def __call__(self, argument: Any) -> None:
        for listener in tuple(self.listeners):
            listener(argument)
