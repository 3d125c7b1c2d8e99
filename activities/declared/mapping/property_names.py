"""What a property's name says about its value: a unit, a currency, an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from activities.declared.values import dates, units
from activities.declared.vocabulary import PATHS, joined, tokens

CURRENCIES = frozenset(
    ("eur", "usd", "gbp", "chf", "jpy", "cad", "aud", "nzd", "sek", "nok", "dkk", "pln", "czk",
     "huf", "inr", "cny", "brl", "mxn", "zar", "kwd", "bhd", "omr", "jod", "tnd", "aed", "sar",
     "qar", "ils", "thb", "sgd", "hkd", "twd", "krw", "ron", "bgn", "isk", "rub", "uah", "myr",
     "idr", "vnd", "clp", "ars", "egp", "ngn", "kes")
)  # fmt: skip
"""Currencies at the end of a name, as in `price_eur`. Codes that are words are left out."""

_ADDRESS_WORDS = frozenset(
    ("url", "uri", "link", "href", "image", "images", "photo", "picture", "thumbnail", "logo")
)
"""Last words of names whose values are URLs."""

_CURRENCY_NAMES = frozenset(("currency", "currencycode", "pricecurrency", "salarycurrency"))
"""Names whose values are currencies."""

_NEGATIVE_NAMES = frozenset(
    ("soldout", "issoldout", "outofstock", "isoutofstock", "haspaywall", "paywalled")
)
"""Names of booleans that are true where the declared value is false."""

_TIME_WORDS = frozenset(
    ("time", "duration", "runtime", "length", "prep", "cook", "total", "reading", "baking")
)
"""Words of a name that make a short word such as `min` a unit of time."""

_SIZE_WORDS = frozenset(("width", "height", "length"))
"""First words of a name that make `in` and `m` units of length."""


@dataclass(frozen=True)
class NameHints:
    """What the name and the schema of a property say about its value."""

    words: list[str]
    form: str | None
    """The schema's `format`."""
    unit: str | None
    """The unit of measurement at the end of the name."""
    duration_unit: str | None
    """The unit of time in the name or in the description."""
    currency: str | None
    """ISO 4217 code of the currency at the end of the name."""
    is_address: bool
    is_date: bool
    """Whether the value is a date, with or without a time."""
    is_currency: bool
    is_negative: bool
    """Whether the property is true where the declared value is false."""

    @property
    def needs_unit(self) -> bool:
        """Whether a number needs a unit of time of its own, because the name ends with one."""
        return len(self.words) > 1 and self.duration_unit == self.words[-1]


def hints_of(name: str, schema: dict[str, Any]) -> NameHints:
    """Return what the name and the schema of a property say about its value."""
    words = tokens(name)
    whole = "".join(words)
    form = schema.get("format")
    last = words[-1] if len(words) > 1 else None
    is_address = form in ("uri", "url", "uri-reference", "iri") or (
        form is None and not _ADDRESS_WORDS.isdisjoint(words[-1:])
    )
    return NameHints(
        words=words,
        form=form,
        unit=units.at_end(words)[0],
        duration_unit=_duration_unit(words, tokens(str(schema.get("description", "")))),
        currency=last.upper() if last in CURRENCIES else None,
        is_address=is_address,
        is_date=form in ("date", "date-time", "datetime"),
        is_currency=whole in _CURRENCY_NAMES or joined(without_unit(name)) in _CURRENCY_NAMES,
        is_negative=whole in _NEGATIVE_NAMES,
    )


def _duration_unit(words: list[str], description: list[str]) -> str | None:
    """Return the unit of time that a name, or else a description, ends a duration with."""
    for word in (*words[1:], *description):
        if word in dates.DURATION_UNITS and (
            word.endswith("s") or word in description or not _TIME_WORDS.isdisjoint(words)
        ):
            return word
    return None


def without_unit(name: str) -> str:
    """Return the name without its unit: `price_eur`, `prep_time_minutes`, `weight_kg`."""
    words = tokens(name)
    if "".join(words) in PATHS or len(words) < 2:
        return name
    last = words[-1]
    if last in ("in", "m") and len(words) == 2 and words[0] not in _SIZE_WORDS:
        return name
    length = 1 if last in dates.DURATION_UNITS or last in CURRENCIES else units.at_end(words)[1]
    if length:
        words = words[:-length]
        if words[-1] == "in" and len(words) > 1:
            words = words[:-1]
        return "_".join(words)
    return name


def label_key(label: str) -> str:
    """Return the key of a label, without the unit in brackets at its end."""
    return joined(re.sub(r"[(\[][^()\[\]]*[)\]]\s*$", "", label)) or label.strip().lower()


def unit_of_label(label: str) -> str | None:
    """Return the unit at the end of a label, in brackets or as the last word."""
    bracket = re.search(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*$", label)
    if bracket:
        return bracket[1]
    words = tokens(label)
    if len(words) > 1 and words[-1] in dates.DURATION_UNITS:
        return words[-1]
    return units.at_end(words)[0]
