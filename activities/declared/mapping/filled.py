"""The result of filling a schema, with the origin of each value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from activities.declared.entities import Source
from domain.schema.references import value_at


@dataclass(frozen=True)
class Provenance:
    """The origin of a value."""

    source: Source
    path: str
    """Path of schema.org properties, or the label of a table's row."""
    disagreeing: tuple[Source, ...] = ()
    """Less trusted sources that declare another value."""


@dataclass
class Filled:
    """A filled schema."""

    result: dict[str, Any]
    provenance: dict[str, Provenance] = field(default_factory=dict)
    """Origins by JSON Pointer (RFC 6901) of the value."""
    missing: list[str] = field(default_factory=list)
    """JSON Pointers of required properties that are null, except inside of lists."""
    uncertain: list[str] = field(default_factory=list)
    """JSON Pointers of values that are left out, because they do not have only one meaning."""

    def note_uncertain(self, pointer: str) -> None:
        """Note that the value at `pointer` is left out, because its meaning is not certain."""
        if pointer not in self.uncertain:
            self.uncertain.append(pointer)

    def value_at(self, pointer: str) -> Any:
        """Return the value at a JSON Pointer, or None if there is none."""
        return value_at(self.result, pointer)

    def forget(self, pointer: str) -> None:
        """Delete all that a failed attempt has noted at `pointer` and below."""
        below = f"{pointer}/"
        for place in [p for p in self.provenance if p == pointer or p.startswith(below)]:
            del self.provenance[place]
        self.missing = [place for place in self.missing if not place.startswith(below)]

    def forget_certain(self) -> None:
        """Delete from the uncertain values those that another attempt has found after all."""
        self.uncertain = [
            pointer
            for pointer in self.uncertain
            if (found := self.value_at(pointer)) is None or isinstance(found, list)
        ]

    def forget_missing_in_lists(self) -> None:
        """Delete the missing properties that are inside of lists."""
        self.missing = [
            pointer
            for pointer in self.missing
            if not any(part.isdecimal() for part in pointer.split("/"))
        ]
