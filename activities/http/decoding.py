"""From the bytes of a response to HTML, by the rules of browsers.

Plain text is shown as HTML. XHTML becomes HTML with the same text.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from activities.http.charset import encoding_of
from activities.http.encodings import decode_as
from domain.content_type import ContentType

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

_ROOT_CHARACTERS = 4096
"""Characters at the beginning of an XML document in which its root is looked for."""

_SECTION = re.compile(r"<!--|<!\[CDATA\[|<(?:script|style)\b")
"""Beginning of a part of an XML document in which nothing is a tag, except its end."""

_SECTION_ENDS = {
    "<!--": "-->",
    "<![CDATA[": "]]>",
    "<script": "</script",
    "<style": "</style",
}


@dataclass(frozen=True)
class Document:
    """A document as a browser shows it."""

    html: str
    content_type: str
    """Type without parameters."""


def read_document(body: bytes, content_type: ContentType) -> Document:
    """Return `body`, which has type `content_type`, as HTML."""
    essence = content_type.essence
    text = decode_as(body, encoding_of(body, content_type.charset, essence))
    if essence == "text/html":
        return Document(text, essence)
    if essence in HTML_TYPES or (essence.endswith("xml") and _is_page(text)):
        return Document(_without_cdata(text), essence)
    shown = html.escape(text, quote=False)
    return Document(
        '<html><head><meta name="color-scheme" content="light dark"></head><body>'
        f'<pre style="word-wrap: break-word; white-space: pre-wrap;">{shown}</pre></body></html>',
        essence,
    )


def has_style_sheet(document: Document) -> bool:
    """Return whether `document` is XML that a browser shows by a style sheet, not as its source."""
    return (
        document.content_type.endswith("xml")
        and document.content_type not in HTML_TYPES
        and "&lt;?xml-stylesheet" in document.html[:_ROOT_CHARACTERS]
    )


def _is_page(xml: str) -> bool:
    """Return whether an XML document is XHTML."""
    return re.search(r"<html[\s>]", xml[:_ROOT_CHARACTERS]) is not None


def _without_cdata(xml: str) -> str:
    """Return `xml` with text in place of CDATA sections, which are comments in HTML."""
    parts: list[str] = []
    at = 0
    while found := _SECTION.search(xml, at):
        begin, end = found.end(), xml.find(_SECTION_ENDS[found[0]], found.end())
        if end < 0:
            break
        parts.append(xml[at : found.start()])
        content = xml[begin:end]
        if found[0] == "<!--":
            at = end
            parts.append(found[0] + content)
        elif found[0] == "<![CDATA[":
            at = end + len("]]>")
            parts.append(html.escape(content, quote=False))
        else:  # neither scripts nor styles have references in HTML
            at = end
            parts.append(found[0] + content.replace("<![CDATA[", "").replace("]]>", ""))
    parts.append(xml[at:])
    return "".join(parts)
