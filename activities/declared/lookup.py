"""Finding what a page declares under the name that a schema has for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from w3lib.url import canonicalize_url

from activities.declared.entities import Declared, Entity, Source, Value
from activities.declared.vocabulary import (
    GENERIC_LISTS,
    NAMED_TYPES,
    NEVER_MAIN,
    OBJECT_PATHS,
    PAGE_TERMS,
    PATHS,
    SECONDARY,
    SITE_TYPES,
    SOCIAL,
    TYPES,
    joined,
    tokens,
)

_STOP_WORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "in",
        "on",
        "at",
        "for",
        "this",
        "that",
        "its",
        "is",
        "as",
        "it",
        "page",
        "product's",
        "article's",
    ]
)
_MAX_TOP = 100
_MAX_WANTED = 60
"""Things at the top, and properties of the schema, that are tried to find the main thing."""

_MOST = 0.6
"""Part of the properties that an organisation or a person has to have to be taken for what the page
is about, if nothing else says so."""

_FEW = 3
"""So many things of one type make a list."""


@dataclass(frozen=True)
class Candidate:
    """The values that one source has for a property."""

    values: list[Value]
    source: Source
    path: str
    is_converted: bool = False
    """Whether the value has the type of the schema already."""


@dataclass(frozen=True)
class Scope:
    """What an object of the schema is about: descriptions of one and the same thing."""

    entities: tuple[Entity, ...]
    page: Declared | None = None
    """The page, if this is its main thing."""


class Lookup:
    """Looks things up on one page."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self._all = list(_everything(declared.things))

    def main_scope(self, wanted: Iterable[str], hints: str) -> Scope:
        """What the properties `wanted` of a schema's root are about. `hints` is text of the
        schema that may name a type."""
        wanted = sorted(wanted, key=lambda name: joined(name) not in PATHS)[:_MAX_WANTED]
        main = self._main_thing(wanted, hints)
        entities = () if main is None else (main, *self._same(main))
        return Scope(entities, self.declared)

    def _main_thing(self, wanted: list[str], hints: str) -> Entity | None:
        top = self._top_things()
        types = _types_named(tokens(hints))
        best: Entity | None = None
        best_score = 0.0
        about = {
            id(value)
            for entity in self.declared.things
            if SECONDARY.intersection(entity.types)
            for value in entity.properties.get("mainEntity", ())
        }
        counts = Counter(entity.types[:1] for entity in top)
        for entity in top:
            scope = Scope((entity,))
            if NEVER_MAIN.issuperset(entity.types[:1] or ("",)):
                continue
            score = float(
                sum(next(self.candidates(scope, name), None) is not None for name in wanted)
            )
            if score == 0:
                continue
            is_this = id(entity) in about or self._is_this_page(entity)
            is_named = not types.isdisjoint(entity.types)
            if (
                SITE_TYPES.intersection(entity.types)
                and not (is_named or id(entity) in about or self._has_its_address(entity))
                and score < _MOST * len(wanted)
            ):
                continue  # it is the site's, and the page may be about anything
            is_secondary = not SECONDARY.isdisjoint(entity.types)
            if is_secondary:
                score *= 0.3
            elif counts[entity.types[:1]] > 1 and not is_this and _is_described_apart(entity, top):
                continue  # one of several, and nothing says which is meant
            score += (0.3 if is_secondary else 2) * is_this
            score += 1.5 * is_named
            if score > best_score:
                best, best_score = entity, score
        return best

    def _top_things(self) -> list[Entity]:
        """The things at the top, with what a page says that it is mainly about."""
        top: list[Entity] = []
        for entity in self.declared.things:
            if SECONDARY.intersection(entity.types):
                top += [
                    value
                    for value in entity.properties.get("mainEntity", ())
                    if isinstance(value, Entity)
                ]
            top.append(entity)
        return list({id(entity): entity for entity in top}.values())[:_MAX_TOP]

    def _is_this_page(self, entity: Entity) -> bool:
        return self._has_its_address(entity) or self._has_its_title(entity)

    def _has_its_address(self, entity: Entity) -> bool:
        own = {_comparable(self.declared.url)}
        if self.declared.canonical:
            own.add(_comparable(self.declared.canonical))
        for name in ("url", "mainEntityOfPage"):
            for value in entity.properties.get(name, ()):
                address = value.id if isinstance(value, Entity) else value
                if isinstance(address, str) and self._absolute(address) in own:
                    return True
        return bool(entity.id and "#" not in entity.id and self._absolute(entity.id) in own)

    def _has_its_title(self, entity: Entity) -> bool:
        titles = [joined(title) for title in (*self.declared.headings, self.declared.title)]
        names = [
            joined(value)
            for name in ("name", "headline", "title")
            for value in entity.properties.get(name, ())
            if isinstance(value, str)
        ]
        return any(
            name == title or (len(name) > 2 and name in title) or (len(title) > 5 and title in name)
            for name in names
            for title in titles
            if title
        )

    def _absolute(self, address: str) -> str:
        try:
            return _comparable(urljoin(self.declared.base_url, address))
        except ValueError:
            return ""

    def _same(self, main: Entity) -> list[Entity]:
        """Other descriptions of the thing, by another source or another script."""
        names = {joined(str(name)) for name in _names(main)}
        same = []
        for entity in self._top_things():
            if entity is main or not set(entity.types).intersection(_kin(main.types)):
                continue
            other = {joined(str(name)) for name in _names(entity)}
            if (names & other) or not names or (not other and entity.source != main.source):
                same.append(entity)
        return same

    def candidates(self, scope: Scope, name: str, description: str = "") -> Iterator[Candidate]:
        """What is declared under `name`, the most trusted source first."""
        found = False
        for candidate in self._by_name(scope, tokens(name)):
            found = True
            yield candidate
        if found or joined(name) in PATHS:
            return
        concept = _only_concept(description)
        if concept is not None:
            yield from self._by_name(scope, [concept])

    def _by_name(self, scope: Scope, words: list[str], depth: int = 0) -> Iterator[Candidate]:
        if not words or depth > 3:
            return
        own_types = {kind for entity in scope.entities for kind in entity.types}
        variants = [words]
        if own_types & _types_named(words[:1]):
            if len(words) > 1:
                variants.append(words[1:])  # product_name of a product is its name
            elif words[0] in NAMED_TYPES:
                variants.append(["name"])
        if words[-1] in SOCIAL:
            yield from self._profiles(scope, words[-1])
        seen = set()
        for variant in variants:
            name = "".join(variant)
            for entity in scope.entities:
                for path in (name, *PATHS.get(name, ())):
                    values = _walk(entity, path.split("."))
                    key = (id(entity), tuple(map(id, values)))
                    if values and key not in seen:
                        seen.add(key)
                        yield Candidate(values, entity.source, _spelt(entity, path))
        if scope.page is not None:
            for variant in variants:
                yield from self._of_page(scope.page, "".join(variant))
        for split in range(len(words) - 1, 0, -1):
            yield from self._compound(scope, words[:split], words[split:], depth)

    def _of_page(self, page: Declared, name: str) -> Iterator[Candidate]:
        paths = (name, *PATHS.get(name, ()))
        terms = {term.lower(): term for term in PAGE_TERMS}
        for entity in page.page:
            for path in paths:
                term = terms.get(path.lower())
                if term and (values := entity.properties.get(term)):
                    yield Candidate(values, entity.source, term)
                    break
        if name in ("url", "pageurl", "sourceurl", "permalink", "canonicalurl", "link"):
            yield Candidate([page.canonical or page.url], "meta", "url")
        if name in ("title", "pagetitle", "documenttitle") and page.title:
            yield Candidate([page.title], "meta", "title")
        if name in ("language", "lang", "inlanguage") and page.language:
            yield Candidate([page.language], "meta", "language")

    def _compound(
        self, scope: Scope, head: list[str], tail: list[str], depth: int
    ) -> Iterator[Candidate]:
        """`author_url`: the URL of the author."""
        inner: list[Entity] = []
        for candidate in self._by_name(replace(scope, page=None), head, depth + 1):
            inner = [value for value in candidate.values if isinstance(value, Entity)]
            if inner:
                break
        if not inner and scope.page is not None:
            inner = self.only_thing(head)
        of_each = [next(self._by_name(Scope((entity,)), tail, depth + 1), None) for entity in inner]
        found = [candidate for candidate in of_each if candidate is not None]
        if found:
            values = [value for candidate in found for value in candidate.values]
            yield replace(found[0], values=values, path=f"{''.join(head)}.{found[0].path}")

    def _profiles(self, scope: Scope, site: str) -> Iterator[Candidate]:
        for entity in scope.entities:
            for value in entity.properties.get("sameAs", ()):
                host = urlsplit(value).hostname if isinstance(value, str) else None
                if host and any(f".{host}".endswith(f".{known}") for known in SOCIAL[site]):
                    yield Candidate([value], entity.source, "sameAs")

    def things(self, scope: Scope, name: str) -> Iterator[Candidate]:
        """What an object of that name is about, where that is not called the same."""
        for path in OBJECT_PATHS.get(joined(name), ()):
            for entity in scope.entities:
                if values := _walk(entity, path.split(".")):
                    yield Candidate(values, entity.source, path)

    def only_thing(self, words: list[str]) -> list[Entity]:
        """The thing of the type that `words` name, if there is exactly one on the page."""
        types = _types_named(["".join(words)])
        found = [entity for entity in self._all if types.intersection(entity.types)]
        names = {tuple(joined(str(name)) for name in _names(entity)) for entity in found}
        return found[:1] if found and len(names) == 1 else []

    def listed(self, name: str) -> list[Candidate]:
        """The things that an array of that name is a list of."""
        words = tokens(name)
        types = _types_named([_singular(words[-1])] if words else [])
        found: list[Entity] = []
        if types:
            found = [
                entity
                for entity in self._all
                if types.intersection(entity.types) and _has_more_than_address(entity)
            ]
        lists = [
            [_list_item(value) for value in entity.properties.get("itemListElement", ())]
            for entity in self._all
            if "ItemList" in entity.types
        ]
        if not found and (types or "".join(words) in GENERIC_LISTS) and len(lists) == 1:
            found = [entity for entity in lists[0] if entity is not None]
        if not found and "".join(words) in GENERIC_LISTS:
            counts = Counter(
                entity.types[0]
                for entity in self.declared.things
                if entity.types and entity.types[0] not in SECONDARY
            )
            common = counts.most_common(2)
            if common and common[0][1] >= _FEW and (len(common) == 1 or common[1][1] < _FEW):
                found = [e for e in self.declared.things if e.types[:1] == (common[0][0],)]
        if words and words[-1] in ("breadcrumb", "breadcrumbs"):
            crumbs = [entity for entity in self._all if "BreadcrumbList" in entity.types][:1]
            found = [
                item
                for entity in crumbs
                for value in entity.properties.get("itemListElement", ())
                if (item := _list_item(value)) is not None
            ]
        if not found:
            return []
        return [Candidate(list(found), found[0].source, "".join(words))]


def _everything(things: list[Entity]) -> Iterator[Entity]:
    seen: set[int] = set()
    stack = list(reversed(things))
    while stack:
        entity = stack.pop()
        if id(entity) in seen:
            continue
        seen.add(id(entity))
        yield entity
        stack.extend(reversed(list(entity.nested())))


def _walk(entity: Entity, path: list[str]) -> list[Value]:
    """The values at the end of `path`."""
    values: list[Value] = [entity]
    for part in path:
        wanted = part.lower()
        following: list[Value] = []
        for value in values:
            if not isinstance(value, Entity):
                continue
            for name, own in value.properties.items():
                if name.lower() == wanted or joined(name) == wanted:
                    following += own
                    break
        values = following
        if not values:
            return []
    return values


def _spelt(entity: Entity, path: str) -> str:
    """The path as the page spells it."""
    head, _, rest = path.partition(".")
    for name in entity.properties:
        if name.lower() == head.lower() or joined(name) == head:
            return f"{name}.{rest}" if rest else name
    return path


def _names(entity: Entity) -> list[Value]:
    return [
        value for name in ("name", "headline", "title") for value in entity.properties.get(name, ())
    ]


def _kin(types: tuple[str, ...]) -> set[str]:
    kin = set(types)
    for names in TYPES.values():
        if kin.intersection(names):
            kin.update(names)
    return kin


def _types_named(words: Iterable[str]) -> set[str]:
    return {kind for word in words for kind in TYPES.get(_singular(word), ())}


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and word != "news":
        return word[:-1]
    return word


def _is_described_apart(entity: Entity, top: list[Entity]) -> bool:
    """Whether another thing of its type at the top has another name."""
    names = {joined(str(name)) for name in _names(entity)}
    return any(
        other is not entity
        and other.types[:1] == entity.types[:1]
        and not names & {joined(str(name)) for name in _names(other)}
        and bool(_names(other))
        for other in top
    )


def _has_more_than_address(entity: Entity) -> bool:
    return bool(set(entity.properties) - {"url", "id", "identifier"})


def _list_item(value: Value) -> Entity | None:
    """What stands at one place of a list."""
    if not isinstance(value, Entity):
        return None
    inner = value.properties.get("item", ())
    for candidate in inner:
        if isinstance(candidate, Entity) and candidate.properties:
            if candidate.id and candidate.id.startswith(("http:", "https:", "/")):
                candidate.properties.setdefault("url", [candidate.id])
            if _names(candidate) or not _names(value):
                return candidate
            merged = Entity(candidate.source, candidate.types, dict(candidate.properties))
            merged.properties["name"] = _names(value)
            return merged
    merged = Entity(value.source, (), dict(value.properties))
    for candidate in inner:
        address = candidate.id if isinstance(candidate, Entity) else candidate
        if isinstance(address, str):
            merged.add("url", address)
    return merged


def _only_concept(description: str) -> str | None:
    """The one thing that a description names, if it names nothing else."""
    words = [
        word
        for word in tokens(description.replace("'s", ""))
        if word not in _STOP_WORDS and word not in TYPES
    ]
    name = "".join(words)
    return name if len(words) <= _FEW and name in PATHS else None


def _comparable(address: str) -> str:
    try:
        plain = canonicalize_url(address)
    except ValueError:
        return address
    return plain.split("://", 1)[-1].removeprefix("www.").rstrip("/")
