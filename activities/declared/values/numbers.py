"""Numbers in texts: which one it is, and whether the text around leaves it as it is."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace
from typing import Any

from activities.declared.values import currencies, fractions, ratings, units
from activities.declared.values.separators import ARABIC_DECIMAL, Evidence, value_of

_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")
_PLAIN_DIGITS = re.compile(r"-?\d+(?:[.,]\d+)?")
_NUMBER = re.compile(
    rf"(?<![\w.,'])[.,]\d+|\d[\d.,' {ARABIC_DECIMAL}]*\d|\d",
)
_WORD_BEFORE = re.compile(r"(?:[^\W\d_]+|[_/:]|\S-)$")
_WORD_AFTER = re.compile(
    r"[^\W\d_]+|[-/:_^\u00b2\u00b3\u00b9\u2070-\u2079\u00bc-\u00be\u2150-\u215f]"
)
_NO_MINOR_UNITS = re.compile(r"(?:[.,:]\s?|/)[-\u2013\u2014]+")
"""Dashes for the decimals, as in `1.299,-`, `1 299:-` and `1,299/-`."""

_MINUS = ("-", "\u2013")

_MAX_TEXT = 100
"""Characters of a text that is read as a number. A longer one is a sentence."""

_MAX_WORDS_BESIDE = 3
"""Words that may stand beside a number, as its unit. More words are a sentence."""

_LIMIT_WORDS = frozenset(
    ("from", "ab", "up", "to", "over", "under", "bis", "dès", "desde", "starting", "starts", "min",
     "max", "least", "most", "less", "more", "than", "below", "above", "hasta", "partir", "vanaf",
     "från", "fra", "od", "da", "unter", "über", "mindestens", "höchstens", "maximal", "moins",
     "plus", "menos", "más", "jusqu", "jusque", "about", "approx", "approximately", "around",
     "circa", "ca", "etwa", "rund", "environ", "almost", "nearly", "約", "约")
)  # fmt: skip
"""Words before a number that is only a limit, or that is rounded."""

_NOT_THE_PRICE = frozenset(
    ("was", "statt", "instead", "uvp", "rrp", "msrp", "before", "save", "off", "discount", "spare",
     "sparen", "rabatt", "%")
)  # fmt: skip
"""Words beside an amount that is not the price: a former price, or what it is reduced by."""

_LIMIT_SIGNS = "<>~≈≤≥±"

_MAGNITUDE = re.compile(
    r"(?:k|tsd|tausend|thousand|mil|mille|mill|mio|mln|million\w*|millon\w*|millón|milhões|mrd|mld"
    r"|milliard\w*|bn|billion\w*|bil|trillion\w*|lakhs?|lacs?|crores?|тыс|млн|млрд)(?![^\W\d_])"
    r"|[千万億亿천만억]",
    re.IGNORECASE,
)
"""A word behind a number that makes another number of it."""

_SHORT_MAGNITUDE = re.compile(r"(?:M|MM|B)(?![^\W\d_])")
"""Signs for millions and billions that stand for a unit elsewhere, behind prices and counts."""

_MINOR_UNIT = re.compile(r"¢|(?:cents?|ct|pence|p|коп)(?![^\W\d_])", re.IGNORECASE)
"""A hundredth of a currency behind a number, so that it is not the price in that currency."""

NOTHING_KNOWN = Evidence()


def parse(
    value: Any,
    unit: str | None = None,
    evidence: Evidence = NOTHING_KNOWN,
    *,
    given_unit: str | None = None,
) -> float | int | None:
    """Return the one number in `value`, converted to `unit` if that is given.

    `given_unit` is the unit of a number that stands alone. The result is None if the value has no
    number, several numbers, or one whose separators have two meanings.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        amount = float(value) if math.isfinite(value) else None
        return _in_unit(amount, [given_unit or ""], unit)
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        return None
    text = _plain(value)
    if evidence.is_for_machines:
        if _PLAIN_NUMBER.fullmatch(text) and not _PLAIN_DIGITS.fullmatch(text):
            return _in_unit(float(text), [given_unit or ""], unit)
        evidence = replace(evidence, is_for_machines=bool(_PLAIN_DIGITS.fullmatch(text)))
    return _parse_text(text, unit, evidence, given_unit)


def _plain(text: str) -> str:
    """Return a text with ASCII digits, spaces, apostrophes and signs, without invisible marks."""
    return "".join(map(_plain_character, text)).strip()


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    if character in "\u2018\u2019\u02bc\u2032\uff07\u00b4\u066c":
        return "'"
    if character in "\u2212\uff0d\ufe63\u2010\u2011":
        return "-"
    if character in "\uff0e\uff0c\uff05\u066a":
        return {"\uff0e": ".", "\uff0c": ","}.get(character, "%")
    match unicodedata.category(character):
        case "Zs":
            return " "
        case "Cf":
            return ""
    return character


def _parse_text(
    text: str, unit: str | None, evidence: Evidence, given_unit: str | None
) -> float | int | None:
    """Return the number in a text such as `1.299,00 €`, `CHF 1'299.50` or `4 servings`."""
    text = fractions.with_decimals(units.with_powers(text))
    if evidence.kind == "bounded":
        text = ratings.without_scale(text)
    elif evidence.currency is not None:
        text = currencies.without_letter(text, evidence.currency)
    found = _NUMBER.findall(text)
    if len(found) != 1:
        return None
    digits = found[0]
    before, _, after = text.partition(digits)
    dash = _NO_MINOR_UNITS.match(after)
    after = after[dash.end() :] if dash else after
    if not _is_number_alone(before, after, evidence):
        return None
    named = currencies.in_text(f"{before} {after}")
    if len(named) > 1 or (named and evidence.kind in ("count", "bounded")):
        return None
    if named and not (evidence.currency and currencies.is_shared(named[0])):
        evidence = replace(evidence, currency=named[0])
    amount = value_of(digits, evidence, is_whole=dash is not None)
    sign = _sign(before, after, evidence)
    if amount is None or sign is None or ("+" in before and " " in digits):
        return None
    words = dict.fromkeys([*_words(before, after), given_unit or ""])
    return _in_unit(float(sign * amount), list(words), unit)


def _is_number_alone(before: str, after: str, evidence: Evidence) -> bool:
    """Return whether the text around a number leaves the number as it is."""
    words = _words(before, after)
    is_price = evidence.kind == "price" or bool(currencies.in_text(f"{before} {after}"))
    return not (
        _is_end_of_word(before)
        or _is_begin_of_word(after)
        or _is_limit(before, after)
        or _MAGNITUDE.match(after.lstrip())
        or (evidence.kind in ("price", "count") and _SHORT_MAGNITUDE.match(after.lstrip()))
        or (evidence.kind == "price" and _MINOR_UNIT.match(after.lstrip()))
        or len(words) > _MAX_WORDS_BESIDE
        or (is_price and not _NOT_THE_PRICE.isdisjoint(map(str.lower, words)))
    )


def _words(before: str, after: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|[%°]", f"{before} {after}")


def _is_end_of_word(before: str) -> bool:
    """Return whether the number is the end of a word, as in `A4` or `X-1`."""
    word = _WORD_BEFORE.search(before)
    if word is None or currencies.is_sign(word[0]) or not _is_latin(word[0]):
        return False
    return bool(_WORD_BEFORE.search(currencies.without(before)))


def _is_begin_of_word(after: str) -> bool:
    """Return whether the number is the beginning of a word, as in `12a` or `4-door`."""
    word = _WORD_AFTER.match(after)
    return word is not None and not (
        units.is_unit(word[0].lower()) or currencies.is_sign(word[0]) or not _is_latin(word[0])
    )


def _is_latin(word: str) -> bool:
    """Return whether a word is not one of a script that sets no space beside numbers."""
    return not word[0].isalpha() or unicodedata.name(word[0], "").startswith("LATIN")


def _is_limit(before: str, after: str) -> bool:
    """Return whether the number is only a limit, as in `from 5`, `<5` or `5+`."""
    words = re.findall(r"[^\W\d_]+", before.lower())
    return (
        not _LIMIT_WORDS.isdisjoint(words)
        or after.strip().startswith("+")
        or any(sign in before for sign in _LIMIT_SIGNS)
    )


def _sign(before: str, after: str, evidence: Evidence) -> int | None:
    """Return 1 or -1, or None if it is not certain which of them.

    A number in parentheses is a negative one in accounts. Elsewhere it is only set apart.
    """
    around = currencies.without(before).strip()
    if around == "(" and currencies.without(after).strip() == ")":
        return 1 if evidence.kind == "count" else None
    if around not in _MINUS:
        return 1
    has_space = re.search(r"[-\u2013]\s+$", before)
    return None if has_space else -1


def _in_unit(amount: float | None, words: list[str], unit: str | None) -> float | int | None:
    """Return the amount in `unit`. One of the `words` is the unit that it has."""
    if amount is None:
        return None
    factor = 1 if unit is None else units.factor(words, unit)
    return None if factor is None else _tidy(amount * factor)


def _tidy(value: float) -> float | int:
    """Return the value without rounding noise, as an integer if it is a whole number."""
    value = round(value, 10)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def has_two_values(text: str, evidence: Evidence) -> bool:
    """Return whether a text has one number, but with separators that have two meanings."""
    if parse(text, None, evidence) is not None:
        return False
    german, english = (
        parse(text, None, replace(evidence, language=language, currency=None, kind="amount"))
        for language in ("de", "en")
    )
    return german != english


def has_digits(value: Any) -> bool:
    """Return whether a value is a text with a digit."""
    return isinstance(value, str) and any(map(str.isdigit, value))
