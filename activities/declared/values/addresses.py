"""Addresses as pages write them: relative, and at times malformed."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit


def absolute(base_url: str, address: str | None) -> str | None:
    """Return the URL that an address leads to. None if there is none, or if it is malformed."""
    if not address or not address.strip():
        return None
    try:
        return urljoin(base_url, address.strip())
    except ValueError:  # an IPv6 address without its end, for example
        return None


def host_of(address: str) -> str | None:
    """Return the host of a URL. None if it has none, or if it is malformed."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
