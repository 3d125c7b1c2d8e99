"""A page as a tree, and the clean-up after which only what a reader sees is left of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from activities.content import rewrites

_MAX_DEPTH = 250
"""Levels of nesting that are kept. Real pages have under 100; converters recurse, and drop what
is nested deeper than 1,024 levels."""

_STRUCTURE = re.compile(
    r"</?(?!(?:html|head|title|meta|script|style|template|body|h[1-6]|p|br|a|img|pre)"
    r"[\s/>])[a-z][^>]*>",
    re.IGNORECASE,
)
"""Tags that a page can do without if it has too many of them."""

_INVISIBLE = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "canvas",
        "link",
        "meta",
        "object",
        "embed",
        "applet",
        "audio",
        "datalist",
    ]
)
"""Elements that show no text. The fallbacks in `object` and `audio` are for other browsers."""

_EMPTY = frozenset(("source", "track", "param"))
"""Void elements that the parser does not know for such, so that what follows is inside them."""

_ROOTS = frozenset(("html", "body", "main"))
"""Never taken for hidden: scripts that hide a page until it is styled forget to show it again."""

_FEW_LEVELS = 8
"""So close to the root, `aria-hidden` may be that of a whole page behind a dialog."""


def parse(html: str) -> HtmlElement:
    """The tree of `html`, comments left out. Whatever `html` is, there is a `body`."""
    root, is_complete = _parse(html)
    if not is_complete:
        root, _ = _parse(_STRUCTURE.sub(" ", html))
    return root


def _parse(html: str) -> tuple[HtmlElement, bool]:
    """The tree, and whether the parser got to its end: it stops at about 2,000 levels."""
    data = html.replace("\0", "").encode(errors="replace")
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(data, parser=parser, ensure_head_body=True)
    except etree.ParserError:  # there is not a single element in it
        root = document_fromstring(b"<html><body></body></html>", parser=parser)
    return root, not any("depth" in error.message for error in parser.error_log)


def base_of(root: HtmlElement, url: str) -> str:
    """What relative links of the page at `url` are relative to."""
    for base in root.iter("base"):
        if href := base.get("href"):
            try:
                resolved = urljoin(url, href.strip())
            except ValueError:  # no valid URL
                return url
            return resolved if resolved.startswith(("http:", "https:")) else url
    return url


def clean(root: HtmlElement) -> None:
    """Removes from the tree, in place, what no reader sees, and rewrites what markdown has no
    form for into what it has one for."""
    rewrites.recover_images(root)
    rewrites.formulas(root)
    _remove_invisible(root)
    rewrites.code(root)
    rewrites.links(root)
    rewrites.embedded_pages(root)
    rewrites.layout_tables(root)
    rewrites.definition_lists(root)
    rewrites.raised_and_lowered(root)


def _remove_invisible(root: HtmlElement) -> None:
    length = 0
    for element, depth in _walk(root):
        if element.tag in _INVISIBLE:
            element.drop_tree()
        elif depth > _MAX_DEPTH or element.tag in _EMPTY:
            element.drop_tag()
        elif element.tag in _ROOTS:
            continue
        elif element.get("aria-hidden") == "true" and depth <= _FEW_LEVELS:
            length = length or len(root.text_content())
            if len(element.text_content()) * 2 < length:
                element.drop_tree()
        elif _is_hidden(element):
            element.drop_tree()


def _walk(root: HtmlElement) -> Iterator[tuple[HtmlElement, int]]:
    """All elements below `root` with their depth; the one yielded may be dropped."""
    stack = [(child, 1) for child in reversed(root)]
    while stack:
        element, depth = stack.pop()
        if not isinstance(element.tag, str):
            continue
        children = list(element)
        yield element, depth
        if element.getparent() is not None:
            stack.extend((child, depth + 1) for child in reversed(children))
        elif children and children[0].getparent() is not element:  # its tag was dropped
            stack.extend((child, depth) for child in reversed(children))


def _is_hidden(element: HtmlElement) -> bool:
    if element.get("aria-hidden") == "true":
        return True
    hidden = element.get("hidden")
    if hidden is not None and hidden.lower() != "until-found":
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    style = element.get("style")
    if style is None:
        return False
    style = "".join(style.lower().split())
    return any(
        declaration.startswith(("display:none", "visibility:hidden"))
        for declaration in style.split(";")
    )
