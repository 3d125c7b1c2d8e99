"""Which of the prices that a page declares is the price of its thing."""

from __future__ import annotations

from collections.abc import Iterator

from activities.declared.entities import Entity, Value
from activities.declared.mapping.things import values_under
from activities.declared.values import currencies, texts

_OTHER_PRICES = frozenset(
    ("ListPrice", "StrikethroughPrice", "MSRP", "MinimumAdvertisedPrice", "SRP", "InvoicePrice",
     "RegularPrice")
)  # fmt: skip
"""Values of `priceType` for prices that a buyer does not pay (schema.org, PriceTypeEnumeration)."""

PRICE_TERM = "price"


def prices_at(entity: Entity, path: str) -> list[tuple[Value, str | None]]:
    """Return the prices at the end of a path, each with its currency if that is declared.

    Former prices, and prices of a quantity such as 100 g, are left out.
    """
    owner_path = path.removesuffix(PRICE_TERM).removesuffix(".")
    owners = values_under(entity, owner_path) if owner_path else [entity]
    return [
        (price, _currency_of(owner))
        for owner in owners
        if isinstance(owner, Entity) and not _is_other_price(owner)
        for price in values_under(owner, PRICE_TERM)
    ]


def limits_at(entity: Entity, path: str) -> Iterator[Value]:
    """Yield the lowest and the highest price of offers that only declare these."""
    for owner in values_under(entity, path.removesuffix(PRICE_TERM).removesuffix(".")):
        if isinstance(owner, Entity):
            for name in ("lowPrice", "highPrice"):
                yield from owner.properties.get(name, ())


def _is_other_price(owner: Entity) -> bool:
    kinds = {texts.plain(value) for value in owner.properties.get("priceType", ())}
    return "referenceQuantity" in owner.properties or not _OTHER_PRICES.isdisjoint(kinds)


def _currency_of(owner: Entity) -> str | None:
    return next(
        (
            code
            for value in owner.properties.get("priceCurrency", ())
            if (code := currencies.code_of(value)) is not None
        ),
        None,
    )
