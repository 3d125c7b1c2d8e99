"""The labels that a reader sees in front of the items of lists."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from activities.content.writer.escaping import delimiters_of, escape, escape_line

_MAX_NUMBER = 999_999_999
"""The largest number of an item, by CommonMark 5.2."""

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip

_STYLES = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A",
    "lower-roman": "i", "upper-roman": "I", "decimal": "1",
}  # fmt: skip
"""Styles of numbers by CSS, and the same by the attribute `type`."""

_STYLE = re.compile(
    rf"list-style(?:-type)?\s*:[^;]*?(?<![\w-])({'|'.join(_STYLES)})(?![\w-])", re.IGNORECASE
)

_MAX_ROMAN = 3999
"""The largest number that browsers write in Roman numerals, by CSS Counter Styles 3."""

_NO_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*(?:(?:inside|outside)\s+)?none", re.IGNORECASE)

_TEXT = re.compile(r"""list-style(?:-type)?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
"""A style that is a text, which stands in front of each item (CSS Lists 3, 3.3)."""

_ESCAPED = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)")

_SIGNS = frozenset("★☆☐☑☒✅✓✔✗✘❌")
"""Signs that say yes, no, or how good something is."""

_NUMBER = re.compile(r"([0-9]{1,9})[.)]?")


def labels_of(element: HtmlElement, items: list[HtmlElement]) -> list[str]:
    """Return the labels of the items of a list, in the list's own style. Bullets are empty.

    Items of ordered lists have numbers, by HTML 4.4.5. Both kinds of lists may have texts.
    """
    if element.tag != "ol":
        of_all = _text_in(element) or ""
        return [_text_in(item) or of_all for item in items]
    is_reversed = element.get("reversed") is not None
    number = _integer(element.get("start"), len(items) if is_reversed else 1)
    labels = []
    for item in items:
        number = _integer(item.get("value"), number)
        labels.append(_label_of(item, element, number))
        number += -1 if is_reversed else 1
    return labels


def counted(labels: list[str]) -> list[int] | None:
    """Return the numbers of labels if markdown counts as they do."""
    if not any(labels):
        return None
    found = [_NUMBER.fullmatch(label) for label in labels]
    numbers = [int(each[1]) for each in found if each]
    if not numbers or len(numbers) < len(labels):
        return None
    is_counted = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return numbers if is_counted and numbers[-1] <= _MAX_NUMBER else None


def as_text(label: str) -> str:
    """Return a label as text that begins no list of its own."""
    return escape_line(escape(label, delimiters_of(label, "")), is_first=True)


def _label_of(item: HtmlElement, element: HtmlElement, number: int) -> str:
    for place in (item, element):
        if (text := _text_in(place)) is not None:
            return text
        if style := _style_of(place):
            return f"{_styled(number, style)}."
    return f"{number}."


def _text_in(element: HtmlElement) -> str | None:
    """Return the text that the style attribute of an item or a list says that its marker is.

    It is empty for no marker, and for a sign that says nothing but that an item begins.
    """
    style = element.get("style")
    if style is None or "list-style" not in style:
        return None
    if found := _TEXT.search(style):
        text = _ESCAPED.sub(_unescaped, found[1] or found[2] or "").strip()
        return text if any(map(_says_something, text)) else ""
    return "" if _NO_STYLE.search(style) else None


def _unescaped(found: re.Match[str]) -> str:
    return chr(min(int(found[1], 16), 0x10FFFF)) if found[1] else found[2]


def _says_something(character: str) -> bool:
    return character.isalnum() or character in _SIGNS


def _style_of(element: HtmlElement) -> str | None:
    """Return how an element's own attributes say that its numbers are written."""
    named = _STYLE.search(element.get("style", ""))
    return _STYLES[named[1].lower()] if named else element.get("type")


def _integer(value: str | None, default: int) -> int:
    found = re.match(r"[ \t\n\f\r]*([+-]?[0-9]{1,9})", value or "")
    return int(found[1]) if found else default


def _styled(number: int, style: str | None) -> str:
    if style in ("a", "A") and number > 0:
        label = ""
        while number:
            number, letter = divmod(number - 1, 26)
            label = chr(ord(style) + letter) + label
        return label
    if style in ("i", "I") and 0 < number <= _MAX_ROMAN:
        label = ""
        for value, letters in _ROMAN:
            while number >= value:
                number -= value
                label += letters
        return label if style == "i" else label.upper()
    return str(number)
