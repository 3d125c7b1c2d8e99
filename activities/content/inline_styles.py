"""The styles that elements of HTML from a server have in themselves, written as plain HTML.

Without a browser, style sheets are not read, but attributes are. What they hide gets the attribute
`hidden`, and what they keep apart gets a line break or a space.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement
from lxml.html.builder import BR

_ERROR_BOX = "blazor-error-ui"
"""Id of the box that each page of Blazor has for errors. Its style sheet hides the box."""

_BLOCK = frozenset(("block", "flex", "grid", "table", "list-item", "flow-root"))
_INLINE_TAGS = frozenset(
    ("a", "abbr", "b", "bdi", "cite", "em", "font", "i", "label", "small", "span", "strong", "sub",
     "sup", "time", "u")
)  # fmt: skip
_BLOCK_TAGS = frozenset(
    ("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form",
     "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
     "section", "table", "td", "th", "tr", "ul")
)  # fmt: skip

_LINES_KEPT = frozenset(("pre", "pre-wrap", "pre-line", "break-spaces"))
_TELLS = re.compile(r"display|visib|overflow|clip|white-space|font-size\s*:\s*0|gap", re.IGNORECASE)
"""Properties of other elements that matter."""

_LENGTH = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(?:px|(r?em))")
_FONT_SIZE = 16
"""Pixels of an `em`, unless a style sheet says otherwise."""

_ROOM = 4
"""Pixels between two texts that keep them apart like a space."""

_GROWING = ("flex", "flex-grow")
_ZERO = re.compile(r"0(?:\.0+)?(?:px|em|rem|%)?")
_POINT = re.compile(r"[01]px|0")
_CLIPPED = re.compile(r"rect\((?:[01](?:px)?[,\s]*){4}\)")
_LINE_END = re.compile(r"\r?\n")


def write_inline_styles(root: HtmlElement, html: str) -> None:
    """Write in place what the attributes in the tree of `html` say of the style."""
    if "popover" in html or _ERROR_BOX in html:
        for element in root.xpath("//*[@popover and not(@open) or @id = $box]", box=_ERROR_BOX):
            element.set("hidden", "")
    if "style" in html:
        for element in root.xpath("//*[@style]"):
            if element.tag not in _INLINE_TAGS and not _TELLS.search(element.get("style")):
                continue
            style = _properties(element)
            _write_hidden(element, style)
            _write_separation(element, style)
            if style.get("white-space") in _LINES_KEPT and element.tag != "pre":
                _keep_lines(element)


def _properties(element: HtmlElement) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.get("style", "").lower().split(";"))
    return {
        name.strip(): value.replace("!important", "").strip()
        for name, colon, value in pairs
        if colon
    }


def _write_hidden(element: HtmlElement, style: dict[str, str]) -> None:
    is_placed = style.get("position") in ("absolute", "fixed")
    is_cut = style.get("overflow") in ("hidden", "clip")
    if is_placed and _is_point(style, is_cut=is_cut):
        element.set("class", f"{element.get('class', '')} sr-only")  # as it is called elsewhere
    elif (
        style.get("visibility") == "collapse"
        or style.get("content-visibility") == "hidden"
        or (_is_zero(style, "font-size") and not len(element))
        or (is_cut and _has_no_height(style))
    ):
        element.set("hidden", "")


def _is_point(style: dict[str, str], *, is_cut: bool) -> bool:
    if _CLIPPED.fullmatch(style.get("clip", "")):
        return True
    return is_cut and all(_POINT.fullmatch(style.get(name, "")) for name in ("width", "height"))


def _has_no_height(style: dict[str, str]) -> bool:
    """Return whether `style` leaves a box without a height. Padding is a height as well."""
    if any("padding" in name for name in style) or not _is_zero(style, "min-height", missing="0"):
        return False
    if _is_zero(style, "max-height"):
        return True
    grows = any(not style.get(name, "0").startswith(("0", "none", "initial")) for name in _GROWING)
    return _is_zero(style, "height") and not grows


def _is_zero(style: dict[str, str], name: str, *, missing: str = "") -> bool:
    return _ZERO.fullmatch(style.get(name, missing)) is not None


def _write_separation(element: HtmlElement, style: dict[str, str]) -> None:
    display = style.get("display", "")
    if element.tag == "div" and display == "inline" and not _holds_blocks(element):
        element.tag = "span"
    if display in ("grid", "inline-grid") or ("gap" in style and "flex" in display):
        for child in element:
            child.tail = f" {child.tail or ''}"
    if element.tag not in _INLINE_TAGS:
        return
    if display in _BLOCK and element.tag != "a":
        _break_around(element)
    elif display in _BLOCK or _is_apart(style):
        _space_around(element)


def _is_apart(style: dict[str, str]) -> bool:
    """Return whether an inline element has room beside it, which keeps words apart."""
    if style.get("float") in ("left", "right") or style.get("position") in ("absolute", "fixed"):
        return True
    sides = (
        side
        for name in ("margin", "padding")
        for side in (style.get(f"{name}-left"), style.get(f"{name}-right"), style.get(name))
        if side
    )
    return any(_pixels(side.split()) >= _ROOM for side in sides)


def _pixels(lengths: list[str]) -> float:
    """Return the first horizontal one of `lengths` of a margin; 0 if it is not known."""
    found = _LENGTH.fullmatch(lengths[1] if len(lengths) > 1 else lengths[0]) if lengths else None
    return float(found[1]) * (_FONT_SIZE if found[2] else 1) if found else 0


def _holds_blocks(element: HtmlElement) -> bool:
    return next(element.iterdescendants(*_BLOCK_TAGS), None) is not None


def _break_around(element: HtmlElement) -> None:
    """Put line breaks before and after `element`, where there is something inline."""
    parent, before, after = element.getparent(), element.getprevious(), element.getnext()
    text = (parent.text if before is None else before.tail) or ""
    if text.strip() or (before is not None and before.tag not in _BLOCK_TAGS):
        element.addprevious(BR())
    if (element.tail or "").strip() or (after is not None and after.tag not in _BLOCK_TAGS):
        line_break = BR()
        line_break.tail, element.tail = element.tail, None
        element.addnext(line_break)


def _space_around(element: HtmlElement) -> None:
    before = element.getprevious()
    if before is not None:
        before.tail = f"{before.tail or ''} "
    elif parent_text := element.getparent().text:
        element.getparent().text = f"{parent_text} "
    element.tail = f" {element.tail or ''}"


def _keep_lines(element: HtmlElement) -> None:
    """Make line breaks of the line ends in `element`, but not of those around its text."""
    for inside in list(element.iter("*")):
        if inside.tag in ("script", "style", "pre", "textarea"):
            continue
        if lines := _lines(inside.text, is_first=True, is_last=not len(inside)):
            inside.text = lines[0]
            for line in reversed(lines[1:]):
                inside.insert(0, _line(line))
        is_last = inside.getnext() is None
        if inside is not element and (lines := _lines(inside.tail, is_last=is_last)):
            inside.tail = None
            for line in reversed(lines[1:]):
                inside.addnext(_line(line))
            inside.tail = lines[0]


def _lines(text: str | None, *, is_first: bool = False, is_last: bool) -> list[str]:
    """Return the lines of `text`; none if it has only one."""
    lines = _LINE_END.split(text or "")
    while is_first and len(lines) > 1 and not lines[0].strip():
        del lines[0]
    while is_last and len(lines) > 1 and not lines[-1].strip():
        del lines[-1]
    return lines if len(lines) > 1 else []


def _line(text: str) -> HtmlElement:
    line_break = BR()
    line_break.tail = text
    return line_break
