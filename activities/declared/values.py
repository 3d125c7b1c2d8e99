"""Values as pages write them, in the forms that schemas ask for. None where there is no safe way.

Nothing is guessed: a date that may be read in two ways is none, and neither is a range a number.
"""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

from w3lib.url import safe_url_string

from activities.declared.vocabulary import SAME_MEANING, joined

_SCHEMA_ORG = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)(?=[A-Z])")

_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")
_NUMBER = re.compile(r"\d[\d.,'\u2019\u00a0\u202f ]*\d|\d")
_SPACED_THOUSANDS = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?")
_WORD_BEFORE = re.compile(r"(?:[A-Za-z]+|[_/:]|\S-)$")
_MAX_WORDS_BESIDE = 3
"""Words that may stand beside a number, as its unit; more of them are a sentence."""

_CURRENCY_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₪": "ILS",
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "R$": "BRL", "Kč": "CZK", "฿": "THB", "₫": "VND", "₴": "UAH", "₦": "NGN",
}  # fmt: skip
"""Signs of one currency only: `$`, `¥` and `kr` are those of several."""

_ISO_DATE = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:(?:T|\s+)(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MAIL_DATE = re.compile(
    r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC|[+-]\d{4})"
)
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")

_MONTH_FIRST = frozenset(("en-us", "en-ph", "es-us"))
_AMBIGUOUS = frozenset(("", "en", "en-ca"))

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)
_SPOKEN_DURATION = re.compile(
    r"(?:(?P<days>\d+)\s*d(?:ays?)?)?[\s,]*(?:(?P<hours>\d+)\s*h(?:ou)?r?s?)?[\s,]*(?:and\s+)?"
    r"(?:(?P<minutes>\d+)\s*m(?:in(?:ute)?s?)?)?[\s,]*(?:(?P<seconds>\d+)\s*s(?:ec(?:ond)?s?)?)?\.?",
    re.IGNORECASE,
)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_HOST = re.compile(r"^(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/|$)", re.IGNORECASE)

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

_UNIT_CODES = {
    "MGM": "mg", "GRM": "g", "KGM": "kg", "LBR": "lb", "ONZ": "oz", "MMT": "mm", "CMT": "cm",
    "MTR": "m", "KMT": "km", "INH": "in", "FOT": "ft", "MLT": "ml", "LTR": "l", "WTT": "w",
    "KWT": "kw", "E34": "gb", "E35": "tb", "4L": "mb",
}  # fmt: skip

DURATION_UNITS = {
    "seconds": 1, "second": 1, "secs": 1, "sec": 1, "minutes": 60, "minute": 60, "mins": 60,
    "min": 60, "hours": 3600, "hour": 3600, "hrs": 3600, "days": 86400, "day": 86400,
}  # fmt: skip
"""Words at the end of a property's name, with the seconds that they stand for."""


def text(value: Any) -> str | None:
    """A string as it is, without the address of schema.org's enumerations."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _SCHEMA_ORG.sub("", value.strip()) or None
    return None


def number(value: Any, unit: str | None = None) -> float | int | None:
    """The one number in `value`, in the unit that is asked for."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return None if unit is not None or not math.isfinite(value) else _tidy(float(value))
    if not isinstance(value, str) or len(value) > 100:
        return None
    value = value.strip()
    if _PLAIN_NUMBER.fullmatch(value) and unit is None:
        return _tidy(float(value))
    found = _NUMBER.findall(value)
    if len(found) != 1:
        return None
    digits = found[0]
    if re.search(r"[ \u00a0\u202f]", digits) and not _SPACED_THOUSANDS.fullmatch(digits):
        return None
    before, _, after = value.partition(digits)
    beside = re.findall(r"[^\W\d_]+|[%°]", f"{before} {after}")
    if _is_end_of_word(before) or _is_begin_of_word(after):
        return None
    if len(beside) > _MAX_WORDS_BESIDE or _is_bound(before, after):
        return None
    # Not at the top: what has plain numbers only does not need it.
    from price_parser import Price

    amount: Decimal | None = Price.fromstring(digits).amount
    if amount is None:
        return None
    result = float(amount)
    if before.strip() in ("-", "\u2212"):
        result = -result
    if unit is not None:
        scale = _scale(beside, unit)
        if scale is None:
            return None
        result *= scale
    return _tidy(result)


def _is_end_of_word(before: str) -> bool:
    """Whether the number is the end of a word, as in `A4` or `X-1`."""
    word = _WORD_BEFORE.search(before)
    return word is not None and currency(word[0]) is None


def _is_begin_of_word(after: str) -> bool:
    """Whether the number is the beginning of a word, as in `12a` or `4-door`."""
    word = re.match(r"[A-Za-z]+|[-/:_]", after)
    return word is not None and word[0].lower() not in _UNITS and currency(word[0]) is None


def _is_bound(before: str, after: str) -> bool:
    """Whether the number is only where something begins or ends, or one of two."""
    words = re.findall(r"[^\W\d_]+", before.lower())
    return bool(
        {"from", "ab", "up", "to", "over", "under", "bis", "dès", "desde"} & set(words)
    ) or (after.strip().startswith("+") or any(sign in before for sign in "<>~≈"))


def _scale(beside: list[str], unit: str) -> float | None:
    wanted = _UNITS.get(unit)
    given = [_UNITS[word.lower()] for word in beside if word.lower() in _UNITS]
    if wanted is None or len(given) != 1 or given[0][0] != wanted[0]:
        return None
    return given[0][1] / wanted[1]


def unit_of(value: Any) -> str:
    """A unit, written out or as a code of UN/CEFACT, in the form that `number` knows."""
    plain = text(value) or ""
    return _UNIT_CODES.get(plain.upper(), plain)


def is_unit(word: str) -> bool:
    """Whether `word` is a unit of measurement that `number` can convert."""
    return word in _UNITS


def _tidy(value: float) -> float | int:
    value = round(value, 10)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def boolean(value: Any) -> bool | None:
    """True or false, also of whether something can be had."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    word = joined(_SCHEMA_ORG.sub("", value.strip()))
    if word in ("true", "yes", "y", "instock", "instoreonly", "onlineonly", "limitedavailability"):
        return True
    if word in ("false", "no", "n", "outofstock", "soldout", "discontinued"):
        return False
    return None


def currency(value: Any) -> str | None:
    """The code of ISO 4217 for a code or an unambiguous sign."""
    if not isinstance(value, str):
        return None
    value = value.strip()
    return value.upper() if re.fullmatch(r"[A-Za-z]{3}", value) else _CURRENCY_SIGNS.get(value)


def enum_member(value: Any, members: list[Any]) -> Any:
    """The member of an enum that `value` is, or means."""
    for member in members:
        if member == value and isinstance(member, bool) == isinstance(value, bool):
            return member
    word = joined(text(value) or "")
    names = {joined(member): member for member in members if isinstance(member, str)}
    if word and word in names:
        return names[word]
    for meaning in SAME_MEANING:
        if word in meaning:
            same = [member for name, member in names.items() if name in meaning]
            if len(same) == 1:
                return same[0]
    code = currency(value)
    if code is not None:
        same = [member for member in members if currency(member) == code]
        if len(same) == 1:
            return same[0]
    return None


def url(value: Any, base_url: str) -> str | None:
    """An absolute http or https URL."""
    if not isinstance(value, str):
        return None
    value = value.strip()
    if not value or any(character.isspace() for character in value):
        return None
    if (
        _HOST.match(value)
        and "/" not in value.partition("/")[0]
        and value.lower().startswith("www.")
    ):
        value = f"https://{value}"
    try:
        absolute = str(safe_url_string(urljoin(base_url, value)))
    except ValueError:
        return None
    return absolute if absolute.startswith(("http://", "https://")) else None


def email(value: Any) -> str | None:
    """A mail address."""
    if not isinstance(value, str):
        return None
    value = value.strip().removeprefix("mailto:")
    return value if _EMAIL.fullmatch(value) else None


def telephone(value: Any) -> str | None:
    """A telephone number as it is written."""
    plain = text(value)
    return plain.removeprefix("tel:").strip() if plain else None


def moment(value: Any, language: str | None) -> str | None:
    """A date, with its time and zone as far as they are given, in ISO 8601."""
    plain = text(value)
    if not plain or len(plain) > 60:
        return None
    found = _ISO_DATE.fullmatch(plain)
    if found:
        day = _date(found[1], found[2], found[3])
        if day is None or found[4] is None:
            return day
        zone = (found[7] or "").upper().replace("UTC", "Z")
        if zone and zone != "Z":
            zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:] or '00'}"
        if int(found[4]) > 23 or int(found[5]) > 59:
            return None
        return f"{day}T{found[4]}:{found[5]}:{found[6] or '00'}{zone}"
    found = _COMPACT_DATE.fullmatch(plain)
    if found:
        return _date(found[1], found[2], found[3])
    found = _NUMERIC_DATE.fullmatch(plain)
    if found:
        return _numeric_date(found[1], found[3], found[4], found[2], language)
    return _spoken_date(plain, language)


def _date(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _numeric_date(
    first: str, second: str, year: str, separator: str, language: str | None
) -> str | None:
    locale = (language or "").lower().replace("_", "-")
    if first == second or int(second) > 12:
        return _date(year, first, second)
    if int(first) > 12 or separator == ".":
        return _date(year, second, first)
    if locale in _MONTH_FIRST:
        return _date(year, first, second)
    if locale in _AMBIGUOUS:
        return None
    return _date(year, second, first)


def _spoken_date(plain: str, language: str | None) -> str | None:
    if not _YEAR.search(plain) or not re.search(r"[^\W\d_]", plain):
        return None
    if _MAIL_DATE.fullmatch(plain):
        try:
            return parsedate_to_datetime(plain).isoformat()
        except ValueError:  # no such day
            return None
    # Not at the top: its tables of languages are large, and most pages write ISO 8601.
    import dateparser

    languages = list(dict.fromkeys([(language or "en").lower().split("-")[0].split("_")[0], "en"]))
    settings: Any = {
        "STRICT_PARSING": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],
        "DATE_ORDER": "MDY" if (language or "").lower() in _MONTH_FIRST else "DMY",
    }
    try:
        found = dateparser.parse(plain, languages=languages, settings=settings)
    except (ValueError, OverflowError):
        return None
    if found is None or (_NUMERIC_DATE.search(plain) and not re.search(r"[^\W\d_]{3}", plain)):
        return None
    has_time = re.search(r"\d{1,2}:\d{2}|\d\s*[ap]\.?m", plain, re.IGNORECASE)
    return str(found.isoformat() if has_time else found.date().isoformat())


def seconds(value: Any) -> float | None:
    """The length of a duration, as ISO 8601 or a person writes it."""
    plain = text(value)
    if not plain or len(plain) > 60:
        return None
    found = _DURATION.fullmatch(plain) or _SPOKEN_DURATION.fullmatch(plain)
    if found is None:
        return None
    parts = {unit: float(amount) for unit, amount in found.groupdict().items() if amount}
    return timedelta(**parts).total_seconds() if parts else None


def iso_duration(value: Any) -> str | None:
    """A duration in ISO 8601."""
    plain = text(value)
    if plain and _DURATION.fullmatch(plain) and seconds(plain) is not None:
        return plain
    total = seconds(value)
    if total is None or total != int(total):
        return None
    minutes, rest = divmod(int(total), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "H"), (minutes, "M"), (rest, "S")]
    return "PT" + "".join(f"{n}{unit}" for n, unit in parts if n) if total else "PT0S"
