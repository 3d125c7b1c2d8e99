"""What a page shows, in a form in which two ways to write the same are equal."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cached_property

from activities.conversion.tasks import ModelPage

_NUMBER = re.compile(r"\d+(?:[\s.,:/()'\u2019\u066b\u066c-]{1,2}\d+)*")
"""Digits with the signs that stand between the digits of numbers, dates, times and telephones."""

_DIGITS_END = 0x1FC00
"""No code point from here on is a digit."""

_ASCII_DIGITS = {
    code: str(unicodedata.decimal(chr(code)))
    for code in range(0x80, _DIGITS_END)
    if chr(code).isdecimal()
}
"""The digits of all scripts."""

_MARKUP = re.compile(r"[*_`~\\|]+")

_MAX_NUMBERS = 300
"""Numbers of a page whose sums and products are looked at."""


class PageText:
    """The text of one page, and what it declares about itself."""

    def __init__(self, page: ModelPage) -> None:
        declared = json.dumps(page.evidence, ensure_ascii=False)
        self._raw = f"{page.url}\n{page.main}\n{page.rest}\n{declared}"

    def shows_text(self, text: str) -> bool:
        """Return whether `text` stands on the page, apart from case, spaces and markup."""
        return text in self._raw or _plain(text) in self._plain

    def shows_number(self, number: float) -> bool:
        """Return whether the digits of `number` stand on the page, at any power of ten."""
        return significant(number) in self._numbers

    def shows_digits(self, digits: str) -> bool:
        """Return whether `digits` follow each other on the page, apart from signs between them."""
        return any(digits in run for run in self._runs)

    def leads_to(self, number: float) -> bool:
        """Return whether `number` is the sum, difference or product of two numbers of the page."""
        known = sorted(float(digits) for digits in self._whole_numbers if len(digits) < 16)
        if len(known) > _MAX_NUMBERS:
            return True
        values = set(known)
        return any(
            number - value in values
            or number + value in values
            or (value > 1 and number / value in values)
            for value in known
        )

    def matches(self, pattern: re.Pattern[str]) -> bool:
        """Return whether `pattern` matches anywhere on the page."""
        return pattern.search(self._raw) is not None

    @cached_property
    def _plain(self) -> str:
        return _plain(self._raw)

    @cached_property
    def _decimal(self) -> str:
        """All of the text, with ASCII digits."""
        return self._raw if self._raw.isascii() else self._raw.translate(_ASCII_DIGITS)

    @cached_property
    def _runs(self) -> set[str]:
        """The digits of numbers, and of what is written like one number."""
        return {re.sub(r"\D", "", run) for run in _NUMBER.findall(self._decimal)}

    @cached_property
    def _whole_numbers(self) -> set[str]:
        return set(re.findall(r"\d+", self._decimal)) | self._runs

    @cached_property
    def _numbers(self) -> set[str]:
        return {digits.strip("0") for digits in self._whole_numbers} | {
            re.sub(r"\D", "", pair).strip("0")
            for pair in re.findall(r"\d+[.,\u066b]\d+", self._decimal)
        }


def significant(number: float) -> str:
    """Return the digits of a number without zeros at both ends."""
    return re.sub(r"\D", "", f"{number:.15g}" if abs(number) < 1e15 else f"{number:.0f}").strip("0")


def _plain(text: str) -> str:
    return " ".join(_MARKUP.sub("", unicodedata.normalize("NFKC", text)).casefold().split())
