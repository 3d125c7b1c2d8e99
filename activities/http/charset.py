"""Which encoding a document has: by its header, by what it declares, or else by its bytes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from itertools import chain

import webencodings
from chardetng_py import EncodingDetector

from activities.http.encodings import WESTERN, find_declared, find_encoding, has_mark

_DECLARATION_BYTES = 1024
"""Bytes in which an encoding may be declared anywhere (HTML, "prescan")."""

_HEAD_BYTES = 2**20
"""Bytes in which the head of a document is read. Chromium reads to its end."""

_DETECTION_BYTES = 64 * 1024
"""Bytes from which an encoding is guessed, because a guess takes 0.25 seconds per megabyte.

The sample begins shortly before the first byte that is not ASCII.
"""

_HEAD_TAGS = frozenset(
    b"html head title meta link base script style noscript object template bgsound".split()
)
"""Elements that do not end the head (Chromium, `html_meta_charset_parser.cc`)."""

_RAW_TAGS = frozenset((b"script", b"style", b"title", b"textarea", b"xmp", b"iframe", b"noframes"))
"""Elements in which nothing is a tag, except their end."""

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_COMMENT_END = re.compile(rb"-->|(?<!<!)--!>")
_TAG = re.compile(rb"<(?:(!--)|(/?)([A-Za-z][^\s/>]{0,40})|[!/?])")
_ATTRIBUTE = re.compile(
    rb"[\s/]*([^\s/>=][^\s/>=]{0,100})"
    rb"(?:\s*=\s*(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s>]{0,2000})))?"
)
_CONTENT_CHARSET = re.compile(
    rb"charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;\"'][^\s;]*))", re.IGNORECASE
)
_XML_ENCODING = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})")


def encoding_of(body: bytes, charset: str, essence: str = "text/html") -> webencodings.Encoding:
    """Return the encoding of the document `body` of type `essence`, whose header names `charset`.

    The first of these counts that is there: byte order mark, header, declaration in the document.
    Names that no encoding has are passed over. Else the encoding is guessed; XML is in UTF-8.
    """
    if has_mark(body):
        return webencodings.UTF8  # `decode_as` reads the mark
    if encoding := find_encoding(charset):
        return encoding
    if essence.endswith("xml"):
        return _first_known(_xml_labels(body)) or webencodings.UTF8
    declared = declared_encoding(body) if essence == "text/html" else None
    return declared or _likely_encoding(body)


def declared_encoding(body: bytes) -> webencodings.Encoding | None:
    """Return the first encoding that the HTML document declares; None if it declares none."""
    return _first_known(chain(_meta_labels(body[:_HEAD_BYTES]), _xml_labels(body)))


def _first_known(labels: Iterable[bytes]) -> webencodings.Encoding | None:
    found = (find_declared(label.decode("latin-1")) for label in labels)
    return next((encoding for encoding in found if encoding is not None), None)


def _xml_labels(body: bytes) -> list[bytes]:
    """Return the name of an encoding in the declaration of XML, at the very beginning."""
    found = _XML_ENCODING.match(body)
    return [found[1]] if found else []


def _meta_labels(body: bytes) -> Iterator[bytes]:
    """Yield the names of encodings in `meta` elements, to the end of the head."""
    at = 0
    is_in_head = True
    while tag := _TAG.search(body, at):
        at = tag.end()
        if tag[1]:
            end = _COMMENT_END.search(body, at - 2)  # `<!-->` is a whole comment
            at = end.end() if end else len(body)
        elif tag[3] is None:
            at = _after(body, b">", at)
        else:
            name = tag[3].lower()
            is_in_head = is_in_head and name in _HEAD_TAGS
            if not is_in_head and tag.start() >= _DECLARATION_BYTES:
                return
            attributes, at = _attributes(body, at)
            if tag[2]:
                continue
            if name == b"meta" and (label := _label(attributes)):
                yield label
            elif name in _RAW_TAGS:
                at = _after(body, b"</" + name, at)


def _after(body: bytes, end: bytes, at: int) -> int:
    """Return the place after the next `end`, in any case of its letters; else the end of `body`."""
    found = re.compile(re.escape(end), re.IGNORECASE).search(body, at)
    return found.end() if found else len(body)


def _attributes(body: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """Return the attributes of the tag whose name ends at `at`, and the place after the tag."""
    attributes: dict[bytes, bytes] = {}
    while found := _ATTRIBUTE.match(body, at):
        value = next((group for group in found.groups()[1:] if group is not None), b"")
        if b"&" in value:
            value = html.unescape(value.decode("latin-1")).encode("latin-1", "replace")
        attributes.setdefault(found[1].lower(), value)
        at = found.end()
    return attributes, _after(body, b">", at)


def _label(attributes: dict[bytes, bytes]) -> bytes:
    """Return the encoding that a `meta` element with these attributes names; empty if none."""
    if b"charset" in attributes:
        return attributes[b"charset"]
    if attributes.get(b"http-equiv", b"").lower() != b"content-type":
        return b""
    found = _CONTENT_CHARSET.search(attributes.get(b"content", b""))
    return (found[1] or found[2] or found[3] or b"") if found else b""


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
    detector = EncodingDetector()
    detector.feed(sample, last=len(sample) < _DETECTION_BYTES)
    guess = detector.guess(tld=None, allow_utf8=False)
    # The library names one encoding as Python does.
    return find_encoding("windows-874" if guess == "cp874" else guess) or WESTERN
