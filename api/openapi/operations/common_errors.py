"""The errors that several operations have."""

from __future__ import annotations

from api.http.body import BODY_SECONDS, MAX_BODY_BYTES
from api.http.errors import (
    internal_error,
    invalid_api_key,
    invalid_json,
    missing_api_key,
    not_acceptable,
    payload_too_large,
    queue_unavailable,
    rate_limited,
    request_timeout,
    service_busy,
    unsupported_media_type,
)
from api.openapi.operations.terms import ErrorCase

INTERNAL_ERROR = ErrorCase(
    internal_error("17cf3ff5f03f49f293609da8a4ce527e"), "the server has a fault"
)
QUEUE_UNAVAILABLE = ErrorCase(queue_unavailable(), "Temporal is out of reach")

KEY_ERRORS = (
    ErrorCase(missing_api_key(), "the request has no API key"),
    ErrorCase(invalid_api_key(), "the key is unknown, revoked or expired"),
    ErrorCase(not_acceptable(), "the `Accept` header excludes JSON"),
    ErrorCase(
        rate_limited(300, 412),
        "the account has made too many requests; see the `RateLimit` headers",
    ),
    INTERNAL_ERROR,
    ErrorCase(
        service_busy("The database is out of reach."),
        "the database, the object store or the workers are out of reach",
    ),
)
"""Errors of all operations that need a key."""

BODY_ERRORS = (
    ErrorCase(
        invalid_json("Expecting value: line 1 column 1 (char 0)"),
        "the body is not one JSON object in UTF-8",
    ),
    ErrorCase(request_timeout(BODY_SECONDS), "the body does not arrive"),
    ErrorCase(payload_too_large(MAX_BODY_BYTES), f"the body has more than {MAX_BODY_BYTES} bytes"),
    ErrorCase(
        unsupported_media_type("text/plain"),
        "the body is declared as something other than JSON",
    ),
)
"""Errors of all operations that read a body."""
