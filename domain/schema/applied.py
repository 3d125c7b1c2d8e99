"""Which parts of a canonical schema say something about a value.

`allOf`, references, fitting branches and conditions lead from a schema to other schemas for the
same value. A property is named if any of these schemas names it, also where its branch does not
fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.schema.patterns import matches
from domain.schema.references import target

_MAX_DEPTH = 100
"""Schemas that lead to each other for the same value. `validation` refuses endless circles."""


@dataclass
class Applied:
    """The schemas that apply to one value."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    """Schemas whose references, branches and conditions are followed already."""
    is_open: bool = True
    """Whether the schemas, or one branch that fits, name no properties and forbid none."""
    groups: list[list[Any]] = field(default_factory=list)
    """Alternatives of which branches are still to be chosen."""
    conditions: list[dict[str, Any]] = field(default_factory=list)
    """Schemas with an `if` that is still to be decided."""


class Applier:
    """Finds the schemas within `root` that apply to a value.

    `holds` says whether a value fulfils a schema. `closest` chooses a branch if none fits; it gets
    the value, the branches, and the schemas that apply for sure. `settled` brings a value into the
    form of these schemas, so that conditions can be decided.
    """

    def __init__(
        self,
        root: dict[str, Any],
        *,
        holds: Callable[[Any, Any], bool],
        closest: Callable[[Any, list[Any], list[dict[str, Any]]], Any],
        settled: Callable[[Any, list[dict[str, Any]]], Any],
    ) -> None:
        self._root = root
        self._holds = holds
        self._closest = closest
        self._settled = settled

    def applied(self, value: Any, schemas: Iterable[Any]) -> Applied:
        """Return what applies to `value`, which all of `schemas` are for."""
        found = Applied()
        for schema in schemas:
            self._add(value, schema, found, 0)
        while found.groups or found.conditions:
            if found.groups:
                self._add_branches(value, found.groups.pop(0), found)
            else:
                self._add_consequence(value, found.conditions.pop(0), found)
        return found

    def _add(self, value: Any, schema: Any, found: Applied, depth: int) -> None:
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return
        found.parts.append(schema)
        if _names_properties(schema):
            found.is_open = False
        found.groups += [schema[keyword] for keyword in ("anyOf", "oneOf") if keyword in schema]
        if "if" in schema:
            found.conditions.append(schema)
        for part in self._always(value, schema):
            self._add(value, part, found, depth + 1)

    def _always(self, value: Any, schema: dict[str, Any]) -> Iterator[Any]:
        if "$ref" in schema:
            yield target(schema["$ref"], self._root)
        yield from schema.get("allOf", ())
        if isinstance(value, dict):
            for name, part in schema.get("dependentSchemas", {}).items():
                if value.get(name) is not None:
                    yield part

    def _add_branches(self, value: Any, branches: list[Any], found: Applied) -> None:
        chosen = [branch for branch in branches if self._holds(value, branch)]
        if len(chosen) > 1 and isinstance(value, dict):
            # A null brings no branch that only requires the property.
            present = {name: member for name, member in value.items() if member is not None}
            fulfilled = [branch for branch in chosen if self._holds(present, branch)]
            chosen = fulfilled or chosen[:1]
        if not chosen:
            chosen = [self._closest(value, branches, found.parts)]
        is_open = False
        for branch in chosen:
            inner = self.applied(value, [branch])
            found.parts += inner.parts
            is_open = is_open or inner.is_open
        found.is_open = found.is_open and is_open

    def _add_consequence(self, value: Any, schema: dict[str, Any], found: Applied) -> None:
        if self._holds(self._settled(value, found.parts), schema["if"]):
            self._add(value, schema["if"], found, 0)
            self._add(value, schema.get("then"), found, 0)
        else:
            self._add(value, schema.get("else"), found, 0)


@dataclass
class Names:
    """The properties that a schema names anywhere for one object."""

    names: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    allows_others: bool = False
    """Whether a schema explicitly allows properties that it does not name."""

    def have(self, name: str) -> bool:
        """Return whether `name` is one of them."""
        return (
            self.allows_others
            or name in self.names
            or any(matches(pattern, name) for pattern in self.patterns)
        )


def names_of(schemas: Iterable[Any], root: dict[str, Any]) -> Names:
    """Return the properties that `schemas` name, whatever the object is."""
    found = Names()
    seen: set[int] = set()
    pending = list(schemas)
    while pending:
        schema = pending.pop()
        if not isinstance(schema, dict) or id(schema) in seen:
            continue
        seen.add(id(schema))
        found.names |= {*schema.get("properties", ()), *schema.get("required", ())}
        for name, others in schema.get("dependentRequired", {}).items():
            found.names |= {name, *others}
        found.patterns |= schema.get("patternProperties", {}).keys()
        others = (schema.get("additionalProperties"), schema.get("unevaluatedProperties"))
        if any(isinstance(part, dict) or part is True for part in others):
            found.allows_others = True
        pending += in_place(schema, root)
    return found


def in_place(schema: dict[str, Any], root: dict[str, Any]) -> Iterator[Any]:
    """Yield the schemas that may apply to the same value as `schema`, except what `not` says."""
    if "$ref" in schema:
        yield target(schema["$ref"], root)
    for keyword in ("allOf", "anyOf", "oneOf"):
        yield from schema.get(keyword, ())
    yield from (schema[keyword] for keyword in ("if", "then", "else") if keyword in schema)
    yield from schema.get("dependentSchemas", {}).values()


def _names_properties(schema: dict[str, Any]) -> bool:
    return bool(
        schema.get("properties")
        or schema.get("patternProperties")
        or schema.get("additionalProperties") is False
        or schema.get("unevaluatedProperties") is False
    )
