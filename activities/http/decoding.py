"""From the bytes of a response to HTML, by the rules of browsers.

The rules decide the type and the encoding of a document, and the URL to which it refreshes. Plain
text is shown as HTML.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

import ada_url
import chardet
import lxml.html
import webencodings
from lxml import etree

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

_SNIFFED_BYTES = 1445
"""Bytes from which the type is guessed, as in the standard (MIME Sniffing, 5.2)."""

_DECLARATION_BYTES = 4096
"""Bytes in which an encoding may be declared. The standard says 1,024; browsers read more."""

_DETECTION_BYTES = 16 * 1024
"""Bytes from which an encoding is guessed, because a guess takes a second per megabyte.

The sample begins shortly before the first byte that is not ASCII.
"""

_REFRESH_CHARACTERS = 64 * 1024
"""Characters of a document in which a refresh or a base URL is looked for."""

_MIN_CONFIDENCE = 0.6
"""Confidence from which a guessed encoding is used."""

_HTML_TAGS = re.compile(
    rb"\s*<(?:!--|(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|"
    rb"br|p)[\s>])",
    re.IGNORECASE,
)
"""Beginning of HTML without a declared type (MIME Sniffing, 7.1)."""

_SIGNATURES = (
    (rb"%PDF-", "application/pdf"),
    (rb"%!PS-Adobe-", "application/postscript"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"PK\x03\x04", "application/zip"),
    (rb"\x1f\x8b\x08", "application/gzip"),
    (rb"\s*<\?xml", "text/xml"),
)
"""Beginnings of other types, as patterns (MIME Sniffing, 6 and 7.1)."""

_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""Bytes that do not occur in text (MIME Sniffing, 3)."""

_WESTERN = webencodings.Encoding("windows-1252", codecs.lookup("windows-1252"))
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_COMMENT = re.compile(rb"<!--.*?(?:-->|$)", re.DOTALL)
_DECLARATION = re.compile(
    rb"<meta\s[^>]{0,500}?charset\s*=\s*[\"']?\s*([^\s\"'/>;]{1,40})"
    rb"|^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})",
    re.IGNORECASE,
)
_CHARSET_PARAMETER = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]{1,40})", re.IGNORECASE)
_REFRESH = re.compile(
    r"\s*(?P<seconds>\d{1,9}|(?=\.))[\d.]*(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_MAX_REFRESH_LENGTH = 10_000
"""Longest content of a refresh in characters; the rest is ignored."""


@dataclass(frozen=True)
class Document:
    """A document as a browser shows it."""

    html: str
    content_type: str
    """Type without parameters."""


@dataclass(frozen=True)
class Refresh:
    """A refresh: after some seconds another document replaces this one."""

    seconds: int
    url: str


def sniff_type(body: bytes) -> str:
    """Return the type of `body`, which has no declared type."""
    head = body[:_SNIFFED_BYTES]
    if _HTML_TAGS.match(head):
        return "text/html"
    for pattern, content_type in _SIGNATURES:
        if re.match(pattern, head, re.DOTALL):
            return content_type
    has_bom = head.startswith((b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe"))
    return "application/octet-stream" if _BINARY.search(head) and not has_bom else "text/plain"


def read_document(body: bytes, content_type: str, headers: Mapping[str, str]) -> Document:
    """Return `body`, which has type `content_type`, as HTML."""
    text = decode(body, headers.get("content-type", ""))
    if content_type in HTML_TYPES or (content_type.endswith("xml") and _is_page(text)):
        return Document(text, content_type)
    shown = html.escape(text, quote=False)
    return Document(
        '<html><head><meta name="color-scheme" content="light dark"></head><body>'
        f'<pre style="word-wrap: break-word; white-space: pre-wrap;">{shown}</pre></body></html>',
        content_type,
    )


def _is_page(xml: str) -> bool:
    """Return whether an XML document is XHTML."""
    return re.search(r"<html[\s>]", xml[:_DECLARATION_BYTES]) is not None


def decode(body: bytes, content_type: str) -> str:
    """Return `body` as text.

    The encoding comes from the first of these that is there: byte order mark, header
    `content_type`, declaration in the document. Otherwise it is guessed.
    """
    declared = _CHARSET_PARAMETER.search(content_type)
    encoding = webencodings.lookup(declared[1]) if declared else None
    encoding = encoding or _declared_encoding(body) or _likely_encoding(body)
    # `webencodings.decode` prefers a byte order mark to `encoding`.
    text, _ = webencodings.decode(body, encoding, errors="replace")
    return text


def _declared_encoding(body: bytes) -> webencodings.Encoding | None:
    found = _DECLARATION.search(_COMMENT.sub(b"", body[:_DECLARATION_BYTES]))
    if found is None:
        return None
    encoding = webencodings.lookup((found[1] or found[2]).decode("latin-1"))
    if encoding is not None and encoding.name in ("utf-16le", "utf-16be"):
        return webencodings.UTF8  # in UTF-16 the declaration would not be readable
    if encoding is not None and encoding.name == "x-user-defined":
        return _WESTERN
    return encoding


def _likely_encoding(body: bytes) -> webencodings.Encoding:
    found = _NOT_ASCII.search(body)
    if found is None:
        return webencodings.UTF8
    start = max(0, found.start() - _DETECTION_BYTES // 8)
    sample = body[start : start + _DETECTION_BYTES]
    try:
        sample.decode()
        return webencodings.UTF8
    except UnicodeDecodeError as error:
        if error.start >= len(sample) - 3 and error.reason == "unexpected end of data":
            return webencodings.UTF8  # the sample ends inside a character
    guess = chardet.detect(sample)
    encoding = None
    if guess["encoding"] and guess["confidence"] >= _MIN_CONFIDENCE:
        encoding = webencodings.lookup(guess["encoding"])
    return encoding or _WESTERN


def find_refresh(document: str, headers: Mapping[str, str], url: str) -> Refresh | None:
    """Return the refresh of the document at `url`, from its header or a meta element."""
    content = headers.get("refresh") or _refresh_element(document)
    found = _REFRESH.fullmatch(content[:_MAX_REFRESH_LENGTH]) if content else None
    if found is None:
        return None
    target = found["rest"]
    if target[0] in "'\"":
        target = target[1:].partition(target[0])[0]
    try:
        resolved = ada_url.URL(target.strip(), base=_base(document, url)).href
    except ValueError:
        return None
    return Refresh(int(found["seconds"] or 0), resolved)


def _refresh_element(document: str) -> str | None:
    head = document[:_REFRESH_CHARACTERS]
    if re.search(r"http-equiv\s*=\s*['\"]?\s*refresh", head, re.IGNORECASE) is None:
        return None
    for element in _elements(head, "meta"):
        is_refresh = element.get("http-equiv", "").strip().lower() == "refresh"
        if is_refresh and not any(parent.tag == "noscript" for parent in element.iterancestors()):
            return str(element.get("content", ""))
    return None


def _base(document: str, url: str) -> str:
    """Return the base of relative URLs in the document at `url`."""
    head = document[:_REFRESH_CHARACTERS]
    if "<base" in head.lower():
        for element in _elements(head, "base"):
            if "href" in element.keys():  # noqa: SIM118 -- iterating an element yields its children
                try:
                    return ada_url.URL(element.get("href"), base=url).href
                except ValueError:
                    break
    return url


def _elements(document: str, name: str) -> list[lxml.html.HtmlElement]:
    try:
        # As bytes, because lxml refuses a string that declares another encoding.
        parser = lxml.html.HTMLParser(encoding="utf-8")
        root = lxml.html.document_fromstring(document.encode(errors="replace"), parser=parser)
    except (etree.ParserError, ValueError):
        return []
    return list(root.iter(name))
