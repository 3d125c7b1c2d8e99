"""A thing as one line of text, and the values at a path inside of a thing."""

from __future__ import annotations

from activities.declared.entities import Entity, Value
from activities.declared.values import texts

_AMOUNT_TYPES = frozenset(
    ("MonetaryAmount", "QuantitativeValue", "PropertyValue", "MonetaryAmountDistribution")
)

_NAME_TERMS = ("name", "headline", "title", "text", "description")
"""Properties that stand for a thing, the best first."""

_PERSON_TERMS = ("givenName", "familyName")
"""The parts of a person's name, which stand for the name."""

_OTHER_TERMS = ("address", "value", "@value", "url", "contentUrl")
"""Properties that stand for a thing without a name. Their values may be things as well."""


def describe(entity: Entity) -> str | None:
    """Return a thing in one line, written with its own values only."""
    types = set(entity.types)
    if "OpeningHoursSpecification" in types:
        return _opening_hours(entity)
    if "PostalAddress" in types or "addressLocality" in entity.properties:
        return _postal_address(entity)
    if types & _AMOUNT_TYPES:
        return _amount(entity)
    for name in _NAME_TERMS:
        for value in entity.properties.get(name, ()):
            if text := texts.plain(value):
                return text
    if names := [text for name in _PERSON_TERMS for text in map(texts.plain, _own(entity, name))]:
        return " ".join(filter(None, names))
    for name in _OTHER_TERMS:
        for value in entity.properties.get(name, ()):
            if text := _text_of(value):
                return text
    return None


def _own(entity: Entity, name: str) -> list[Value]:
    return entity.properties.get(name, [])[:1]


def _text_of(value: Value) -> str | None:
    return describe(value) if isinstance(value, Entity) else texts.plain(value)


def _postal_address(entity: Entity) -> str | None:
    def first(name: str) -> str:
        values = entity.properties.get(name)
        return (_text_of(values[0]) or "") if values else ""

    town = f"{first('postalCode')} {first('addressLocality')}".strip()
    parts = [first("streetAddress"), town, first("addressRegion"), first("addressCountry")]
    return ", ".join(part for part in parts if part) or None


def _amount(entity: Entity) -> str | None:
    """Return an amount with its unit: `50000 - 60000 EUR per year`."""

    def first(owner: Entity, name: str) -> str:
        for value in owner.properties.get(name, ()):
            if not isinstance(value, Entity):
                return texts.plain(value) or ""
        return ""

    inner = next((v for v in entity.properties.get("value", ()) if isinstance(v, Entity)), entity)
    lowest, highest = first(inner, "minValue"), first(inner, "maxValue")
    limits = f"{lowest} - {highest}" if lowest and highest else lowest or highest
    amount = first(inner, "value") or limits
    if not amount:
        return first(entity, "name") or None
    currency, period = first(entity, "currency"), first(inner, "unitText")
    if currency:
        return f"{amount} {currency} per {period.lower()}" if period else f"{amount} {currency}"
    unit = period or first(inner, "unitCode")
    return f"{amount} {unit}" if unit else amount


def _opening_hours(entity: Entity) -> str | None:
    """Return opening hours in one line: `Monday, Tuesday 09:00-18:00`."""

    def texts_of(name: str) -> list[str]:
        values = entity.properties.get(name, ())
        plain = [texts.plain(value) for value in values if not isinstance(value, Entity)]
        return [text for text in plain if text]

    days, opens, closes = texts_of("dayOfWeek"), texts_of("opens"), texts_of("closes")
    if not days or not opens or not closes:
        return None
    return f"{', '.join(days)} {opens[0]}-{closes[0]}"
