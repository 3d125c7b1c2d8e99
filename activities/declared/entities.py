"""The common form of all declared data: things with properties, named as in schema.org."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Union

Source = Literal[
    "json-ld", "microdata", "rdfa", "microformats", "opengraph", "meta", "table", "definition list"
]

_MAX_LEVELS = 6
"""Levels of things inside of things, as JSON. Things can refer to each other in circles."""

_MAX_EXPANDED = 2_000
"""Things of one page as JSON, for the same reason."""

Value = Union[str, int, float, bool, "Entity"]


class ShownText(str):
    """A value as readers see it. All other texts stand in places for machines."""

    language: str | None = None
    """The language of the text, if it differs from the page's."""
    is_joined: bool = False
    """Whether digits of two elements meet in the text, which a style sheet may set apart."""


@dataclass(eq=False)
class Entity:
    """A thing that the page describes."""

    source: Source
    types: tuple[str, ...] = ()
    """Types of schema.org such as `Product`. Empty for a description of the page itself."""
    properties: dict[str, list[Value]] = field(default_factory=dict)
    id: str | None = None
    """The name by which other things refer to this thing."""
    is_beside: bool = False
    """Whether the thing stands beside the page's main content, as related products do."""

    def add(self, name: str, value: Value | None) -> None:
        """Add a value of a property, unless the value is empty or known already."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return
        values = self.properties.setdefault(name, [])
        if not any(known == value and _is_same_type(known, value) for known in values):
            values.append(value)

    def nested(self) -> Iterator[Entity]:
        """Yield the things among the values of this thing's properties."""
        for values in self.properties.values():
            for value in values:
                if isinstance(value, Entity):
                    yield value

    def to_json(self) -> dict[str, Any]:
        """Return the thing as JSON, with its type under `type`.

        A property with several values has a list. Circles are cut off.
        """
        return self.expanded(_MAX_LEVELS, [_MAX_EXPANDED])

    def expanded(self, depth: int, left: list[int]) -> dict[str, Any]:
        """Return the same as `to_json`, within limits.

        Things deeper than `depth` levels are left out. `left` holds one number: how many things
        may still be added. Several calls may share it.
        """
        left[0] -= 1
        result: dict[str, Any] = {}
        if self.types:
            result["type"] = self.types[0] if len(self.types) == 1 else list(self.types)
        for name, values in self.properties.items():
            plain = [
                value.expanded(depth - 1, left) if isinstance(value, Entity) else _plain(value)
                for value in values
                if (depth > 0 and left[0] > 0) or not isinstance(value, Entity)
            ]
            plain = [value for value in plain if value != {}]
            if plain:
                result[name] = plain[0] if len(plain) == 1 else plain
        return result


def _is_same_type(one: Value, other: Value) -> bool:
    return type(one) is type(other) or (isinstance(one, str) and isinstance(other, str))


def _plain(value: str | int | float | bool) -> str | int | float | bool:
    return str(value) if isinstance(value, str) else value


class LabelledValue(NamedTuple):
    """A value beside its label, in a table or a definition list."""

    label: str
    text: str
    source: Source


@dataclass(frozen=True)
class Table:
    """A table with a row of headings."""

    headings: list[str]
    rows: list[list[str]]


@dataclass
class Declared:
    """All data that a page declares."""

    url: str
    """URL of the page, after redirects."""
    base_url: str
    """The URL that relative links start from."""
    canonical: str | None = None
    """The URL that the page gives as its own."""
    language: str | None = None
    """The page's language, as in BCP 47."""
    reading_language: str | None = None
    """The language by which numbers and dates are read. None if it is not certain."""
    title: str = ""
    """The document's title, usually with the site's name."""
    headings: list[str] = field(default_factory=list)
    """Texts of the `h1` elements, without one that is the site's name with a link to its start."""
    things: list[Entity] = field(default_factory=list)
    """The things at the top, the most trusted source first. Their values may be things as well."""
    page: list[Entity] = field(default_factory=list)
    """Descriptions of the page itself, in OpenGraph and in `meta` elements."""
    labels: list[LabelledValue] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    """Tables with a row of headings."""

    @property
    def is_empty(self) -> bool:
        """Whether the page declares nothing besides its title."""
        return not (self.things or self.page or self.labels or self.tables)

    def to_evidence(self) -> dict[str, Any]:
        """Return all declared data as JSON."""
        evidence: dict[str, Any] = {"url": self.canonical or self.url}
        if self.title:
            evidence["title"] = self.title
        if self.language:
            evidence["language"] = self.language
        for entity in self.page:
            for name, value in entity.to_json().items():
                if name != "type":
                    evidence.setdefault(name, value)
        if self.things:
            left = [_MAX_EXPANDED]
            evidence["things"] = [thing.expanded(_MAX_LEVELS, left) for thing in self.things]
        if self.labels:
            details: dict[str, str] = {}
            for labelled in self.labels:
                details.setdefault(labelled.label, str(labelled.text))
            evidence["details"] = details
        if self.tables:
            evidence["tables"] = [
                [dict(zip(table.headings, map(str, row), strict=False)) for row in table.rows]
                for table in self.tables
            ]
        return evidence
