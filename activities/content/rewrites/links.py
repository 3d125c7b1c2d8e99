"""Links and embedded pages."""

from __future__ import annotations

import re

from lxml.html import HtmlElement
from lxml.html.builder import IFRAME, IMG, A

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_PERMALINK_TEXTS = frozenset(("", "#", "¶", "§", "🔗", "⚓", "link", "permalink", "anchor"))
"""Texts of links from a heading to itself."""

EMBEDDED = "data-embedded"
"""Attribute of a link that stands for an embedded page. Its text says little about the page."""

_DOCUMENT_TYPES = frozenset(("application/pdf", "text/html", "application/xhtml+xml"))

_PDF = re.compile(r"\.pdf(?:$|[?#])", re.IGNORECASE)

_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg)(?:$|[?#])", re.IGNORECASE)

_NOWHERE = re.compile(r"[\0- ]*(?:javascript|data|vbscript|about|blob):|[\0- ]*$", re.IGNORECASE)
_IGNORED = re.compile(r"[\t\n\r]")


def simplify_links(root: HtmlElement) -> None:
    """Rewrite links that markdown has no form for.

    Links that lead nowhere become text. Links without a text are removed, and so are the permalinks
    of headings. A link around a whole card becomes a link of the card's heading.
    """
    for link in list(root.iter("a")):
        if link.getparent() is not None:
            _simplify_link(link)


def _simplify_link(link: HtmlElement) -> None:
    href = link.get("href", "").strip()
    if _leads_nowhere(href):
        link.tag = "span"
        link.attrib.clear()
        return
    text = link.text_content().strip()
    has_image = next(link.iter("img"), None) is not None
    if not has_image and not text and link.text_content():
        link.tail = f" {link.tail or ''}"  # white space keeps words apart
    if not has_image and _is_permalink(link, href, text):
        link.drop_tree()
    elif not has_image and not text:
        _write_label(link)
    elif (heading := next(link.iter(*_HEADINGS), None)) is not None:
        _move_into(heading, link)


def _is_permalink(link: HtmlElement, href: str, text: str) -> bool:
    """Return whether a link without an image leads from a heading to itself."""
    if "#" not in href or text.lower() not in _PERMALINK_TEXTS:
        return False
    return next(link.iterancestors(*_HEADINGS, "dt"), None) is not None


def _write_label(link: HtmlElement) -> None:
    """Write the label of an icon as the link's text. Remove the link if it has no label."""
    label = (link.get("aria-label") or link.get("title") or "").strip()
    if label:
        link.text = label
    else:
        link.drop_tree()


def _move_into(heading: HtmlElement, link: HtmlElement) -> None:
    """Make a link around a card the link of the card's heading."""
    inner = A(href=link.get("href"))
    inner.text, heading.text = heading.text, None
    inner.extend(list(heading))
    heading.append(inner)
    link.tag = "div"
    link.attrib.clear()


def frame_documents(root: HtmlElement) -> None:
    """Make frames of objects that show a page or a PDF, and pictures of those that show one."""
    for element in list(root.iter("object", "embed")):
        source = element.get("data") or element.get("src") or ""
        kind = element.get("type", "").split(";")[0].strip().lower()
        name = element.get("title") or element.get("aria-label") or ""
        if kind in _DOCUMENT_TYPES or _PDF.search(source):
            frame = IFRAME(src=source, title=name)
        elif source and (kind.startswith("image/") or _PICTURE.search(source)):
            frame = IMG(src=source, alt=name)
        else:
            continue
        frame.set("style", element.get("style") or "")
        if element.tag == "embed":  # the parser puts what follows inside of it
            element.addprevious(frame)
        else:
            frame.tail = element.tail
            element.getparent().replace(element, frame)


def link_embedded_pages(root: HtmlElement) -> None:
    """Replace frames with links to the pages that they show. Remove frames too small to see."""
    for frame in list(root.iter("iframe", "frame")):
        source = (frame.get("src") or "").strip()
        if not source or source.startswith("about:"):
            source = (frame.get("data-src") or "").strip()
        sizes = (frame.get("width"), frame.get("height"))
        if not source or _leads_nowhere(source) or set(sizes) & {"0", "1"}:
            frame.drop_tree()
            continue
        link = A(frame.get("title") or "Embedded page", {EMBEDDED: ""}, href=source)
        link.tail = frame.tail
        frame.getparent().replace(frame, link)


def _leads_nowhere(address: str) -> bool:
    """Return whether an address is a script, or what only this page has.

    Browsers ignore control characters around an address, and line ends and tabs within it, by the
    URL Standard, 4.4.
    """
    return bool(_NOWHERE.match(_IGNORED.sub("", address)))
