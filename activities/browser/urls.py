"""The site and the credentials in the URL of a document."""

from __future__ import annotations

import ada_url

from domain.cookies import site_of


def site_key(url: str) -> tuple[str, str]:
    """Return the scheme and the registrable domain of `url`.

    Chromium has separate processes for separate sites: pages of two sites never share a process.
    """
    parsed = ada_url.URL(url)
    return parsed.protocol, site_of(parsed.hostname) or parsed.hostname


def has_password(url: str) -> bool:
    """Return whether `url` contains credentials for HTTP, which a context never forgets."""
    parsed = ada_url.URL(url)
    return bool(parsed.username or parsed.password)
