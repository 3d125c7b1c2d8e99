"""Things of JSON-LD that are described in several scripts, each with a part of the properties."""

from __future__ import annotations

from activities.declared.entities import Entity

_MAX_ALIKE = 20
"""Different things with one `@id` that another one is compared with."""


def merged(things: list[Entity]) -> list[Entity]:
    """Return the things, those that have the same `@id` as one.

    Some pages give one `@id` to several things. So things whose types or values differ stay apart.
    """
    known: dict[str, list[Entity]] = {}
    found = []
    for thing in things:
        alike = known.setdefault(thing.id, []) if thing.id else []
        first = next((other for other in alike[:_MAX_ALIKE] if is_same(other, thing)), None)
        if first is None:
            alike.append(thing)
            found.append(thing)
        else:
            first.types = first.types or thing.types
            for name, values in thing.properties.items():
                first.properties.setdefault(name, values)
    return found


def is_same(one: Entity, other: Entity) -> bool:
    """Return whether two descriptions do not contradict each other."""
    if one.types and other.types and one.types != other.types:
        return False
    shared = one.properties.keys() & other.properties.keys()
    return all(_plain(one, name) == _plain(other, name) for name in shared)


def _plain(thing: Entity, name: str) -> list[object]:
    return [value for value in thing.properties[name] if not isinstance(value, Entity)]
