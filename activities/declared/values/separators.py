"""The value of digits with separators, as far as it is certain.

`1.250` and `1,250` are a thousand times apart, by who writes them. All other forms have one
meaning: a separator that occurs twice groups; so do spaces and apostrophes; nothing is grouped that
begins with 0, or that does not have groups of three digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from activities.declared.values import currencies, locales

Kind = Literal["amount", "price", "count", "bounded"]
"""What a number is. A `count` is a whole number. A `bounded` one is below 1,000, as a rating."""

ARABIC_DECIMAL = "\u066b"

_MARK = re.compile(rf"[.,' {ARABIC_DECIMAL}]")
_DECIMAL_MARKS = f".,{ARABIC_DECIMAL}"
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,' ])\d{3})(?:\1\d{3})*")
_GROUPED_IN_INDIA = re.compile(r"[1-9]\d?(?:,\d{2})+,\d{3}")


@dataclass(frozen=True)
class Evidence:
    """What is known of a number besides its digits."""

    language: str | None = None
    """The language of the text, as in BCP 47."""
    currency: str | None = None
    """The currency of a price: an ISO 4217 code, or a sign of several currencies."""
    kind: Kind = "amount"
    is_for_machines: bool = False
    """Whether the number stands in a place for machines, where standards ask for a point."""


def value_of(digits: str, evidence: Evidence, *, is_whole: bool = False) -> Decimal | None:
    """Return the value of ASCII digits with separators, or None if it is not certain.

    `is_whole` says that a mark behind the digits stands for the decimals, as in `1.299,-`.
    """
    marks = _MARK.findall(digits)
    if not marks:
        return Decimal(digits)
    mark = marks[-1]
    is_decimal = _ends_with_decimals(digits, mark, marks, evidence, is_whole=is_whole)
    if is_decimal is None:
        return None
    whole, _, decimals = digits.rpartition(mark) if is_decimal else (digits, "", "")
    return Decimal(f"{_MARK.sub('', whole) or '0'}.{decimals or '0'}")


def _ends_with_decimals(
    digits: str, mark: str, marks: list[str], evidence: Evidence, *, is_whole: bool
) -> bool | None:
    """Return whether the last mark is a decimal separator, or None if that is not certain."""
    may_be_decimal = not is_whole and _may_have_decimals(digits, mark, marks)
    if not _is_grouped(digits):
        return True if may_be_decimal else None
    return _is_decimal(mark, evidence) if may_be_decimal else False


def _may_have_decimals(digits: str, mark: str, marks: list[str]) -> bool:
    """Return whether the last mark may be a decimal separator, with groups before it."""
    if mark not in _DECIMAL_MARKS or marks.count(mark) > 1:
        return False
    whole = digits.rpartition(mark)[0]
    if not whole:
        return len(digits) != 4  # `.500` may lack what stood before it
    return whole.isdecimal() or _is_grouped(whole)


def _is_grouped(digits: str) -> bool:
    return bool(_GROUPED.fullmatch(digits) or _GROUPED_IN_INDIA.fullmatch(digits))


def _is_decimal(mark: str, evidence: Evidence) -> bool | None:
    """Return whether the one mark before three digits is a decimal separator, or None.

    A text's language decides, and in places for machines the standard does. The currency has to
    confirm that where three decimals are not usual for it.
    """
    by_standard = True if evidence.is_for_machines and mark == "." else None
    if evidence.kind == "bounded":
        return True
    if evidence.kind == "count":
        return None if by_standard else False
    by_language = _same(mark, locales.decimal_separator(evidence.language))
    if by_standard and by_language is False:
        return None  # shops write what they show into places for machines as well
    lead = by_standard if by_language is None else by_language
    if evidence.currency is None:
        return lead
    by_country = _same(mark, currencies.decimal_separator(evidence.currency))
    by_custom = currencies.has_thousandths(evidence.currency)
    if lead is None:
        return by_country if by_country == by_custom else None
    return lead if lead in (by_custom, by_country) else None


def _same(mark: str, separator: str | None) -> bool | None:
    return None if separator is None else mark == separator
