"""What a page declares of a number besides its digits: what it counts, and its currency."""

from __future__ import annotations

from activities.declared.mapping.lookup import Scope
from activities.declared.mapping.property_names import NameHints
from activities.declared.mapping.things import values_at
from activities.declared.values import currencies
from activities.declared.values.separators import Kind
from activities.declared.vocabulary import PATHS

_PRICES = frozenset(
    ("price", "lowprice", "highprice", "minprice", "maxprice", "basesalary", "estimatedsalary",
     "amount", "cost", "lowestprice", "highestprice", "saleprice", "currentprice")
)  # fmt: skip
_COUNTS = frozenset(
    ("reviewcount", "ratingcount", "offercount", "commentcount", "wordcount", "numberofpages",
     "numberofemployees", "numberofitems", "userinteractioncount", "answercount", "upvotecount",
     "interactioncount", "sharecount", "downvotecount", "numberofepisodes", "numberofseasons",
     "viewcount", "likecount", "followercount", "downloadcount")
)  # fmt: skip
_BOUNDED = frozenset(("ratingvalue", "bestrating", "worstrating", "latitude", "longitude"))
"""Properties whose values are below 1,000, so that they have no thousands."""


def kind_of(path: str, hints: NameHints) -> Kind:
    """Return what a number is by the place where it is declared, and by the property's name."""
    terms = set(path.lower().split("."))
    if terms & _COUNTS:
        return "count"
    if terms & _BOUNDED:
        return "bounded"
    if terms & _PRICES or hints.currency or not _PRICES.isdisjoint(hints.words):
        return "price"
    return "amount"


def declared_currencies(scope: Scope) -> list[str]:
    """Return the currencies that are declared of the things of a scope, or else of the page."""
    for entities in (scope.entities, scope.page.page if scope.page else ()):
        found = [
            code
            for entity in entities
            for path in (*PATHS["currency"], "baseSalary.currency")
            for value in values_at(entity, path)
            if (code := currencies.code_of(value)) is not None
        ]
        if found:
            return list(dict.fromkeys(found))
    return []
