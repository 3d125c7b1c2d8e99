"""Rewrites of a page's tree, in place: what markdown cannot say becomes what it can.

Each function is one rewrite of the whole tree and stands on its own.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from lxml import etree
from lxml.html import HtmlElement
from lxml.html.builder import CODE, LI, STRONG, UL, A

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_LAZY_SOURCES = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-original-src",
    "data-image",
    "data-url",
)
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")

_PLACEHOLDER = re.compile(
    r"^(data:|about:|$)|\b(blank|spacer|placeholder|transparent|pixel|1x1|grey|gray)"
    r"\b[^/]*\.(gif|png|svg|jpe?g)",
    re.IGNORECASE,
)

_NO_ADDRESS = ("data:", "about:", "blob:", "{")

_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language|lang|highlight-source|highlight|code)-([\w+#.-]+)|brush:\s*([\w+#-]+)"
    r"|(?:^|\s)(?:hljs|sourceCode|prettyprint|highlight)\s+([\w+#]+)(?=\s|$)"
)
_NOT_LANGUAGES = frozenset(
    [
        "none",
        "plain",
        "plaintext",
        "text",
        "nohighlight",
        "undefined",
        "default",
        "block",
        "wrapper",
        "numbers",
        "line",
        "lines",
        "toolbar",
        "linenums",
        "box",
        "copy",
        "copyable",
        "source",
        "hljs",
        "highlight",
        "code",
        "inline",
        "container",
        "content",
        "notranslate",
    ]
)

_LINE_NUMBERS = re.compile(
    r"(?:^|\s|[_-])(?:line-?(?:nos?|numbers?)|linenos?|gutter|lnos?)(?:$|\s|-)"
)
_LINES = frozenset(("div", "p", "li", "tr"))

_PERMALINK = frozenset(("", "#", "¶", "§", "🔗", "⚓", "link", "permalink", "anchor"))

_RAISED = str.maketrans("0123456789+-\u2212=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-\u2212=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_RAISABLE = re.compile(r"[0-9+\-\u2212=()ni]+")
_LOWERABLE = re.compile(r"[0-9+\-\u2212=()]+")


def recover_images(root: HtmlElement) -> None:
    """Gives images that load on sight, or without scripts only, their address. Images that have
    none, and those that count visitors, go."""
    for noscript in list(root.iter("noscript")):
        _recover_from_noscript(noscript)
    for image in list(root.iter("img")):
        source = _source(image)
        if source is None or _is_tracker(image):
            image.drop_tree()
            continue
        for name in ("srcset", *_LAZY_SOURCES, *_LAZY_SETS):
            image.attrib.pop(name, None)
        image.set("src", source)


def _recover_from_noscript(noscript: HtmlElement) -> None:
    images = [image for image in noscript.iter("img") if _source(image) and not _is_tracker(image)]
    if not images:
        return
    before = noscript.getprevious()
    shown = [] if before is None else list(before.iter("img"))
    known = {_source(image) for image in shown}
    parent = noscript.getparent()
    for image in images:
        if _source(image) in known:
            continue
        if len(images) == len(shown) == 1 and _source(shown[0]) is None:
            shown[0].set("src", _source(image) or "")
            shown[0].set("alt", image.get("alt") or shown[0].get("alt") or "")
            continue
        copy = deepcopy(image)
        copy.tail = None
        parent.insert(parent.index(noscript), copy)


def _source(image: HtmlElement) -> str | None:
    """The address of the image as a reader would have seen it at last."""
    sources: list[str] = [image.get(name, "").strip() for name in _LAZY_SOURCES]
    sources += [_largest(image.get(name, "")) for name in _LAZY_SETS]
    own: str = image.get("src", "").strip()
    if not _PLACEHOLDER.search(own):
        sources.append(own)
    sources.append(_largest(image.get("srcset", "")))
    picture = next(image.iterancestors("picture"), None)
    if picture is not None:
        for alternative in picture.iter("source"):
            sources += [_largest(alternative.get(name, "")) for name in ("srcset", *_LAZY_SETS)]
    for source in sources:
        if source and not source.startswith(_NO_ADDRESS):
            return source
    # Better an address with a strange name than none.
    return own if own and not own.startswith(_NO_ADDRESS) else None


def _largest(srcset: str) -> str:
    """The largest image of a `srcset`."""
    best, size = "", -1.0
    for found in re.finditer(r"([^\s,]\S*[^\s,]|[^\s,])(?:\s+([\d.]+)[wx])?\s*(?:,|$)", srcset):
        number = float(found[2]) if found[2] and found[2].count(".") < 2 else 1.0
        if number > size:
            best, size = found[1], number
    return best


def _is_tracker(image: HtmlElement) -> bool:
    return image.get("width") in ("0", "1") and image.get("height") in ("0", "1")


def formulas(root: HtmlElement) -> None:
    """Formulas that carry their TeX become it, between dollar signs."""
    for annotation in list(root.iter("annotation")):
        if annotation.get("encoding") != "application/x-tex":
            continue
        math = next(annotation.iterancestors("math"), None)
        if math is None or math.getparent() is None:
            continue
        tex = " ".join(annotation.text_content().split())
        around = next(
            (e for e in math.iterancestors("span") if e.get("class", "").split()[:1] == ["katex"]),
            math,
        )
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


def code(root: HtmlElement) -> None:
    """Blocks of code become plain text, a line each, with their language and without line
    numbers."""
    for pre in list(root.iter("pre")):
        if pre.getparent() is None:
            continue
        language = _language(pre)
        text = _code_text(pre)
        block = CODE(text)
        if language:
            block.set("class", f"language-{language}")
        for child in list(pre):
            pre.remove(child)
        pre.text = None
        pre.append(block)
        _leave_numbered_table(pre)


def _language(pre: HtmlElement) -> str | None:
    places = [*pre.iter("code"), pre]
    # The wrapper of a single block; more of them would be those of several languages.
    parent = pre.getparent()
    for _ in range(3):
        if parent is None or parent.tag in ("body", "html", "main", "article", "section"):
            break
        places.append(parent)
        parent = parent.getparent()
    for place in places:
        for name in ("data-lang", "data-language"):
            value = str(place.get(name, "")).strip().lower()
            if value and value not in _NOT_LANGUAGES:
                return value
        for found in _LANGUAGE.finditer(place.get("class", "")):
            language = (found[1] or found[2] or found[3]).lower()
            if language.split("-")[0] not in _NOT_LANGUAGES:
                return language.removeprefix("source-")
    return None


def _code_text(pre: HtmlElement) -> str:
    parts: list[str] = []

    def new_line() -> None:
        if parts and not parts[-1].endswith("\n"):
            parts.append("\n")

    events = etree.iterwalk(pre, events=("start", "end"))
    for event, element in events:
        if element is pre:
            if event == "start" and pre.text:
                parts.append(pre.text)
            continue
        is_line = element.tag in _LINES
        if event == "start":
            if element.tag in ("button", "select") or _LINE_NUMBERS.search(
                element.get("class", "")
            ):
                events.skip_subtree()
                continue
            if is_line:
                new_line()
            if element.tag == "br":
                parts.append("\n")
            if element.text:
                parts.append(element.text)
        else:
            if is_line:
                new_line()
            if element.tail:
                parts.append(element.tail)
    return "".join(parts).strip("\n")


def _leave_numbered_table(pre: HtmlElement) -> None:
    """A table whose other cell holds line numbers gives way to its code."""
    cell = pre.getparent()
    while cell is not None and cell.tag not in ("td", "body"):
        cell = cell.getparent()
    row = cell.getparent() if cell is not None and cell.tag == "td" else None
    if row is None or len(row) != 2 or row[1] is not cell:
        return
    number = row[0]
    numbers = number.text_content().split()
    if not _LINE_NUMBERS.search(number.get("class", "")) and not (
        numbers and all(word.isdecimal() for word in numbers)
    ):
        return
    table = next(row.iterancestors("table"), None)
    if table is not None and len(list(table.iter("tr"))) == 1 and table.getparent() is not None:
        pre.tail = table.tail
        table.getparent().replace(table, pre)


def links(root: HtmlElement) -> None:
    """Links that lead nowhere become text, those without text go, and a link around a whole card
    becomes that of its heading."""
    for link in list(root.iter("a")):
        href = link.get("href", "").strip()
        if link.getparent() is None:
            continue
        if not href or href.lower().startswith(("javascript:", "data:", "vbscript:")):
            link.drop_tag()
            continue
        text = link.text_content().strip()
        if _is_permalink(link, href, text):
            link.drop_tree()
            continue
        if not text and next(link.iter("img"), None) is None:
            label = (link.get("aria-label") or link.get("title") or "").strip()
            if not label:
                link.drop_tree()
                continue
            link.text = label
            continue
        heading = next(link.iter(*_HEADINGS), None)
        if heading is not None:
            _move_into(heading, link)


def _is_permalink(link: HtmlElement, href: str, text: str) -> bool:
    if not href.startswith("#") and "#" not in href:
        return False
    if text.lower() not in _PERMALINK or next(link.iter("img"), None) is not None:
        return False
    return next(link.iterancestors(*_HEADINGS, "dt"), None) is not None


def _move_into(heading: HtmlElement, link: HtmlElement) -> None:
    inner = A(href=link.get("href"))
    inner.text, heading.text = heading.text, None
    inner.extend(list(heading))
    heading.append(inner)
    link.tag = "div"
    link.attrib.clear()


def embedded_pages(root: HtmlElement) -> None:
    """Frames become links to what they show; those too small to be seen go."""
    for frame in list(root.iter("iframe", "frame")):
        source = frame.get("src") or frame.get("data-src") or ""
        sizes = (frame.get("width"), frame.get("height"))
        if not source.startswith(("http:", "https:", "/")) or set(sizes) & {"0", "1"}:
            frame.drop_tree()
            continue
        link = A(frame.get("title") or "Embedded page", href=source)
        link.tail = frame.tail
        frame.getparent().replace(frame, link)


def layout_tables(root: HtmlElement) -> None:
    """Tables that only arrange their cells become blocks."""
    for table in list(root.iter("table")):
        if not _is_layout(table):
            continue
        for part in list(table.iter("thead", "tbody", "tfoot", "tr", "td", "th", "caption")):
            if next(part.iterancestors("table"), None) is table:
                part.tag = "div"
        table.tag = "div"


def _is_layout(table: HtmlElement) -> bool:
    if table.get("role") in ("presentation", "none"):
        return True
    if next(table.iterdescendants("table"), None) is not None:
        return True
    if next(table.iter("th", "caption"), None) is not None:
        return False
    rows = list(table.iter("tr"))
    if all(len(row) <= 1 for row in rows):
        return True
    return next(table.iter("form", "pre", *_HEADINGS), None) is not None


def definition_lists(root: HtmlElement) -> None:
    """Terms and their definitions become bullets, the terms bold."""
    for dl in reversed(list(root.iter("dl"))):
        items = UL()
        parts = list(dl.iter("dt", "dd"))
        for part in reversed(parts):
            # Without end tags the parser nests them.
            if part.getparent().tag in ("dt", "dd"):
                part.getparent().addnext(part)
        for part in parts:
            if next(part.iterancestors("dl"), None) is dl:
                _add_to_bullets(items, part)
        if len(items):
            items.tail = dl.tail
            dl.getparent().replace(dl, items)
        else:
            dl.tag = "div"


def _add_to_bullets(items: HtmlElement, part: HtmlElement) -> None:
    last: Any = items[-1] if len(items) else None
    waits = last is not None and last.get("data-waits") is not None
    part.tail = None
    if part.tag == "dt":
        term = STRONG(part.text or "", *list(part))
        for block in list(term.iter(*_HEADINGS, "p", "div")):
            block.tag = "span"
        if waits:
            last[-1].tail = ", "
            last.append(term)
        else:
            item = LI(term)
            item.set("data-waits", "")
            items.append(item)
        return
    if last is None:
        items.append(LI(part.text or "", *list(part)))
    elif waits:
        del last.attrib["data-waits"]
        last[-1].tail = ": " + (part.text or "").lstrip()
        last.extend(list(part))
    else:
        more = last[-1] if last[-1].get("data-more") is not None else None
        if more is None:
            more = UL()
            more.set("data-more", "")
            last.append(more)
        more.append(LI(part.text or "", *list(part)))


def raised_and_lowered(root: HtmlElement) -> None:
    """10<sup>6</sup> becomes 10⁶, which without a sign would be another number."""
    for element in list(root.iter("sup", "sub")):
        text = element.text_content().strip()
        if len(element) or not text:
            continue
        if element.tag == "sup" and _RAISABLE.fullmatch(text):
            element.text = text.translate(_RAISED)
        elif element.tag == "sub" and _LOWERABLE.fullmatch(text):
            element.text = text.translate(_LOWERED)
        else:
            continue
        element.drop_tag()


__all__ = [
    "code",
    "definition_lists",
    "embedded_pages",
    "formulas",
    "layout_tables",
    "links",
    "raised_and_lowered",
    "recover_images",
]
