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


def frame_site(url: str) -> str:
    """Return the registrable domain of `url`, or its host if there is none.

    Below `localhost`, it has two labels, as in browsers: the public suffix list does not name it.
    """
    host = ada_url.URL(url).hostname
    if host.endswith(".localhost"):
        return ".".join(host.split(".")[-2:])
    return site_of(host) or host


def has_password(url: str) -> bool:
    """Return whether `url` contains credentials for HTTP, which a context never forgets."""
    parsed = ada_url.URL(url)
    return bool(parsed.username or parsed.password)
