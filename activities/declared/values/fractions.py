"""Fractions in texts: `½`, and those of inches and cups, such as `57 5/8`."""

from __future__ import annotations

import re
from decimal import Decimal

from activities.declared.values.separators import ARABIC_DECIMAL

_FRACTIONS = {
    "\u00bd": "5", "\u00bc": "25", "\u00be": "75", "\u2155": "2", "\u2156": "4", "\u2157": "6",
    "\u2158": "8", "\u215b": "125", "\u215c": "375", "\u215d": "625", "\u215e": "875",
}  # fmt: skip
"""Characters for fractions, with their decimals. Thirds and sixths have no last decimal."""

_FRACTION = re.compile(rf"(?<![\d.,])(\d*) ?([{''.join(_FRACTIONS)}])")

_MIXED = re.compile(r"(?<![\d.,/])(\d+)[ -](\d{1,2})/(2|4|8|16|32|64)(?![\d/])")
"""A whole number and a fraction."""


def with_decimals(text: str) -> str:
    """Return a text with decimals in the place of fractions."""
    return _FRACTION.sub(_of_character, _MIXED.sub(_of_mixed, text))


def _of_character(found: re.Match[str]) -> str:
    return f"{found[1] or '0'}{ARABIC_DECIMAL}{_FRACTIONS[found[2]]}"


def _of_mixed(found: re.Match[str]) -> str:
    part = Decimal(found[2]) / Decimal(found[3])
    return f"{found[1]}{ARABIC_DECIMAL}{str(part)[2:]}" if 0 < part < 1 else found[0]
