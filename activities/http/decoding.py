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

_CDATA = re.compile(
    r"(?P<kept><!--.*?-->)|(?P<raw><(?P<name>script|style)\b[^>]*>.*?</(?P=name)\s*>)"
    r"|<!\[CDATA\[(?P<text>.*?)\]\]>",
    re.DOTALL,
)


@dataclass(frozen=True)
class Document:
    """A document as a browser shows it."""

    html: str
    content_type: str
    """Type without parameters."""


def read_document(body: bytes, content_type: ContentType) -> Document:
    """Return `body`, which has type `content_type`, as HTML."""
    essence = content_type.essence
    text = decode_as(body, encoding_of(body, content_type.charset))
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


def _is_page(xml: str) -> bool:
    """Return whether an XML document is XHTML."""
    return re.search(r"<html[\s>]", xml[:_ROOT_CHARACTERS]) is not None


def _without_cdata(xml: str) -> str:
    """Return `xml` with text in place of CDATA sections, which are comments in HTML."""
    return _CDATA.sub(_as_html, xml)


def _as_html(found: re.Match[str]) -> str:
    if found["kept"] is not None:
        return found["kept"]
    if found["raw"] is not None:  # neither scripts nor styles have references in HTML
        return found["raw"].replace("<![CDATA[", "").replace("]]>", "")
    return html.escape(found["text"], quote=False)
