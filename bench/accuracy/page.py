"""A page whose values are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.accuracy.markup import document

_TYPES: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "strings": {"type": "array", "items": {"type": "string"}},
}


@dataclass(frozen=True)
class Either:
    """Several values of which a careful reader would accept each."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)


@dataclass(frozen=True)
class Page:
    """A page, what is asked about it, and what a careful reader answers."""

    language: str
    kind: str
    title: str
    blocks: tuple[str, ...]
    values: dict[str, tuple[Any, Any]]
    """By name: the type of a value, and the value itself or an `Either`.

    The type is a type of JSON Schema, `date`, `strings`, a tuple for an enum, a dict for any other
    schema, or a list with a dict of types for a list of objects.
    """

    @property
    def name(self) -> str:
        """Return a name that no other page of its set has."""
        return f"{self.language}-{self.kind}"

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"https://{self.kind.replace(' ', '-')}.example/{self.language}/1"

    @property
    def html(self) -> str:
        """Return the page itself."""
        return document(self.language, self.title, self.blocks)

    @property
    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema that asks for the values."""
        return _object({name: kind for name, (kind, _) in self.values.items()})

    @property
    def truth(self) -> dict[str, Any]:
        """Return the values."""
        return {name: value for name, (_, value) in self.values.items()}


def _object(types: dict[str, Any]) -> dict[str, Any]:
    properties = {name: _schema_of(kind) for name, kind in types.items()}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _schema_of(kind: Any) -> dict[str, Any]:
    if isinstance(kind, dict):
        return kind
    if isinstance(kind, tuple):
        return {"type": "string", "enum": list(kind)}
    if isinstance(kind, list):
        return {"type": "array", "items": _object(kind[0])}
    return _TYPES.get(kind) or {"type": kind}


def described(kind: str, description: str) -> dict[str, Any]:
    """Return the schema of a value with a sentence that says what is meant."""
    return {**_schema_of(kind), "description": description}
