"""Questions about things and their types that the lookups share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from activities.declared.entities import Entity, Value
from activities.declared.vocabulary import TYPES, joined

_NAME_TERMS = ("name", "headline", "title")


def all_things(things: list[Entity]) -> Iterator[Entity]:
    """Yield the things and all things inside of them, each once."""
    seen: set[int] = set()
    stack = list(reversed(things))
    while stack:
        entity = stack.pop()
        if id(entity) in seen:
            continue
        seen.add(id(entity))
        yield entity
        stack.extend(reversed(list(entity.nested())))


def names_of(entity: Entity) -> list[Value]:
    """Return all values that name a thing."""
    return [value for name in _NAME_TERMS for value in entity.properties.get(name, ())]


def name_keys(entity: Entity) -> set[str]:
    """Return the names of a thing without regard to case and separators."""
    return {joined(str(name)) for name in names_of(entity)}


def types_of_words(words: Iterable[str]) -> set[str]:
    """Return the schema.org types that the words mean, in the singular or the plural."""
    return {kind for word in words for kind in TYPES.get(singular(word), ())}


def related_types(types: tuple[str, ...]) -> set[str]:
    """Return the types, and all types that people call by the same word."""
    related = set(types)
    for names in TYPES.values():
        if related.intersection(names):
            related.update(names)
    return related


def singular(word: str) -> str:
    """Return the singular of an English word, by its ending."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and word != "news":
        return word[:-1]
    return word


def values_under(entity: Entity, path: str) -> list[Value]:
    """Return the values at the end of a path, without regard to case and separators."""
    return _follow(entity, path, lambda thing, name: _values_named(thing, name.lower()))


def values_at(entity: Entity, path: str) -> list[Value]:
    """Return the values at the end of a path such as `offers.price`, spelled as here."""
    return _follow(entity, path, lambda thing, name: thing.properties.get(name, ()))


def _follow(
    entity: Entity, path: str, values_of: Callable[[Entity, str], Iterable[Value]]
) -> list[Value]:
    values: list[Value] = [entity]
    for part in path.split("."):
        values = [
            inner
            for value in values
            if isinstance(value, Entity)
            for inner in values_of(value, part)
        ]
    return values


def _values_named(entity: Entity, wanted: str) -> list[Value]:
    for name, values in entity.properties.items():
        if name.lower() == wanted or joined(name) == wanted:
            return values
    return []


def path_as_declared(entity: Entity, path: str) -> str:
    """Return the path with its first part as the page spells it."""
    head, _, rest = path.partition(".")
    for name in entity.properties:
        if name.lower() == head.lower() or joined(name) == head:
            return f"{name}.{rest}" if rest else name
    return path
