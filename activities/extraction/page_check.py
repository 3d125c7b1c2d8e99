"""The values of an answer, compared with the page from which they have to come.

Models, small ones most of all, invent values where they find none. Many right values stand nowhere
on the page either: sums, translations, names of kinds, summaries. So a value is left out only if
nothing but copying can lead to it. Where the page declares the value for itself, that is taken.

A prompt may ask for anything, and so may the description of a property. Their values stay.
"""

from __future__ import annotations

import re
from typing import Any

from activities.conversion.tasks import ModelPage
from activities.extraction.page_text import PageText, significant
from domain.schema.canonical import canonical
from domain.schema.references import escape, resolve

_MIN_DIGITS = 4
"""Digits of a group in a text, from which on chance does not put it on a page."""

_MIN_SIGNIFICANT = 5
"""Digits of a whole number without zeros at its end, from which on it is no estimate."""

_LARGEST = 1e12
"""Models that repeat a digit write larger numbers than pages do."""

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HIDDEN_AT = re.compile(r"[\[({]\s*at\s*[\])}]|\(a\)|&#0?64;", re.IGNORECASE)
"""How pages write `@` for people only."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[:.h]\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
"""Dates and times, which have many forms."""

_LONG_GROUP = 8
_COMPARED_DIGITS = 6
"""Digits at the end of a long group that are compared: a telephone may get its country's code."""

_NUMBER_WORDS = re.compile("[〇一二三四五六七八九十百千万萬億]{3,}")
"""Numbers in words of which models make digits."""

_YEAR = re.compile(r"(?:19|20)\d\d")


class PageCheck:
    """A check of answers for one page by one schema."""

    def __init__(self, page: ModelPage, schema: dict[str, Any]) -> None:
        self._root = canonical(schema)
        self._declared = page.declared
        self._text = PageText(page)
        self.invented: list[str] = []
        """JSON Pointers of values that are left out."""

    def checked(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return `answer` with what the page declares, and without what it cannot hold."""
        return self._object(answer, resolve(self._root, self._root), "")

    def _object(
        self, found: dict[str, Any], schema: dict[str, Any], pointer: str
    ) -> dict[str, Any]:
        checked = dict(found)
        for name, part in schema.get("properties", {}).items():
            place = f"{pointer}/{escape(name)}"
            value = self._value(found.get(name), resolve(part, self._root), place)
            if value is not None or name in found:
                checked[name] = value
        return checked

    def _value(self, found: Any, schema: dict[str, Any], pointer: str) -> Any:
        if "description" in schema:
            return found
        if isinstance(found, dict):
            return self._object(found, schema, pointer)
        if found is None or found == []:
            return self._declared.get(pointer, found)
        if isinstance(found, list):
            items = resolve(schema.get("items", {}), self._root)
            entries = [self._value(entry, items, f"{pointer}/{n}") for n, entry in enumerate(found)]
            # Where entries may be null they keep their place: the list may be a row of a table.
            if "null" in items.get("type", ()) or None in found:
                return entries
            return [entry for entry in entries if entry is not None]
        if isinstance(found, bool) or "enum" in schema or "const" in schema or self._shows(found):
            return found
        if pointer in self._declared:
            return self._declared[pointer]
        if self._is_invented(found):
            self.invented.append(pointer)
            return None
        return found

    def _shows(self, value: str | float) -> bool:
        if isinstance(value, str):
            return self._text.shows_text(value)
        if abs(value) >= _LARGEST:
            return self._text.shows_digits(f"{abs(value):.0f}")
        return self._text.shows_number(value)

    def _is_invented(self, value: str | float) -> bool:
        if isinstance(value, str):
            return self._is_invented_mail(value) or self._has_invented_digits(value)
        if abs(value) >= _LARGEST:
            return True
        if value != int(value) or len(significant(value)) < _MIN_SIGNIFICANT:
            return False
        if self._text.matches(_NUMBER_WORDS):
            return False
        return not self._text.shows_digits(significant(value)) and not self._text.leads_to(value)

    def _is_invented_mail(self, text: str) -> bool:
        mail = _MAIL.fullmatch(text.strip())
        return mail is not None and not self._text.matches(_HIDDEN_AT)

    def _has_invented_digits(self, text: str) -> bool:
        if _MOMENT.search(text) or self._text.matches(_NUMBER_WORDS):
            return False
        groups = [group for group in re.findall(r"\d+", text) if not _YEAR.fullmatch(group)]
        return any(
            len(group) >= _MIN_DIGITS and not self._text.shows_digits(_compared(group))
            for group in groups
        )


def _compared(group: str) -> str:
    digits = group.strip("0")
    return digits[-_COMPARED_DIGITS:] if len(digits) > _LONG_GROUP else digits
