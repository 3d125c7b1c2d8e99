"""Addresses of links and pictures, as a browser resolves them and as markdown writes them."""

from __future__ import annotations

import re

import ada_url

_UNSAFE = {character: f"%{ord(character):02X}" for character in ' <>\\"'}
"""Characters that end an address in markdown. They are left in addresses such as `mailto:`."""

_ESCAPES = str.maketrans(_UNSAFE)
_PARENTHESES = str.maketrans({"(": r"\(", ")": r"\)"})

_ENTITY = re.compile(r"&(?=#?[a-zA-Z0-9]+;)")

_NOWHERE = ("javascript:", "vbscript:", "data:", "about:", "blob:")
"""Schemes of addresses that lead to no page: scripts, and what only this page has."""


class Addresses:
    """The addresses of one page."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._known: dict[str, str | None] = {}

    def resolve(self, address: str) -> str | None:
        """Return the absolute address for markdown, by the URL Standard. None if it leads nowhere.

        White space around it, and line ends within it, are removed. What is left of white space is
        percent-encoded.
        """
        if address not in self._known:
            self._known[address] = self._resolve(address)
        return self._known[address]

    def _resolve(self, address: str) -> str | None:
        try:
            url = ada_url.join_url(self._base_url, address)
        except ValueError:
            return None
        if url.startswith(_NOWHERE):
            return None
        return _as_destination(url)


def _as_destination(url: str) -> str:
    """Return a URL that markdown can hold without angle brackets around it."""
    url = url.translate(_ESCAPES)
    if "(" in url or ")" in url:
        depth = 0
        for character in url:
            depth += (character == "(") - (character == ")")
            if depth < 0:
                break
        if depth:
            url = url.translate(_PARENTHESES)
    return _ENTITY.sub("&amp;", url) if "&" in url else url
