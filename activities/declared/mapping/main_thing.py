"""The decision which of the things on a page a schema is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from w3lib.url import canonicalize_url

from activities.declared.entities import Declared, Entity
from activities.declared.mapping.lookup import Lookup, Scope
from activities.declared.mapping.property_names import without_unit
from activities.declared.mapping.things import (
    name_keys,
    names_of,
    related_types,
    types_of_words,
)
from activities.declared.values.addresses import absolute
from activities.declared.vocabulary import (
    NEVER_MAIN,
    PATHS,
    SECONDARY,
    SITE_TYPES,
    joined,
    tokens,
)

_TRUST = ("json-ld", "microdata", "rdfa", "microformats")
"""The sources of things, the most trusted first."""

_MAX_THINGS = 100
"""Things at the top of the page that are tried."""

_MAX_PROPERTIES = 60
"""Properties of the schema that are looked up in each thing."""

_MOST = 0.6
"""Share of the properties that an organisation or a person has to have to be the main thing.

Pages declare their site and their author, so something else has to support a smaller share.
"""

_IS_THIS_PAGE = 2.0
"""Score of a thing that has the page's address or title, in properties found."""

_HAS_NAMED_TYPE = 1.5
"""Score of a thing whose type the schema names."""

_OF_SECONDARY = 0.3
"""Factor for things that say what the page is, such as `WebPage`, and not what it is about."""

_SAME_WORDS = 0.5
"""Share of the words of a name from which on the name may be the page's, in other words."""

_MIN_NAME = 2
_MIN_TITLE = 5
"""Characters from which on a name in a title, or a title in a name, is no coincidence."""


def main_scope(lookup: Lookup, wanted: Iterable[str], hints: str) -> Scope:
    """Return the page's main thing, in all its descriptions.

    `wanted` are the names of the schema's properties; `hints` is text of the schema that may name
    a type.
    """
    wanted = dict.fromkeys(map(without_unit, wanted))
    names = sorted(wanted, key=lambda name: joined(name) not in PATHS)[:_MAX_PROPERTIES]
    choice = _Choice(lookup, names, types_of_words(tokens(hints)))
    main = choice.best()
    entities = [] if main is None else [main, *choice.same_as(main)]
    entities.sort(key=lambda entity: _TRUST.index(entity.source))
    return Scope(tuple(entities), lookup.declared)


class _Choice:
    """The choice among the things at the top of a page, by the properties that they have."""

    def __init__(self, lookup: Lookup, names: list[str], types: set[str]) -> None:
        self._lookup = lookup
        self._declared = lookup.declared
        self._names = names
        self._types = types
        self._things = _top_things(lookup.declared)
        self._counts = Counter(entity.types[:1] for entity in self._things)
        titles = (*self._declared.headings, self._declared.title)
        self._titles = {joined(title) for title in titles} - {""}
        self._title_words = {word for title in titles for word in tokens(title)}
        self._types_with_title = {
            entity.types[:1] for entity in self._things if self._has_exact_title(entity)
        }
        self._main_entities = {id(entity) for entity in _main_entities(lookup.declared)}

    def best(self) -> Entity | None:
        """Return the thing with the highest score, or None if no thing is suitable."""
        best: Entity | None = None
        best_score = 0.0
        for entity in self._things:
            score = self._score(entity)
            if score > best_score:
                best, best_score = entity, score
        return best

    def same_as(self, main: Entity) -> list[Entity]:
        """Return other descriptions of a thing, by another source or in another script."""
        names = name_keys(main)
        same = []
        for entity in self._things:
            if entity is main or not related_types(main.types).intersection(entity.types):
                continue
            other = name_keys(entity)
            if (names & other) or not names or (not other and entity.source != main.source):
                same.append(entity)
        return same

    def _score(self, entity: Entity) -> float:
        """Return how well a thing fits, or 0 if it cannot be the main thing."""
        if NEVER_MAIN.issuperset(entity.types[:1] or ("",)):
            return 0
        scope = Scope((entity,))
        found = [next(self._lookup.candidates(scope, name), None) for name in self._names]
        score = float(sum(candidate is not None for candidate in found))
        if score == 0 or self._is_of_site(entity, score):
            return 0
        is_this_page = id(entity) in self._main_entities or self._is_this_page(entity)
        if not is_this_page and (entity.is_beside or self._is_elsewhere(entity)):
            return 0
        is_secondary = not SECONDARY.isdisjoint(entity.types)
        if is_secondary:
            score *= _OF_SECONDARY
        elif not is_this_page and self._is_one_of_several(entity):
            return 0
        score += (_OF_SECONDARY if is_secondary else _IS_THIS_PAGE) * is_this_page
        return score + _HAS_NAMED_TYPE * self._has_named_type(entity)

    def _has_named_type(self, entity: Entity) -> bool:
        return not self._types.isdisjoint(entity.types)

    def _is_of_site(self, entity: Entity, score: float) -> bool:
        """Return whether a thing only describes the site or an author, and not the main thing."""
        return (
            not SITE_TYPES.isdisjoint(entity.types)
            and not self._has_named_type(entity)
            and id(entity) not in self._main_entities
            and not self._has_page_address(entity)
            and score < _MOST * len(self._names)
        )

    def _is_one_of_several(self, entity: Entity) -> bool:
        """Return whether another thing of the same type has another name."""
        if self._counts[entity.types[:1]] < 2:
            return False
        names = name_keys(entity)
        return any(
            other is not entity
            and other.types[:1] == entity.types[:1]
            and not names & name_keys(other)
            and bool(names_of(other))
            for other in self._things
        )

    def _is_this_page(self, entity: Entity) -> bool:
        return self._has_page_address(entity) or self._has_page_title(entity)

    def _has_page_address(self, entity: Entity) -> bool:
        own = {_comparable(self._declared.url)}
        if self._declared.canonical:
            own.add(_comparable(self._declared.canonical))
        for name in ("url", "mainEntityOfPage"):
            for value in entity.properties.get(name, ()):
                address = value.id if isinstance(value, Entity) else value
                if isinstance(address, str) and self._absolute(address) in own:
                    return True
        return bool(entity.id and "#" not in entity.id and self._absolute(entity.id) in own)

    def _is_elsewhere(self, entity: Entity) -> bool:
        """Return whether a thing with quite another name than the page has an address."""
        addresses = [value for value in entity.properties.get("url", ()) if isinstance(value, str)]
        if not addresses or not SITE_TYPES.isdisjoint(entity.types):
            return False
        words = {word for name in names_of(entity) for word in tokens(str(name))}
        return len(words & self._title_words) < _SAME_WORDS * len(words)

    def _has_page_title(self, entity: Entity) -> bool:
        """Return whether a thing's name is the page's title, or the nearest to it."""
        if self._has_exact_title(entity):
            return True
        if entity.is_beside or entity.types[:1] in self._types_with_title:
            return False
        return any(
            (len(name) > _MIN_NAME and name in title) or (len(title) > _MIN_TITLE and title in name)
            for name in _joined_names(entity)
            for title in self._titles
        )

    def _has_exact_title(self, entity: Entity) -> bool:
        return not self._titles.isdisjoint(_joined_names(entity))

    def _absolute(self, address: str) -> str:
        return _comparable(absolute(self._declared.base_url, address) or "")


def _joined_names(entity: Entity) -> set[str]:
    return {joined(value) for value in names_of(entity) if isinstance(value, str)}


def _top_things(declared: Declared) -> list[Entity]:
    """Return the things at the top, and what a page says that it is mainly about."""
    top: list[Entity] = []
    for entity in declared.things:
        if SECONDARY.intersection(entity.types):
            main = entity.properties.get("mainEntity", ())
            top += [value for value in main if isinstance(value, Entity)]
        top.append(entity)
    return list({id(entity): entity for entity in top}.values())[:_MAX_THINGS]


def _main_entities(declared: Declared) -> list[object]:
    """Return the values of `mainEntity` of the things that say what the page is."""
    return [
        value
        for entity in declared.things
        if SECONDARY.intersection(entity.types)
        for value in entity.properties.get("mainEntity", ())
    ]


def _comparable(address: str) -> str:
    """Return an address in a form in which two ways to write it are equal."""
    try:
        plain = canonicalize_url(address)
    except ValueError:
        return address
    return plain.split("://", 1)[-1].removeprefix("www.").rstrip("/")
