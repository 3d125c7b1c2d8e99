"""Numbers, units of measurement and currencies."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from activities.declared.values import texts

_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")
_NUMBER = re.compile(r"\d[\d.,'\u2019\u00a0\u202f ]*\d|\d")
_SPACE = re.compile(r"[ \u00a0\u202f]")
_SPACED_THOUSANDS = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?")
_WORD_BEFORE = re.compile(r"(?:[A-Za-z]+|[_/:]|\S-)$")
_WORD_AFTER = re.compile(r"[A-Za-z]+|[-/:_]")

_MAX_TEXT = 100
"""Characters of a text that is read as a number. A longer one is a sentence."""

_MAX_WORDS_BESIDE = 3
"""Words that may stand beside a number, as its unit. More words are a sentence."""

_LIMIT_WORDS = frozenset(("from", "ab", "up", "to", "over", "under", "bis", "dès", "desde"))
"""Words before a number that is only a lower or an upper limit."""

_LIMIT_SIGNS = "<>~≈"

_CURRENCY_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₪": "ILS",
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "R$": "BRL", "Kč": "CZK", "฿": "THB", "₫": "VND", "₴": "UAH", "₦": "NGN",
}  # fmt: skip
"""Signs that belong to one currency only. `$`, `¥` and `kr` belong to several."""

_UNITS: dict[str, tuple[str, float]] = {
    "mg": ("mass", 1e-6), "g": ("mass", 1e-3), "gram": ("mass", 1e-3), "grams": ("mass", 1e-3),
    "kg": ("mass", 1), "lb": ("mass", 0.45359237), "lbs": ("mass", 0.45359237),
    "oz": ("mass", 0.028349523125), "mm": ("length", 1e-3), "cm": ("length", 1e-2),
    "m": ("length", 1), "km": ("length", 1e3), "in": ("length", 0.0254), "inch": ("length", 0.0254),
    "inches": ("length", 0.0254), "ft": ("length", 0.3048), "ml": ("volume", 1e-3),
    "l": ("volume", 1), "liter": ("volume", 1), "liters": ("volume", 1), "litres": ("volume", 1),
    "kcal": ("energy", 1), "calories": ("energy", 1), "cal": ("energy", 1), "w": ("power", 1),
    "kw": ("power", 1e3), "gb": ("data", 1), "mb": ("data", 1e-3), "tb": ("data", 1e3),
}  # fmt: skip
"""Units, with what they measure and their size in that quantity's base unit.

On food, `cal` means the kilocalorie.
"""

_UNIT_CODES = {
    "MGM": "mg", "GRM": "g", "KGM": "kg", "LBR": "lb", "ONZ": "oz", "MMT": "mm", "CMT": "cm",
    "MTR": "m", "KMT": "km", "INH": "in", "FOT": "ft", "MLT": "ml", "LTR": "l", "WTT": "w",
    "KWT": "kw", "E34": "gb", "E35": "tb", "4L": "mb",
}  # fmt: skip
"""Codes of UN/CEFACT Recommendation 20, which schema.org uses in `unitCode`."""


def parse(value: Any, unit: str | None = None) -> float | int | None:
    """Return the one number in `value`, converted to `unit` if that is given."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return None if unit is not None or not math.isfinite(value) else _tidy(float(value))
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        return None
    value = value.strip()
    if _PLAIN_NUMBER.fullmatch(value) and unit is None:
        return _tidy(float(value))
    return _parse_text(value, unit)


def _parse_text(text: str, unit: str | None) -> float | int | None:
    """Return the number in a text such as `1.299,00 €`, `CHF 1'299.50` or `4 servings`."""
    found = _NUMBER.findall(text)
    if len(found) != 1:
        return None
    digits = found[0]
    if _SPACE.search(digits) and not _SPACED_THOUSANDS.fullmatch(digits):
        return None
    before, _, after = text.partition(digits)
    if _is_end_of_word(before) or _is_begin_of_word(after) or _is_limit(before, after):
        return None
    words_beside = re.findall(r"[^\W\d_]+|[%°]", f"{before} {after}")
    if len(words_beside) > _MAX_WORDS_BESIDE:
        return None
    amount = _amount(digits)
    if amount is None:
        return None
    if before.strip() in ("-", "\u2212"):
        amount = -amount
    if unit is None:
        return _tidy(amount)
    scale = _scale(words_beside, unit)
    return None if scale is None else _tidy(amount * scale)


def _amount(digits: str) -> float | None:
    """Return the value of digits with separators of thousands and decimals."""
    # Not at the top: a page with plain numbers only does not need this library.
    from price_parser import Price

    amount: Decimal | None = Price.fromstring(digits).amount
    return None if amount is None else float(amount)


def _is_end_of_word(before: str) -> bool:
    """Return whether the number is the end of a word, as in `A4` or `X-1`."""
    word = _WORD_BEFORE.search(before)
    return word is not None and currency_code(word[0]) is None


def _is_begin_of_word(after: str) -> bool:
    """Return whether the number is the beginning of a word, as in `12a` or `4-door`."""
    word = _WORD_AFTER.match(after)
    return word is not None and word[0].lower() not in _UNITS and currency_code(word[0]) is None


def _is_limit(before: str, after: str) -> bool:
    """Return whether the number is only a limit, as in `from 5`, `<5` or `5+`."""
    words = re.findall(r"[^\W\d_]+", before.lower())
    return (
        not _LIMIT_WORDS.isdisjoint(words)
        or after.strip().startswith("+")
        or any(sign in before for sign in _LIMIT_SIGNS)
    )


def _scale(words: list[str], unit: str) -> float | None:
    """Return the factor from the unit among `words` to `unit`."""
    wanted = _UNITS.get(unit)
    given = [_UNITS[word.lower()] for word in words if word.lower() in _UNITS]
    if wanted is None or len(given) != 1 or given[0][0] != wanted[0]:
        return None
    return given[0][1] / wanted[1]


def _tidy(value: float) -> float | int:
    """Return the value without rounding noise, as an integer if it is a whole number."""
    value = round(value, 10)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def unit_name(value: Any) -> str:
    """Return the name of a unit that is written out, or given as a code of UN/CEFACT."""
    text = texts.plain(value) or ""
    return _UNIT_CODES.get(text.upper(), text)


def is_unit(word: str) -> bool:
    """Return whether `word` is a unit that `parse` can convert to."""
    return word in _UNITS


def currency_code(value: Any) -> str | None:
    """Return the ISO 4217 code for a code or for a sign that belongs to one currency only."""
    if not isinstance(value, str):
        return None
    value = value.strip()
    return value.upper() if re.fullmatch(r"[A-Za-z]{3}", value) else _CURRENCY_SIGNS.get(value)
