"""UTF-8 that the browser has read as windows-1252, because nothing valid says what it is.

For a page on the web, Chromium does not guess UTF-8, so that servers declare it. Such a page is
still in UTF-8 for its readers. Both encodings map each byte to one value, so the text can be read
again without loss. A screenshot shows the browser's letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from activities.fetch_errors import declared_type
from activities.http.charset import declared_encoding
from activities.http.encodings import WESTERN, decode_as, find_encoding

_MISREAD_AS = "windows-1252"
_NBSP = "&nbsp;"
"""How a browser writes the character for the byte 0xA0."""

_RUN = re.compile(f"(?:[^\\x00-\\x7f]|{_NBSP})+")
_SEQUENCE = re.compile(
    "([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
)
"""A character in UTF-8, with a character of the same value for each byte."""

_TO_BYTES = {ord(decode_as(bytes([byte]), WESTERN)): chr(byte) for byte in range(0x80, 0xA0)}
_FROM_BYTES = {ord(byte): chr(character) for character, byte in _TO_BYTES.items()}


def read_again(html: str, character_set: str, headers: Mapping[str, str]) -> str:
    """Return `html`, which the browser has read as `character_set`, in its real encoding.

    The names of `headers` are in lower case. Nothing changes if the encoding was declared, or if
    the page is no UTF-8.
    """
    if character_set.lower() != _MISREAD_AS or html.isascii():
        return html
    if find_encoding(declared_type(headers).charset) or declared_encoding(html.encode()):
        return html
    reader = _Reader()
    again = _RUN.sub(reader.read, html)
    return again if reader.found > reader.wrong else html


class _Reader:
    """Reads runs of characters again, and counts how well that goes."""

    def __init__(self) -> None:
        self.found = 0
        """Number of characters in UTF-8."""
        self.wrong = 0
        """Number of others that stand for a byte. Scripts and references write such characters."""

    def read(self, run: re.Match[str]) -> str:
        text = run[0].replace(_NBSP, "\xa0").translate(_TO_BYTES)
        return "".join(
            self._character(part) if number % 2 else self._others(part)
            for number, part in enumerate(_SEQUENCE.split(text))
        )

    def _character(self, sequence: str) -> str:
        try:
            character = sequence.encode("latin-1").decode()
        except UnicodeDecodeError:
            return self._others(sequence)
        self.found += 1
        return character

    def _others(self, text: str) -> str:
        self.wrong += sum(
            "\x80" <= character <= "\xff" and character != "\xa0" for character in text
        )
        return text.translate(_FROM_BYTES)
