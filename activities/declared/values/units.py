"""Units of measurement."""

from __future__ import annotations

import re
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
    "mm²": ("area", 1e-6), "cm²": ("area", 1e-4), "m²": ("area", 1), "qm": ("area", 1),
    "sqm": ("area", 1), "km²": ("area", 1e6), "ha": ("area", 1e4), "ft²": ("area", 0.09290304),
    "sqft": ("area", 0.09290304), "cm³": ("volume", 1e-3), "m³": ("volume", 1e3),
    "hz": ("frequency", 1), "khz": ("frequency", 1e3), "mhz": ("frequency", 1e6),
    "ghz": ("frequency", 1e9), "mah": ("charge", 1), "wh": ("work", 1), "kwh": ("work", 1e3),
    "px": ("pixels", 1), "dpi": ("resolution", 1), "ppi": ("resolution", 1), "fps": ("rate", 1),
    "rpm": ("rotation", 1), "mph": ("speed", 1.609344), "kmh": ("speed", 1), "db": ("level", 1),
}  # fmt: skip
"""Units, with what they measure and their size in that quantity's base unit.

On food, `cal` means the kilocalorie.
"""

_UNIT_CODES = {
    "MGM": "mg", "GRM": "g", "KGM": "kg", "LBR": "lb", "ONZ": "oz", "MMT": "mm", "CMT": "cm",
    "MTR": "m", "KMT": "km", "INH": "in", "FOT": "ft", "MLT": "ml", "LTR": "l", "WTT": "w",
    "KWT": "kw", "E34": "gb", "E35": "tb", "4L": "mb", "MTK": "m²", "KMK": "km²", "FTK": "ft²",
    "HAR": "ha", "MTQ": "m³",
}  # fmt: skip
"""Codes of UN/CEFACT Recommendation 20, which schema.org uses in `unitCode`."""

_POWER = re.compile(r"(?<![^\W\d_])([mck]?m|ft)\^?([23])(?!\w)", re.IGNORECASE)
_POWERS = {"2": "²", "3": "³"}


def with_powers(text: str) -> str:
    """Return a text in which `km2` and `m^3` are written as `km²` and `m³`."""
    return _POWER.sub(lambda found: found[1] + _POWERS[found[2]], text)


def at_end(words: list[str]) -> tuple[str | None, int]:
    """Return the unit at the end of a name's words, and how many of them it has.

    The unit of `area`, `km`, `2` is `km²`.
    """
    if len(words) > 2 and words[-1] in _POWERS:
        unit = words[-2] + _POWERS[words[-1]]
        return (unit, 2) if unit in _UNITS else (None, 0)
    return (words[-1], 1) if len(words) > 1 and words[-1] in _UNITS else (None, 0)


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
