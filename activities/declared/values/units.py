"""Units of measurement."""

from __future__ import annotations

from typing import Any

from activities.declared.values import texts

_UNITS: dict[str, tuple[str, float]] = {
    "mg": ("mass", 1e-6), "g": ("mass", 1e-3), "gram": ("mass", 1e-3), "grams": ("mass", 1e-3),
    "kg": ("mass", 1), "lb": ("mass", 0.45359237), "lbs": ("mass", 0.45359237),
    "oz": ("mass", 0.028349523125), "mm": ("length", 1e-3), "cm": ("length", 1e-2),
    "m": ("length", 1), "km": ("length", 1e3), "in": ("length", 0.0254), "inch": ("length", 0.0254),
    "inches": ("length", 0.0254), "ft": ("length", 0.3048), "ml": ("volume", 1e-3),
    "cl": ("volume", 1e-2), "dl": ("volume", 1e-1), "l": ("volume", 1), "liter": ("volume", 1),
    "litre": ("volume", 1), "liters": ("volume", 1), "litres": ("volume", 1),
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


def factor(words: list[str], unit: str) -> float | None:
    """Return the factor from the one unit among `words` to `unit`, or None if there is none."""
    wanted = _UNITS.get(unit)
    given = [_UNITS[word.lower()] for word in words if word.lower() in _UNITS]
    if wanted is None or len(given) != 1 or given[0][0] != wanted[0]:
        return None
    return given[0][1] / wanted[1]


def unit_name(value: Any) -> str:
    """Return the name of a unit that is written out, or given as a code of UN/CEFACT."""
    text = texts.plain(value) or ""
    return _UNIT_CODES.get(text.upper(), text)


def is_unit(word: str) -> bool:
    """Return whether `word` is a unit that `factor` knows."""
    return word in _UNITS
