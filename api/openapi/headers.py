"""The headers of responses."""

from __future__ import annotations

from typing import Any

HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "The id of the request in the server's log.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "Location": {
        "description": "The path of the new batch.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "Idempotency-Replayed": {
        "description": "Present if the response is that of an earlier request with the "
        "same `Idempotency-Key`.",
        "schema": {"type": "string", "const": "true"},
    },
    "ETag": {
        "description": "Changes when the response does, except for the signatures of screenshot "
        "URLs. Send it back in `If-None-Match`.",
        "required": True,
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]+"$'},
    },
    "Cache-Control": {
        "description": "Validate a stored response with `If-None-Match` before you use it again.",
        "required": True,
        "schema": {"type": "string", "const": "private, no-cache"},
    },
    "RateLimit-Limit": {
        "description": "The number of requests that the account may make in 15 minutes. The three "
        "`RateLimit` headers are absent if the server has no limit, or the key is unknown.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimit-Remaining": {
        "description": "The number of requests that are left.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit-Reset": {
        "description": "Seconds until the full number is available again.",
        "schema": {"type": "integer", "minimum": 1},
    },
}

RATE_LIMIT_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
