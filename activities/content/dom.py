"""A page as a tree, and the clean-up that leaves only what a reader sees."""

from __future__ import annotations

import re

import ada_url
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from activities.content.composition import compose, has_streamed_pieces
from activities.content.emails import write_emails
from activities.content.inline_styles import write_inline_styles
from activities.content.rewrites import (
    code,
    code_lines,
    drawings,
    fallbacks,
    fields,
    images,
    links,
    media,
    notation,
    page_tools,
    powers,
    structure,
    table_rows,
    widgets,
)
from activities.content.templates import remove_templates
from activities.content.visibility import remove_invisible

_RENDERED = "data-rendered"
"""Attribute of the root of HTML from a browser, where all is done (`scripts/serialize.js`)."""

_STRUCTURE = re.compile(
    r"</?(?!(?:html|head|title|meta|script|style|template|body|h[1-6]|p|br|a|img|pre)"
    r"[\s/>])[a-z][^>]*>",
    re.IGNORECASE,
)
"""Tags that are removed from a page which nests too deep for the parser."""

_HEAD = frozenset(
    ("base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style",
     "template", "title", etree.Comment)
)  # fmt: skip
"""What a head may hold (HTML, 13.2.6.4.4)."""

_END_OF_PAGE = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
"""End tags at which the parser stops. Browsers go on (HTML, 13.2.6.4.19 and 20)."""


_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ue000-\uf8ff\ufffe\uffff]")
_CONTROL_REFERENCES = re.compile(
    "&#(?:0*(?:[1-8]|1[1-24-9]|2[0-9]|3[01]|6553[45]"
    "|573(?:4[4-9]|[5-9][0-9])|57[4-9][0-9]{2}|5[89][0-9]{3}"
    "|6(?:[0-2][0-9]{3}|3[0-6][0-9]{2}|37(?:[0-3][0-9]|4[0-3])))"
    "|[xX]0*(?:[1-8b-cB-CeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]|[eE][0-9a-fA-F]{3}|[fF][0-8][0-9a-fA-F]{2}))"
    "(?![0-9a-fA-F]);?"
)
"""What may stand in HTML, but not in the tree, whose text must be that of XML (XML, 2.2).

The characters for private use are no text either: fonts of icons draw pictures in their place.
"""


def parse(html: str) -> HtmlElement:
    """Return the tree of `html` without comments. There is always a `body`.

    Content that is shown elsewhere than it stands is in its place, see `composition`. In HTML
    from a server, attributes say what inline styles say (`inline_styles`), templates that have not
    run are left out (`templates`), and hidden addresses are there (`emails`).
    """
    root, is_complete = _parse(_END_OF_PAGE.sub("", html))
    if not is_complete:
        root, _ = _parse(_STRUCTURE.sub(" ", html))
    _end_head(root)
    compose(root, _parse_frame)
    etree.strip_tags(root, etree.Comment)
    if root.get(_RENDERED) is None:
        remove_templates(root, html)
        write_emails(root, html)
        write_inline_styles(root, html)
    return root


def _end_head(root: HtmlElement) -> None:
    """Move into the body what ends the head, in place (HTML, 13.2.6.4.4).

    The parser does not know newer elements, such as `nav`, so they do not end a head for it.
    """
    head, body = root.find("head"), root.find("body")
    if head is None or body is None:
        return
    first = next((child for child in head if child.tag not in _HEAD), None)
    if first is None:
        return
    moved = [first, *first.itersiblings()]
    moved[-1].tail = (moved[-1].tail or "") + (body.text or "")
    body.text = None
    for index, child in enumerate(moved):
        body.insert(index, child)


def _parse_frame(html: str) -> HtmlElement:
    """Return the tree of a page in a frame. Frames within it are not read."""
    return _parse(_END_OF_PAGE.sub("", html))[0]


def _parse(html: str) -> tuple[HtmlElement, bool]:
    """Return the tree, and whether it is complete: the parser stops at about 2,000 levels."""
    html = _CONTROLS.sub(_replacement, html.replace("\0", ""))
    html = _CONTROL_REFERENCES.sub(_replacement, html)
    data = html.encode(errors="replace")
    parser = HTMLParser(
        encoding="utf-8",
        huge_tree=True,
        remove_comments=not has_streamed_pieces(html),
        remove_pis=True,
    )
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
    return " " if code in (0x0B, 0x0C) else "\ufffd" if code in (0xFFFE, 0xFFFF) else ""


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
    fallbacks.show_fallbacks(root)
    media.prepare_players(root)
    images.recover_images(root)
    notation.write_formulas(root)
    links.frame_documents(root)
    remove_invisible(root)
    drawings.write_drawings(root)
    widgets.write_widgets(root)
    fields.write_fields(root)
    structure.build_tables_of_roles(root)
    structure.build_headings_and_lists_of_roles(root)
    code.simplify_code(root)
    code_lines.build_code_of_lines(root)
    code.remove_stray_line_numbers(root)
    page_tools.remove_page_tools(root)
    media.list_areas(root)
    links.simplify_links(root)
    links.link_embedded_pages(root)
    structure.unwrap_layout_tables(root)
    table_rows.order_rows(root)
    table_rows.limit_row_spans(root)
    structure.list_definitions(root)
    structure.wrap_stray_items(root)
    powers.write_powers_and_indices(root)
