"""Finding what a page declares under a property's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from activities.declared.entities import Declared, Entity, Source, Value
from activities.declared.mapping import prices
from activities.declared.mapping.page_titles import without_site_name
from activities.declared.mapping.things import (
    all_things,
    names_of,
    path_as_declared,
    types_of_words,
    values_under,
)
from activities.declared.values.addresses import host_of
from activities.declared.vocabulary import (
    NAMED_TYPES,
    OBJECT_PATHS,
    PAGE_TERMS,
    PATHS,
    SOCIAL,
    TYPES,
    joined,
    tokens,
)

_STOP_WORDS = frozenset(
    ("the", "a", "an", "of", "in", "on", "at", "for", "this", "that", "its", "is", "as", "it",
     "page", "product's", "article's")
)  # fmt: skip
"""Words of a description that name nothing."""

_MAX_DESCRIPTION = 3
"""Words that name something, in a description that may stand for a property's name."""

_MAX_NESTED_NAMES = 3
"""How often a name such as `author_url` is split into a thing and a property of it."""

_PAGE_URL_NAMES = frozenset(("url", "pageurl", "sourceurl", "permalink", "canonicalurl", "link"))
_PAGE_TITLE_NAMES = frozenset(("title", "pagetitle", "documenttitle"))
_TITLE_TERMS = ("name", "headline", "title")
_PAGE_LANGUAGE_NAMES = frozenset(("language", "lang", "inlanguage"))

_PAGE_TERMS_BY_KEY = {term.lower(): term for term in PAGE_TERMS}


@dataclass(frozen=True)
class Candidate:
    """The values that one source declares for a property."""

    values: list[Value]
    source: Source
    path: str
    is_converted: bool = False
    """Whether the value has the schema's type already."""
    is_uncertain: bool = False
    """Whether there is a value, but none with only one meaning. Then `values` is empty."""
    currencies: tuple[str | None, ...] = ()
    """The declared currencies of the values, if these are prices."""

    def in_currency(self, code: str | None) -> list[Value]:
        """Return the values without those that are declared in another currency."""
        if code is None or not self.currencies:
            return self.values
        pairs = zip(self.values, self.currencies, strict=True)
        return [value for value, currency in pairs if currency in (None, code)]


@dataclass(frozen=True)
class Scope:
    """What an object of the schema is about: one or several descriptions of the same thing."""

    entities: tuple[Entity, ...]
    page: Declared | None = None
    """The page, if this is the page's main thing."""


class Lookup:
    """A search in the declared data of one page."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.all_things = list(all_things(declared.things))

    def candidates(self, scope: Scope, name: str, description: str = "") -> Iterator[Candidate]:
        """Yield what is declared under `name`, the most trusted source first.

        If nothing is, and the description consists of another name, use that name instead.
        """
        found = False
        for candidate in self._by_name(scope, tokens(name)):
            found = True
            yield candidate
        if found or joined(name) in PATHS:
            return
        other_name = _name_in(description)
        if other_name is not None:
            yield from self._by_name(scope, [other_name])

    def things(self, scope: Scope, name: str) -> Iterator[Candidate]:
        """Yield the things that an object called `name` is usually about."""
        for path in OBJECT_PATHS.get(joined(name), ()):
            for entity in scope.entities:
                if values := values_under(entity, path):
                    yield Candidate(values, entity.source, path)

    def only_thing(self, words: list[str]) -> list[Entity]:
        """Return the thing of the type that `words` name, if the page has exactly one."""
        types = types_of_words(["".join(words)])
        found = [entity for entity in self.all_things if types.intersection(entity.types)]
        names = {tuple(joined(str(name)) for name in names_of(entity)) for entity in found}
        return found[:1] if found and len(names) == 1 else []

    def _by_name(self, scope: Scope, words: list[str], depth: int = 0) -> Iterator[Candidate]:
        if not words or depth > _MAX_NESTED_NAMES:
            return
        variants = _variants(scope, words)
        if words[-1] in SOCIAL:
            yield from _profiles(scope, words[-1])
        yield from _of_things(scope, variants)
        if scope.page is not None:
            for name in variants:
                yield from _of_page(scope.page, name)
        for split in range(len(words) - 1, 0, -1):
            yield from self._of_part(scope, words[:split], words[split:], depth)

    def _of_part(
        self, scope: Scope, head: list[str], tail: list[str], depth: int
    ) -> Iterator[Candidate]:
        """Yield a property of another thing: for `author_url`, the URL of the author."""
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


def _variants(scope: Scope, words: list[str]) -> list[str]:
    """Return the name, and the name without the type of the thing that it is about."""
    variants = ["".join(words)]
    own_types = {kind for entity in scope.entities for kind in entity.types}
    if own_types & types_of_words(words[:1]):
        if len(words) > 1:
            variants.append("".join(words[1:]))  # `product_name` of a product is its name
        elif words[0] in NAMED_TYPES:
            variants.append("name")
    return variants


def _of_things(scope: Scope, names: list[str]) -> Iterator[Candidate]:
    """Yield what the things of a scope declare under one of the names."""
    seen = set()
    for name in names:
        for entity in scope.entities:
            for path in (name, *PATHS.get(name, ())):
                candidate = _candidate(entity, path)
                key = (id(entity), tuple(map(id, candidate.values)))
                if (candidate.values or candidate.is_uncertain) and key not in seen:
                    seen.add(key)
                    yield candidate


def _candidate(entity: Entity, path: str) -> Candidate:
    """Return what a thing declares at a path. The candidate may be empty."""
    shown_path = path_as_declared(entity, path)
    if path.rpartition(".")[2] != prices.PRICE_TERM:
        return Candidate(values_under(entity, path), entity.source, shown_path)
    found = prices.prices_at(entity, path)
    if not found and path == "offers.price":
        limits = list(dict.fromkeys(prices.limits_at(entity, path)))
        if len(limits) == 1:
            return Candidate(limits, entity.source, "offers.lowPrice")
        return Candidate([], entity.source, shown_path, is_uncertain=len(limits) > 1)
    return Candidate(
        [price for price, _ in found],
        entity.source,
        shown_path,
        currencies=tuple(currency for _, currency in found),
    )


def _of_page(page: Declared, name: str) -> Iterator[Candidate]:
    """Yield what the page says of itself under a name."""
    for entity in page.page:
        for path in (name, *PATHS.get(name, ())):
            term = _PAGE_TERMS_BY_KEY.get(path.lower())
            if term and (values := entity.properties.get(term)):
                if term in _TITLE_TERMS:
                    values = [without_site_name(str(value), page) for value in values]
                yield Candidate(values, entity.source, term)
                break
    if name in _PAGE_URL_NAMES:
        yield Candidate([page.canonical or page.url], "meta", "url")
    if name in _PAGE_TITLE_NAMES and page.title:
        yield Candidate([without_site_name(page.title, page)], "meta", "title")
    if name in _PAGE_LANGUAGE_NAMES and page.language:
        yield Candidate([page.language], "meta", "language")


def _profiles(scope: Scope, site: str) -> Iterator[Candidate]:
    """Yield the URLs of a thing's profiles on a social network."""
    for entity in scope.entities:
        for value in entity.properties.get("sameAs", ()):
            host = host_of(value) if isinstance(value, str) else None
            if host and any(f".{host}".endswith(f".{known}") for known in SOCIAL[site]):
                yield Candidate([value], entity.source, "sameAs")


def _name_in(description: str) -> str | None:
    """Return the one name that a description consists of, apart from words without meaning."""
    words = [
        word
        for word in tokens(description.replace("'s", ""))
        if word not in _STOP_WORDS and word not in TYPES
    ]
    name = "".join(words)
    return name if len(words) <= _MAX_DESCRIPTION and name in PATHS else None
