"""Redirects by HTTP status, as browsers follow them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import ada_url

from activities.fetch_errors import net_error
from activities.http.exchange import HttpResponse

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


def is_redirect(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether a response with this `status` and these `headers` leads to another URL."""
    return status in _REDIRECT_STATUSES and bool(headers.get("location"))


def redirect_target(response: HttpResponse) -> str | None:
    """Return the URL to which `response` redirects; None if it does not redirect.

    Raises `ScrapeError` if a browser would not follow.
    """
    if not is_redirect(response.status, response.headers):
        return None
    given = response.headers["location"].encode("latin-1")
    try:
        # Browsers read the header as UTF-8 if its bytes are valid UTF-8, and else keep the bytes.
        location = given.decode()
    except UnicodeDecodeError:
        location = _NOT_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], given).decode()
    try:
        target = ada_url.URL(location, base=response.url)
    except ValueError:
        raise net_error("net::ERR_INVALID_REDIRECT", response.url) from None
    if target.protocol not in ("http:", "https:"):
        raise net_error("net::ERR_UNSAFE_REDIRECT", response.url)
    if not target.hash:
        target.hash = ada_url.URL(response.url).hash
    return str(target.href)
