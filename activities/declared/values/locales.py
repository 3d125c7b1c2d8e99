"""How languages write numbers and dates, from Unicode's CLDR."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from babel import Locale

DateOrder = Literal["day first", "month first"]

_MIXED_SEPARATORS = frozenset(("ar", "es", "fr_CH", "en_ZA"))
"""Languages of which CLDR names one decimal separator, but whose speakers use two.

The countries that speak Spanish differ, and so do those that speak Arabic. In the French part of
Switzerland and in South Africa, shops write points where the standard asks for commas.
"""

_MIXED_ORDERS = frozenset(("en", "en_CA"))
"""Languages in which `03/04/2024` may be either date."""

_MONTH_FIRST = frozenset(("es_US", "en_PH"))
"""Languages that put the month first, as in the United States, where CLDR differs."""


def decimal_separator(language: str | None) -> str | None:
    """Return the decimal separator of a language (BCP 47), or None if it has not only one."""
    locale = _locale(language)
    if locale is None or str(locale) in _MIXED_SEPARATORS:
        return None
    separator = _separator_of(locale)
    if locale.language == "en" and separator != ".":
        return None  # CLDR assumes that `en-DE` has a comma; most such pages have a point
    return separator


def date_order(language: str | None) -> DateOrder | None:
    """Return the order of a date such as `03/04/2024`, or None if it is not certain.

    It is not certain where dates begin with the year, and in English of an unknown country.
    """
    locale = _locale(language)
    if locale is None or str(locale) in _MIXED_ORDERS:
        return None
    if str(locale) in _MONTH_FIRST:
        return "month first"
    pattern = str(locale.date_formats["short"].pattern)
    at = {letter: pattern.find(letter) for letter in "dMy"}
    if at["y"] < max(at["d"], at["M"]):
        return None
    return "day first" if at["d"] < at["M"] else "month first"


def is_spoken_in(language: str, territory: str) -> bool:
    """Return whether a language is an official one of a territory (ISO 3166-1)."""
    from babel.languages import get_official_languages

    spoken = get_official_languages(territory.upper(), de_facto=True)
    return language.lower() in spoken


def _separator_of(locale: Locale) -> str | None:
    symbols = locale.number_symbols.get("latn", {})
    separator = symbols.get("decimal")
    return separator if isinstance(separator, str) else None


@lru_cache(maxsize=64)
def _locale(language: str | None) -> Locale | None:
    """Return CLDR's data for a language, or else for the language without its country."""
    # Not at the top: pages that declare nothing do not need it.
    from babel import Locale, UnknownLocaleError

    parts = (language or "").strip().replace("_", "-").split("-")
    if parts[0].lower() in ("root", "und"):
        return None
    for tag in ("-".join(parts), "-".join(parts[:2]), parts[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError, TypeError):
            continue
    return None
