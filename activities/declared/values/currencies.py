"""Currencies: their codes and signs, and how amounts of them are written."""

from __future__ import annotations

import re
from functools import lru_cache

_UNIQUE_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₪": "ILS",
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "R$": "BRL", "Kč": "CZK", "฿": "THB", "₫": "VND", "₴": "UAH", "₦": "NGN",
    "NT$": "TWD", "MX$": "MXN", "₱": "PHP", "₸": "KZT", "円": "JPY", "Ft": "HUF", "SFr": "CHF",
    "Rp": "IDR", "lei": "RON", "TL": "TRY", "S/": "PEN", "₡": "CRC", "₲": "PYG", "৳": "BDT",
    "đ": "VND", "₵": "GHS", "\u0440\u0443\u0431": "RUB", "лв": "BGN", "RM": "MYR", "د.ك": "KWD",
    "ر.ع": "OMR", "ر.س": "SAR", "د.إ": "AED", "د.ت": "TND", "د.ب": "BHD", "د.أ": "JOD",
}  # fmt: skip
"""Signs that belong to one currency only."""

_SHARED_SIGNS = ("$", "¥", "￥", "元", "kr", "Rs", "Fr")
"""Signs that belong to several currencies. Here, each stands for itself."""

_LETTERS = {
    "ZAR": "R", "NAD": "N$", "BWP": "P", "ZMW": "K", "PGK": "K", "SZL": "E", "GTQ": "Q",
    "HNL": "L", "ALL": "L", "NIO": "C$", "PAB": "B/.", "BOB": "Bs", "VES": "Bs",
}  # fmt: skip
"""Signs of currencies that have other meanings too. They count where the currency is known."""

_SIGN = re.compile(
    "|".join(
        rf"(?<![^\W\d_]){re.escape(sign)}(?![^\W\d_])"
        if sign.isalpha() and sign not in "円元"
        else re.escape(sign)
        for sign in sorted((*_UNIQUE_SIGNS, *_SHARED_SIGNS), key=len, reverse=True)
    )
)
_CODE = re.compile(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])")

_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
"""Currencies with a thousandth as their minor unit (ISO 4217, list one)."""

_DECIMAL_SEPARATORS = {
    **dict.fromkeys(
        ("AED", "AUD", "BDT", "BHD", "CNY", "EGP", "GBP", "GHS", "GTQ", "HKD", "HNL", "ILS", "INR",
         "JOD", "JPY", "KES", "KRW", "KWD", "LKR", "MXN", "MYR", "NGN", "NIO", "NPR", "NZD", "OMR",
         "PEN", "PHP", "PKR", "QAR", "SAR", "SGD", "THB", "TWD", "TZS", "UGX", "USD", "$", "¥",
         "￥", "元", "Rs"),
        ".",
    ),
    **dict.fromkeys(
        ("ALL", "ARS", "BAM", "BGN", "BRL", "BYN", "CLP", "COP", "CRC", "CZK", "DKK", "EUR", "HUF",
         "IDR", "ISK", "KZT", "MDL", "MKD", "NOK", "PLN", "PYG", "RON", "RSD", "RUB", "SEK", "TRY",
         "UAH", "UYU", "VND", "kr"),
        ",",
    ),
}  # fmt: skip
"""The decimal separator where a currency is used (CLDR 47).

Left out are currencies whose countries write both, such as CAD, CHF and TND. EUR and USD have the
separator of nearly all countries that use them.
"""


def code_of(value: object) -> str | None:
    """Return the ISO 4217 code for a code or for a sign that belongs to one currency only."""
    if not isinstance(value, str):
        return None
    sign = value.strip()
    if sign.upper() in _codes():
        return sign.upper()
    return _UNIQUE_SIGNS.get(sign) or _UNIQUE_SIGNS.get(sign.removesuffix("."))


def in_text(text: str) -> list[str]:
    """Return the currencies that a text names: codes, and signs of several currencies."""
    codes = [code for code in _CODE.findall(text) if code in _codes()]
    signs = [_UNIQUE_SIGNS.get(sign, sign) for sign in _SIGN.findall(text)]
    # `USD $5` and `$5 CAD` name one currency.
    return codes or list(dict.fromkeys(signs))


def without(text: str) -> str:
    """Return a text without the currencies that it names."""
    text = _CODE.sub(lambda code: "" if code[0] in _codes() else code[0], text)
    return _SIGN.sub("", text)


def without_letter(text: str, currency: str) -> str:
    """Return a price without the letter of `currency`, as in `R1 299,00`."""
    letter = _LETTERS.get(currency)
    return text if letter is None else re.sub(rf"^{re.escape(letter)}\.?(?=\s?\d)", "", text)


def is_sign(word: str) -> bool:
    """Return whether a word is a code or a sign, also one of several currencies."""
    return code_of(word) is not None or word.removesuffix(".") in _SHARED_SIGNS


def is_shared(sign: str) -> bool:
    """Return whether a sign belongs to several currencies."""
    return sign in _SHARED_SIGNS


def has_thousandths(currency: str) -> bool:
    """Return whether amounts of a currency usually have three decimals."""
    return currency in _THREE_DECIMALS


def decimal_separator(currency: str | None) -> str | None:
    """Return the decimal separator where a currency is used, or None if there are several."""
    return _DECIMAL_SEPARATORS.get(currency or "")


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    """Return all codes of ISO 4217, also those of the past."""
    from babel.numbers import list_currencies

    return frozenset(list_currencies())
