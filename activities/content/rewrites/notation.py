"""Formulas, powers and indices, which plain text can express."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_SUPERSCRIPTS = str.maketrans("0123456789+-\u2212=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-\u2212=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_HAS_SUPERSCRIPT = re.compile(r"[0-9+\-\u2212=()ni]+")
_HAS_SUBSCRIPT = re.compile(r"[0-9+\-\u2212=()]+")


def write_formulas(root: HtmlElement) -> None:
    """Replace formulas that carry their TeX source with that source, between dollar signs."""
    for annotation in list(root.iter("annotation")):
        if annotation.get("encoding") != "application/x-tex":
            continue
        math = next(annotation.iterancestors("math"), None)
        if math is not None and math.getparent() is not None:
            _replace_formula(math, " ".join(annotation.text_content().split()))


def _replace_formula(math: HtmlElement, tex: str) -> None:
    around = next((span for span in math.iterancestors("span") if _is_katex(span)), math)
    text = HtmlElement(f"${tex}$")
    text.tag = "span"
    text.tail = around.tail
    around.getparent().replace(around, text)
    # Wikipedia hides the formula and shows a picture of it.
    hidden = text.getparent()
    if "mathml" in hidden.get("class", ""):
        hidden.attrib.pop("style", None)
        picture = hidden.getnext()
        if picture is not None and picture.tag == "img":
            picture.drop_tree()


def _is_katex(span: HtmlElement) -> bool:
    """Return whether a `span` is the one that KaTeX puts around both forms of a formula."""
    return bool(span.get("class", "").split()[:1] == ["katex"])


def write_powers_and_indices(root: HtmlElement) -> None:
    """Replace 10<sup>6</sup> with 10⁶, because markdown would make it 106."""
    for element in list(root.iter("sup", "sub")):
        text = element.text_content().strip()
        if len(element) or not text:
            continue
        if element.tag == "sup" and _HAS_SUPERSCRIPT.fullmatch(text):
            element.text = text.translate(_SUPERSCRIPTS)
        elif element.tag == "sub" and _HAS_SUBSCRIPT.fullmatch(text):
            element.text = text.translate(_SUBSCRIPTS)
        else:
            continue
        element.drop_tag()
