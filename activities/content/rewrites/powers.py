"""Powers and indices, which plain text can express."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-\u2212=()abcdefghijklmnoprstuvwxyz",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
        strict=True,
    )
)
_SUBSCRIPTS = dict(
    zip("0123456789+-\u2212=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)

_MAX_SCRIPT = 20
"""Characters of an index or a power. More are a note."""

_OPERATORS = frozenset("+-\u2212=*/,.()[]{}|<>\u2032\u2217\u00b1\u2213\u00d7\u221e\u22a5\u2020")
"""What stands in a power that is no word."""

_WORDS_ABOVE = frozenset(("TM", "SM", "MC", "MD", "MR"))
"""Signs of trademarks, which are raised and no powers."""

_WORD = re.compile(r"[^\W\d_]{3}")
"""What an index of several words has, and no expression."""

_PRICE = re.compile(
    r"(?:[$€£¥]|\b(?:AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|INR|JPY|MXN|NOK|NZD|PLN|RON|SEK|"
    r"SGD|TRY|UAH|USD|ZAR))\s*\d[\d.,\u202f\xa0 ]*$"
)
_MAX_PRICE = 40
"""Characters before the decimals of a price that are looked at."""

_NUMBER = re.compile(r"(?:^|[^\w.,])\d[\d.,]*$")
_CURRENCY = re.compile(r"\s*(?:[€$£¥₽₴]|zł|kr\b|Kč)")
_MINOR = re.compile(r"[.,]?\d\d")
"""The part of a price that is raised: 19<sup>99</sup>."""


def write_powers_and_indices(root: HtmlElement) -> None:
    """Replace 10<sup>6</sup> with 10⁶, because markdown would make it 106.

    What no such signs exist for becomes 10^(6.5) or x_(max). Words, as in 1<sup>st</sup>, stay as
    they are. The decimals of a price are no power.
    """
    for numerator in root.iter("span"):
        if _is_numerator(numerator):
            numerator.text = f" {numerator.text or ''}"
    for element in reversed(list(root.iter("sup", "sub"))):
        text = " ".join(element.text_content().split())
        if not text or len(text) > _MAX_SCRIPT or not _is_plain(element):
            continue
        if (written := _written(element, text)) is None:
            continue
        for child in list(element):
            element.remove(child)
        element.text, element.tag = written, "span"


def _written(element: HtmlElement, text: str) -> str | None:
    """Return what stands for a power or an index with the given text. None for its own text."""
    is_power = element.tag == "sup"
    signs = _SUPERSCRIPTS if is_power else _SUBSCRIPTS
    before = _text_before(element)
    if is_power and _MINOR.fullmatch(text) and (separator := _separator_of_price(element)):
        return text if text[0] in ".," else separator + text
    is_word = text.isalpha() and len(text) > 1
    if not is_word and all(character in signs for character in text):
        return "".join(signs[character] for character in text)
    if not _ends_with_sign(before):
        return None
    if is_power and not _is_power(element, text):
        return None
    if not is_power and " " in text and _WORD.search(text):
        return f" {text}"
    bracketed = text if text[0] == "(" and text[-1] == ")" else f"({text})"
    return f"{'^' if is_power else '_'}{bracketed}"


def _is_power(element: HtmlElement, text: str) -> bool:
    """Return whether raised text is a power, and no word as in 1<sup>st</sup>, and no note."""
    if text in _WORDS_ABOVE or text[0] == "[" or not any(map(str.isalnum, text)):
        return False
    if any(character.isdigit() or "\u03b1" <= character <= "\u03c9" for character in text):
        return True
    before = element.getprevious()
    is_variable = before is not None and before.tag in ("i", "em", "var") and not before.tail
    return is_variable or _is_expression(text) or (text.isupper() and len(text) == 1)


def _is_expression(text: str) -> bool:
    return not _OPERATORS.isdisjoint(text) and all(
        character.isalnum() or character.isspace() or character in _OPERATORS for character in text
    )


def _separator_of_price(element: HtmlElement) -> str | None:
    """Return what separates the decimals of a price that a raised number ends. None if none is."""
    before = ""
    for other in element.itersiblings(preceding=True):
        before = f"{other.text_content()}{other.tail or ''}{before}"
        if len(before) > _MAX_PRICE:
            break
    else:
        before = f"{element.getparent().text or ''}{before}"
    before = before.rstrip()
    if _PRICE.search(before):
        return "."
    following = element.getnext()
    after = element.tail or ("" if following is None else following.text_content())
    return "," if _NUMBER.search(before) and _CURRENCY.match(after) else None


def _is_plain(element: HtmlElement) -> bool:
    """Return whether an element holds text, perhaps in italics, as variables are."""
    return all(child.tag in ("i", "em", "var", "span") and not len(child) for child in element)


def _is_numerator(element: HtmlElement) -> bool:
    """Return whether an element is the fraction behind a whole number, which is only raised."""
    if element.get("class") != "num" or "frac" not in element.getparent().get("class", "").split():
        return False
    return _ends_with_sign(_text_before(element))


def _text_before(element: HtmlElement) -> str:
    """Return the text right before an element, in the same block."""
    before = element.getprevious()
    text = element.getparent().text if before is None else before.tail
    if not text and before is not None:
        text = before.text_content()
    return text or ""


def _ends_with_sign(text: str) -> bool:
    """Return whether a text ends with a letter, a number or a bracket."""
    return bool(text) and (text[-1].isalnum() or text[-1] in ")]}")
