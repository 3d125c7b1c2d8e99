"""Single values of a model's answer, brought to the type or the enum of their schema."""

from __future__ import annotations

import difflib
import re
from typing import Any

from activities.declared.mapping.number_evidence import kind_of
from activities.declared.mapping.property_names import hints_of
from activities.declared.values import dates, enums, numbers, texts
from activities.declared.values.separators import Evidence

_MAGNITUDE = re.compile(
    r"\d\s*(?:k|m|mm|b|bn|mn|mio|mrd|tsd|million|billion|thousand|lakh|crore)\b", re.IGNORECASE
)
"""A word behind a number that makes another number of it."""

_NO_VALUE = frozenset(("", "null", "n/a"))
"""Texts that models write where there is no value."""

_NO_NUMBER = frozenset(("nan", "inf", "-inf", "infinity", "-infinity"))
"""Texts that some servers write in the place of numbers that JSON does not have."""

_LONG_INTEGER = re.compile(r"[+-]?(?:\d{16,300}|\d{1,3}(?:([,.' ])\d{3})(?:\1\d{3}){4,80})")
"""An integer that double precision may not hold, such as an identifier. It is kept exactly."""

_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}

_NEGATION = re.compile(r"\b(?:not?|non|never|without|kein\w*|nicht|ohne|sans|pas)\b", re.IGNORECASE)
_NEGATIVE_PREFIX = re.compile(r"^(?:un|in|im|ir|il|dis|non|not|no|anti|ex)")

_DATE = len("2026-12-31")

_ALIKE = 0.88
"""Ratio of `difflib` from which on a word counts as a misspelling of another word."""


def evidence_of(name: str, schema: dict[str, Any], language: str | None) -> Evidence:
    """Return what is known of a number that is the value of the property `name`."""
    hints = hints_of(name, schema)
    return Evidence(language, hints.currency, kind_of(name, hints))


def is_uncertain_number(value: Any, types: list[str], evidence: Evidence) -> bool:
    """Return whether `value` is a text instead of a number, with separators of two meanings."""
    if not isinstance(value, str) or not _wants_number(types):
        return False
    return not _MAGNITUDE.search(value) and numbers.has_two_values(value, evidence)


def _wants_number(types: list[str]) -> bool:
    return ("number" in types or "integer" in types) and "string" not in types


def to_type(value: Any, types: list[str], evidence: Evidence = numbers.NOTHING_KNOWN) -> Any:
    """Return `value` as one of `types` if that only changes its spelling, or else unchanged."""
    if isinstance(value, str) and value.strip().lower() in _NO_VALUE:
        return None
    if isinstance(value, str) and value.strip().lower() in _NO_NUMBER and _wants_number(types):
        return None
    if not types or _has_type(value, types):
        # 3.0 is an integer in JSON Schema, but reads as an integer only without its point.
        is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
        return int(value) if is_whole and "number" not in types and "integer" in types else value
    for kind in types:
        converted = _convert(value, kind, evidence)
        if converted is not None:
            return converted
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list):
        return to_type(value[0], types, evidence)
    return value


def _convert(value: Any, kind: str, evidence: Evidence) -> Any:
    """Return `value`, which has another type, as `kind`, or None if there is no safe conversion."""
    match kind:
        case "number" | "integer" if isinstance(value, str):
            number = _number(value, evidence)
            return number if kind == "number" or isinstance(number, int) else None
        case "boolean" if isinstance(value, str):
            return _BOOLEANS.get(value.strip().lower())
        case "string" if isinstance(value, bool):
            return "true" if value else "false"
        case "string" if isinstance(value, int | float):
            return texts.plain(value)
        case "array" if not isinstance(value, list):
            return [value]
    return None


def _number(text: str, evidence: Evidence = numbers.NOTHING_KNOWN) -> float | int | None:
    if _LONG_INTEGER.fullmatch(text.strip()):
        return int(re.sub(r"[^\d+-]", "", text))
    return None if _MAGNITUDE.search(text) else numbers.parse(text, None, evidence)


def _has_type(value: Any, types: list[str]) -> bool:
    match value:
        case bool():
            return "boolean" in types
        case int():
            return "integer" in types or "number" in types
        case float():
            return "number" in types or ("integer" in types and value.is_integer())
        case str():
            return "string" in types
        case list():
            return "array" in types
        case dict():
            return "object" in types
    return "null" in types


def to_format(text: str, wanted: object, language: str | None) -> str:
    """Return a date in the format `date` or `date-time`, if it is one and has only one meaning.

    Every other text is unchanged.
    """
    if wanted not in ("date", "date-time"):
        return text
    moment = dates.parse(text, language)
    if moment is None:
        return text
    if wanted == "date":
        return moment[:_DATE]
    return moment if len(moment) > _DATE else text


def to_member(value: Any, members: list[Any]) -> Any:
    """Return the member of an enum that `value` is or comes closest to, or None."""
    has_lists = any(isinstance(member, list) for member in members)
    if isinstance(value, list) and len(value) == 1 and not has_lists:
        value = value[0]
    if isinstance(value, (dict, list)):
        return value if value in members else None
    for member in members:
        if member == value and isinstance(member, bool) == isinstance(value, bool):
            return member
    strings = [member for member in members if isinstance(member, str)]
    if isinstance(value, str):
        folded = value.strip().casefold()
        for member in strings:
            if member.casefold() == folded:
                return member
    texts_of = {_plain(member): member for member in strings}
    if len(texts_of) < len(strings):
        return None  # they differ by signs only, as C and C++
    if (member := enums.member(value, members)) is not None:
        return member
    if isinstance(value, str):
        member = _equal_number(value, members)
        if member is None:
            member = _equal_boolean(value, members)
        if member is not None:
            return member
    return _closest(_plain(texts.plain(value) or ""), texts_of)


def _equal_number(text: str, members: list[Any]) -> Any:
    number = _number(text)
    if number is None:
        return None
    known = [m for m in members if isinstance(m, int | float) and not isinstance(m, bool)]
    return next((member for member in known if member == number), None)


def _equal_boolean(text: str, members: list[Any]) -> bool | None:
    truth = _BOOLEANS.get(text.strip().lower())
    return truth if any(member is truth for member in members) else None


def _closest(plain: str, members: dict[str, Any]) -> Any:
    """Return the one member that a text contains or misspells, unless one of the two is negated."""
    if not plain or _NEGATION.search(plain):
        return members.get(plain)
    words = set(plain.split())
    contained = [name for name in members if name and set(name.split()) <= words]
    if len(contained) == 1:
        return members[contained[0]]
    alike = difflib.get_close_matches(plain, members, n=2, cutoff=_ALIKE)
    alike = [name for name in alike if _is_negated(name) == _is_negated(plain)]
    return members[alike[0]] if alike else None


def _is_negated(name: str) -> bool:
    return bool(_NEGATION.search(name) or _NEGATIVE_PREFIX.match(name))


def _plain(text: str) -> str:
    """Return the words of a text in lower case, also those of `CamelCase` and `snake_case`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return " ".join(re.findall(r"\w+", spaced.replace("_", " ").casefold()))
