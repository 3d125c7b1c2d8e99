"""Dates, times and durations."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from activities.declared.values import locales, texts

_MAX_TEXT = 60
"""Characters of a text that is read as a date or a duration. A longer one is a sentence."""

_ISO_DATE = re.compile(
    r"(\d{4})(?:[-/.]|\.\s)(\d{1,2})(?:[-/.]|\.\s)(\d{1,2})\.?"
    r"(?:(?:T|\s+)(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MAIL_DATE = re.compile(
    r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC|[+-]\d{4})"
)
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_WORD = re.compile(r"[^\W\d_]{3}")
_TIME = re.compile(r"\d{1,2}:\d{2}|\d\s*[ap]\.?m", re.IGNORECASE)

_ISO_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)
_WORDED_DURATION = re.compile(
    r"(?:(?P<days>\d+)\s*d(?:ays?)?)?[\s,]*(?:(?P<hours>\d+)\s*h(?:ou)?r?s?)?[\s,]*(?:and\s+)?"
    r"(?:(?P<minutes>\d+)\s*m(?:in(?:ute)?s?)?)?[\s,]*(?:(?P<seconds>\d+)\s*s(?:ec(?:ond)?s?)?)?\.?",
    re.IGNORECASE,
)

_OTHER_CALENDARS = frozenset(("ar", "ckb", "dv", "fa", "ps", "sd", "th", "ug", "ur"))
"""Languages of which pages also count years by the Islamic, Persian or Buddhist calendar (CLDR)."""

DURATION_UNITS = {
    "seconds": 1, "second": 1, "secs": 1, "sec": 1, "minutes": 60, "minute": 60, "mins": 60,
    "min": 60, "hours": 3600, "hour": 3600, "hrs": 3600, "days": 86400, "day": 86400,
}  # fmt: skip
"""Units of time at the end of a property's name, in seconds."""


def parse(value: Any, language: str | None) -> str | None:
    """Return a date in ISO 8601, with the time and the zone only if the page gives them.

    `language` is the page's language. It decides the order of day and month.
    """
    text = texts.plain(value)
    if not text or len(text) > _MAX_TEXT:
        return None
    moment = _moment("".join(str(unicodedata.decimal(sign, sign)) for sign in text), language)
    return moment if moment and _is_gregorian(moment, language) else None


def _is_gregorian(moment: str, language: str | None) -> bool:
    """Return whether a year is not one of another calendar in use, such as 1445 or 2567."""
    primary = (language or "").lower().replace("_", "-").partition("-")[0]
    return primary not in _OTHER_CALENDARS or 1900 <= int(moment[:4]) < 2300


def _moment(text: str, language: str | None) -> str | None:
    if found := _ISO_DATE.fullmatch(text):
        return _iso_date(found)
    if found := _COMPACT_DATE.fullmatch(text):
        return _date(found[1], found[2], found[3])
    if found := _NUMERIC_DATE.fullmatch(text):
        return _numeric_date(found, language)
    return _worded_date(text, language)


def _date(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _iso_date(found: re.Match[str]) -> str | None:
    day = _date(found[1], found[2], found[3])
    if day is None or found[4] is None:
        return day
    zone = (found[7] or "").upper().replace("UTC", "Z")
    if zone and zone != "Z":
        zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:] or '00'}"
    if int(found[4]) > 23 or int(found[5]) > 59:
        return None
    return f"{day}T{found[4]}:{found[5]}:{found[6] or '00'}{zone}"


def _numeric_date(found: re.Match[str], language: str | None) -> str | None:
    """Return a date such as `25/12/2024`, or None if its order is not clear."""
    first, separator, second, year = found.groups()
    if first == second or int(second) > 12:
        return _date(year, first, second)
    if int(first) > 12 or separator == ".":
        return _date(year, second, first)
    match locales.date_order(language):
        case "day first":
            return _date(year, second, first)
        case "month first":
            return _date(year, first, second)
    return None


def _worded_date(text: str, language: str | None) -> str | None:
    """Return a date in words, such as `5 mars 2024` or `March 5, 2024 7:30 PM`."""
    if not _YEAR.search(text) or not re.search(r"[^\W\d_]", text):
        return None
    if _MAIL_DATE.fullmatch(text):
        try:
            return parsedate_to_datetime(text).isoformat()
        except ValueError:  # there is no such day
            return None
    numeric = _NUMERIC_DATE.search(text)
    if numeric and (_numeric_date(numeric, language) is None or not _WORD.search(text)):
        return None
    # Not at the top: its tables of languages are large, and most pages write ISO 8601.
    import dateparser

    languages = list(dict.fromkeys([(language or "en").lower().split("-")[0].split("_")[0], "en"]))
    settings: Any = {
        "STRICT_PARSING": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],
        "DATE_ORDER": "MDY" if locales.date_order(language) == "month first" else "DMY",
    }
    try:
        found = dateparser.parse(text, languages=languages, settings=settings)
    except (ValueError, OverflowError):
        return None
    if found is None:
        return None
    return str(found.isoformat() if _TIME.search(text) else found.date().isoformat())


def seconds(value: Any) -> float | None:
    """Return the length of a duration that is written in ISO 8601 or in words."""
    text = texts.plain(value)
    if not text or len(text) > _MAX_TEXT:
        return None
    found = _ISO_DURATION.fullmatch(text) or _WORDED_DURATION.fullmatch(text)
    if found is None:
        return None
    parts = {unit: float(amount) for unit, amount in found.groupdict().items() if amount}
    return timedelta(**parts).total_seconds() if parts else None


def iso_duration(value: Any) -> str | None:
    """Return a duration in ISO 8601."""
    text = texts.plain(value)
    total = seconds(value)
    if text and _ISO_DURATION.fullmatch(text) and total is not None:
        return text
    if total is None or total != int(total):
        return None
    minutes, rest = divmod(int(total), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "H"), (minutes, "M"), (rest, "S")]
    return "PT" + "".join(f"{n}{unit}" for n, unit in parts if n) if total else "PT0S"
