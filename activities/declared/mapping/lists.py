"""The things that an array of the schema is a list of."""

from __future__ import annotations

from collections import Counter

from activities.declared.entities import Declared, Entity
from activities.declared.mapping.lookup import Candidate, Lookup
from activities.declared.mapping.things import names_of, types_of_words
from activities.declared.values import numbers
from activities.declared.vocabulary import GENERIC_LISTS, SECONDARY, tokens

_MIN_LIST = 3
"""Things of one type that make a list."""

_ADDRESS_TERMS = frozenset(("url", "id", "identifier"))


def list_candidates(lookup: Lookup, name: str) -> list[Candidate]:
    """Return the list for an array called `name`, or nothing if the page has no such list."""
    words = tokens(name)
    things = _listed_things(lookup, words)
    if words[-1:] in (["breadcrumb"], ["breadcrumbs"]):
        things = _breadcrumbs(lookup)
    return [Candidate(list(things), things[0].source, "".join(words))] if things else []


def _listed_things(lookup: Lookup, words: list[str]) -> list[Entity]:
    """Return the things of the type that `words` name, or else the items of the page's list."""
    types = types_of_words(words[-1:])
    is_generic = "".join(words) in GENERIC_LISTS
    lists = [_items(entity) for entity in lookup.all_things if "ItemList" in entity.types]
    found = [
        entity
        for entity in lookup.all_things
        if types.intersection(entity.types) and not _ADDRESS_TERMS.issuperset(entity.properties)
    ]
    if not found and (types or is_generic) and len(lists) == 1:
        found = lists[0]
    if not found and is_generic:
        found = _most_common(lookup.declared)
    return found


def _most_common(declared: Declared) -> list[Entity]:
    """Return the things of the most common type, if only one type is common enough for a list."""
    counts = Counter(
        entity.types[0]
        for entity in declared.things
        if entity.types and entity.types[0] not in SECONDARY
    )
    common = [kind for kind, count in counts.items() if count >= _MIN_LIST]
    if len(common) != 1:
        return []
    return [entity for entity in declared.things if entity.types[:1] == (common[0],)]


def _breadcrumbs(lookup: Lookup) -> list[Entity]:
    lists = [entity for entity in lookup.all_things if "BreadcrumbList" in entity.types]
    return _items(lists[0]) if lists else []


def _items(listing: Entity) -> list[Entity]:
    """Return the things in a declared list, by their positions if all have one."""
    values = listing.properties.get("itemListElement", ())
    entries = [value for value in values if isinstance(value, Entity)]
    places = [place for entry in entries if (place := _place_of(entry)) is not None]
    if len(set(places)) == len(entries):
        order = sorted(range(len(entries)), key=places.__getitem__)
        entries = [entries[index] for index in order]
    return [_item_of(entry) for entry in entries]


def _place_of(entry: Entity) -> float | None:
    return numbers.parse(next(iter(entry.properties.get("position", ())), None))


def _item_of(position: Entity) -> Entity:
    """Return the thing at one position of a declared list."""
    values = position.properties.get("item", ())
    for value in values:
        if isinstance(value, Entity) and value.properties:
            return _described_item(position, value)
    item = Entity(position.source, (), dict(position.properties))
    for value in values:
        address = value.id if isinstance(value, Entity) else value
        if isinstance(address, str):
            item.add("url", address)
    return item


def _described_item(position: Entity, item: Entity) -> Entity:
    """Return an item with its URL, and with the name that only its position may have."""
    if item.id and item.id.startswith(("http:", "https:", "/")):
        item.properties.setdefault("url", [item.id])
    names = names_of(position)
    if names_of(item) or not names:
        return item
    return Entity(item.source, item.types, {**item.properties, "name": names})
