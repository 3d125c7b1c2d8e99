"""Conditional requests: whether a client already has the response that it asks for."""

from __future__ import annotations

import re

from aiohttp import web

_ETAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\U0010ffff]*")')
"""An entity tag (RFC 9110, 8.8.3)."""


def is_not_modified(request: web.Request, etag: str) -> bool:
    """Return whether `If-None-Match` says that the client has the response with that `etag`.

    Tags are compared weakly (RFC 9110, 13.1.2).
    """
    given = ",".join(request.headers.getall("If-None-Match", []))
    return given.strip() == "*" or etag.removeprefix("W/") in _ETAG.findall(given)
