"""Formulas, which plain text can express as TeX."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement, fragment_fromstring

from activities.content.rewrites.mathml import to_tex

_TEX_ENCODING = re.compile(r"(?:^|/|\b)(?:x-)?(?:la)?tex$", re.IGNORECASE)
"""The encoding of an annotation, or the type of a script, that holds TeX."""

_RENDERED = re.compile(r"(?:^|\s)(?:MathJax(?:_\w+)?|mjx-chtml|mjx-container|MJX\w*)(?:\s|$)")
"""Classes of what MathJax 2 puts in front of the script that holds the source."""

_COMMENT = re.compile(r"(?<!\\)%.*")


def write_formulas(root: HtmlElement) -> None:
    """Replace formulas with their TeX source, between dollar signs.

    The source is an annotation of MathML, an attribute, or a script of MathJax 2. MathML without a
    source is translated. Displayed formulas get two dollar signs.
    """
    for script in list(root.iter("script")):
        kind, _, mode = script.get("type", "").partition(";")
        if kind.strip().lower() == "math/tex":
            _remove_rendered(script)
            _replace(script, script.text or "", is_displayed="display" in mode)
        elif kind.strip().lower() == "math/mml" and script.text:
            _replace_mathml_script(script)
    for math in list(root.iter("math")):
        if math.getparent() is not None:
            _replace_math(math)


def _remove_rendered(script: HtmlElement) -> None:
    """Remove what MathJax 2 shows for a script."""
    before = script.getprevious()
    while before is not None and not (before.tail or "").strip():
        if not _RENDERED.search(before.get("class") or ""):
            return
        following = before.getprevious()
        before.drop_tree()
        before = following


def _replace_mathml_script(script: HtmlElement) -> None:
    try:
        math = fragment_fromstring(script.text)
    except (etree.LxmlError, ValueError):
        return
    _remove_rendered(script)
    _replace(script, _tex_of(math), is_displayed=math.get("display") == "block")


def _replace_math(math: HtmlElement) -> None:
    around = math
    is_displayed = math.get("display") == "block"
    for holder in math.iterancestors("span", "mjx-container"):
        classes = holder.get("class", "").split()
        if holder.tag == "mjx-container" or "katex" in classes[:1]:
            around = holder
            is_displayed |= holder.get("display") == "true"
        elif "katex-display" in classes:
            is_displayed = True
    hidden = around.getparent()
    formula = _replace(around, _tex_of(math), is_displayed=is_displayed)
    # Wikipedia hides the formula and shows a picture of it.
    if formula is not None and hidden is not None and "mathml" in hidden.get("class", ""):
        hidden.attrib.pop("style", None)
        picture = hidden.getnext()
        if picture is not None and picture.tag == "img":
            picture.drop_tree()


def _tex_of(math: HtmlElement) -> str:
    """Return the source of a formula, or its translation."""
    for annotation in math.iter("annotation"):
        if _TEX_ENCODING.search(annotation.get("encoding", "")):
            return str(annotation.text_content())
    return math.get("alttext") or math.get("data-latex") or to_tex(math)


def _replace(element: HtmlElement, tex: str, *, is_displayed: bool) -> HtmlElement | None:
    """Replace an element with a formula, and return that. Remove it if there is no TeX."""
    tex = " ".join(_COMMENT.sub("", tex).split())
    if not tex:
        element.drop_tree()
        return None
    dollars = "$$" if is_displayed else "$"
    formula = HtmlElement(f"{dollars}{tex}{dollars}")
    formula.tag = "span"
    formula.set("data-formula", "")
    following = element.getnext()
    is_joined = not element.tail and following is not None and following.tag == "math"
    # The dollar signs of two formulas must not touch.
    formula.tail = " " if is_joined else element.tail
    element.getparent().replace(element, formula)
    return formula
