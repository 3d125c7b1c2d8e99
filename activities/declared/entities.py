"""What all kinds of declared data become: things with properties, in the words of schema.org."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Union

Source = Literal["json-ld", "microdata", "rdfa", "opengraph", "meta", "table", "definition list"]

_MAX_LEVELS = 6
_MAX_EXPANDED = 2_000

Value = Union[str, int, float, bool, "Entity"]


@dataclass(eq=False)
class Entity:
    """A thing that the page describes."""

    source: Source
    types: tuple[str, ...] = ()
    """Names of schema.org, as `Product`; none for what only describes the page itself."""
    properties: dict[str, list[Value]] = field(default_factory=dict)
    id: str | None = None
    """What other things refer to it by."""

    def add(self, name: str, value: Value | None) -> None:
        """Adds a value of a property, unless it is empty or known already."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return
        values = self.properties.setdefault(name, [])
        if not any(known == value and type(known) is type(value) for known in values):
            values.append(value)

    def nested(self) -> Iterator[Entity]:
        """The things among the values of its properties."""
        for values in self.properties.values():
            for value in values:
                if isinstance(value, Entity):
                    yield value

    def to_json(self) -> dict[str, Any]:
        """As JSON, the type under `type`, lists only where there are several values. Things that
        refer to each other in circles are cut off."""
        return self.expanded(_MAX_LEVELS, [_MAX_EXPANDED])

    def expanded(self, depth: int, left: list[int]) -> dict[str, Any]:
        """As `to_json`, but down to `depth` levels and while there is something left in `left`,
        which several calls may share."""
        left[0] -= 1
        result: dict[str, Any] = {}
        if self.types:
            result["type"] = self.types[0] if len(self.types) == 1 else list(self.types)
        for name, values in self.properties.items():
            plain = [
                value.expanded(depth - 1, left) if isinstance(value, Entity) else value
                for value in values
                if (depth > 0 and left[0] > 0) or not isinstance(value, Entity)
            ]
            plain = [value for value in plain if value != {}]
            if plain:
                result[name] = plain[0] if len(plain) == 1 else plain
        return result


@dataclass(frozen=True)
class Table:
    """A table with a row of headings."""

    headings: list[str]
    rows: list[list[str]]


@dataclass
class Declared:
    """All that a page declares."""

    url: str
    """Of the page itself, after redirects."""
    base_url: str
    canonical: str | None = None
    language: str | None = None
    """As in BCP 47."""
    title: str = ""
    """Of the document, usually with the name of the site."""
    headings: list[str] = field(default_factory=list)
    """Of the first level."""
    things: list[Entity] = field(default_factory=list)
    """What the page describes, from the most trusted source on; not what is within them."""
    page: list[Entity] = field(default_factory=list)
    """What is said of the page itself, in OpenGraph and `meta`."""
    labels: list[tuple[str, str, Source]] = field(default_factory=list)
    """Labels with their values from tables and definition lists."""
    tables: list[Table] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the page declares nothing but its title."""
        return not (self.things or self.page or self.labels or self.tables)

    def to_evidence(self) -> dict[str, Any]:
        """All of it as JSON."""
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
            details: dict[str, Any] = {}
            for label, value, _ in self.labels:
                details.setdefault(label, value)
            evidence["details"] = details
        if self.tables:
            evidence["tables"] = [
                [dict(zip(table.headings, row, strict=False)) for row in table.rows]
                for table in self.tables
            ]
        return evidence
