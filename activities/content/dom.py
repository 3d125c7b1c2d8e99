"""A page as a tree, and the clean-up that leaves only what a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

import ada_url
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from activities.content.rewrites import code, code_lines, images, links, notation, structure

_MAX_DEPTH = 250
"""Levels of nesting that are kept.

Real pages have fewer than 100. Converters are recursive, and lose what is nested deeper than 1,024
levels.
"""

_STRUCTURE = re.compile(
    r"</?(?!(?:html|head|title|meta|script|style|template|body|h[1-6]|p|br|a|img|pre)"
    r"[\s/>])[a-z][^>]*>",
    re.IGNORECASE,
)
"""Tags that are removed from a page which nests too deep for the parser."""

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
"""Elements that show no text. The text in `object` and `audio` is for very old browsers."""

_VOID = frozenset(("source", "track", "param"))
"""Elements without an end tag. The parser does not know that, and puts what follows inside them."""

_NEVER_HIDDEN = frozenset(("html", "body", "main"))
"""Elements that are kept even if they are hidden.

Some scripts hide a whole page until its styles have loaded, and fail to show it again.
"""

_DIALOG_DEPTH = 8
"""Levels from the root at which `aria-hidden` may hide the whole page behind a dialog."""


_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CONTROL_REFERENCES = re.compile(
    "&#(?:0*(?:[1-8]|1[1-24-9]|2[0-9]|3[01]|6553[45])"
    "|[xX]0*(?:[1-8b-cB-CeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]))(?![0-9a-fA-F]);?"
)
"""What may stand in HTML, but not in the tree, whose text must be that of XML (XML, 2.2)."""


def parse(html: str) -> HtmlElement:
    """Return the tree of `html` without comments. There is always a `body`."""
    root, is_complete = _parse(html)
    if not is_complete:
        root, _ = _parse(_STRUCTURE.sub(" ", html))
    return root


def _parse(html: str) -> tuple[HtmlElement, bool]:
    """Return the tree, and whether it is complete: the parser stops at about 2,000 levels."""
    html = _CONTROLS.sub(_replacement, html.replace("\0", ""))
    html = _CONTROL_REFERENCES.sub(_replacement, html)
    data = html.encode(errors="replace")
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(data, parser=parser, ensure_head_body=True)
    except etree.ParserError:  # the page has no element
        root = document_fromstring(b"<html><body></body></html>", parser=parser)
    return root, not any("depth" in error.message for error in parser.error_log)


def _replacement(found: re.Match[str]) -> str:
    """Return a space for what separates, U+FFFD for no character, nothing for other controls."""
    text = found[0].rstrip(";").lower()
    if text.startswith("&#x"):
        code = int(text[3:], 16)
    elif text.startswith("&#"):
        code = int(text[2:])
    else:
        code = ord(text)
    return " " if code in (0x0B, 0x0C) else "\ufffd" if code > 0x20 else ""


def base_of(root: HtmlElement, url: str) -> str:
    """Return the URL that relative links of the page at `url` start from, by HTML 4.2.3.

    The first `base` with an address counts, wherever it stands, and its address is relative to the
    page.
    """
    for base in root.iter("base"):
        if (href := base.get("href")) is not None:
            try:
                resolved: str = ada_url.join_url(url, href)
            except ValueError:  # not a valid URL
                return url
            return resolved if resolved.startswith(("http:", "https:")) else url
    return url


def clean(root: HtmlElement) -> None:
    """Remove from the tree, in place, what a reader does not see, and rewrite it for markdown.

    Images and formulas come first, because their sources are in elements that are removed next.
    """
    images.recover_images(root)
    notation.write_formulas(root)
    _remove_invisible(root)
    structure.build_tables_of_roles(root)
    code.simplify_code(root)
    code_lines.build_code_of_lines(root)
    links.simplify_links(root)
    links.link_embedded_pages(root)
    structure.unwrap_layout_tables(root)
    structure.list_definitions(root)
    structure.wrap_stray_items(root)
    notation.write_powers_and_indices(root)


def _remove_invisible(root: HtmlElement) -> None:
    page_size = 0
    for element, depth in _walk(root):
        if element.tag in _INVISIBLE:
            element.drop_tree()
        elif depth > _MAX_DEPTH or element.tag in _VOID:
            element.drop_tag()
        elif element.tag in _NEVER_HIDDEN:
            continue
        elif element.get("aria-hidden") == "true" and depth <= _DIALOG_DEPTH:
            # An element with most of the text is the page itself, behind a dialog.
            page_size = page_size or len(root.text_content())
            if len(element.text_content()) * 2 < page_size:
                element.drop_tree()
        elif _is_hidden(element):
            element.drop_tree()


def _walk(root: HtmlElement) -> Iterator[tuple[HtmlElement, int]]:
    """Yield all elements below `root` with their depth. The caller may drop the yielded element."""
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
    """Return whether an element's own attributes hide it. Style sheets are not read."""
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
