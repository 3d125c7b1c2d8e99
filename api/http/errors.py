"""The errors that clients see.

Each error is declared once, as a function that returns it. The code raises what the function
returns, and the OpenAPI document shows the same as its example. Errors that only one resource
has are in its package, such as `api.batches.errors`.
"""

from __future__ import annotations

from aiohttp import web

from api.http.response_models import ErrorResponse
from api.http.responses import json_response

_RETRY_AFTER_SECONDS = 2
"""What a client is told to wait when a part of the service is out of reach."""

_CLOSING = frozenset({408, 417})
"""Statuses after which the connection is closed: the next bytes on it may still be the body."""


class ApiError(Exception):
    """An error response. The message is for the client's user."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        errors: list[str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.retry_after = retry_after

    @property
    def body(self) -> ErrorResponse:
        """The JSON body of the response."""
        return ErrorResponse(
            status="error",
            message=self.message,
            error=self.message,
            code=self.code,
            errors=self.errors,
            retry_after=self.retry_after,
        )

    def response(self) -> web.Response:
        """Return the whole response, with its headers."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        response = json_response(self.body, status=self.status, headers=headers)
        if self.status in _CLOSING:
            response.force_close()
        return response


def bad_request(message: str) -> ApiError:
    """Return 400 for what is not HTTP."""
    return ApiError(400, "BAD_REQUEST", message)


def invalid_json(reason: str) -> ApiError:
    """Return 400 for a body that is not one JSON object."""
    return ApiError(400, "INVALID_JSON", f"The body is not valid JSON: {reason}.")


def missing_api_key() -> ApiError:
    """Return 401 for a request without an API key."""
    return ApiError(
        401,
        "MISSING_API_KEY",
        "Send your API key in the header `x-api-key`, or as `Authorization: Bearer KEY`.",
    )


def invalid_api_key() -> ApiError:
    """Return 403 for an API key that opens no account."""
    return ApiError(403, "INVALID_API_KEY", "This API key is unknown, revoked or expired.")


def unknown_path() -> ApiError:
    """Return 404 for a path that the API does not have."""
    return ApiError(404, "NOT_FOUND", "There is nothing at this path.")


def method_not_allowed() -> ApiError:
    """Return 405 for a method that the path does not have."""
    return ApiError(
        405, "METHOD_NOT_ALLOWED", "This path does not take this method; see the Allow header."
    )


def not_acceptable() -> ApiError:
    """Return 406 for a client that does not accept JSON."""
    return ApiError(
        406,
        "NOT_ACCEPTABLE",
        "Answers are application/json, which the Accept header of the request rules out.",
    )


def request_timeout(seconds: float) -> ApiError:
    """Return 408 for a body that did not arrive within `seconds`."""
    return ApiError(
        408, "REQUEST_TIMEOUT", f"The body did not arrive within {seconds:.0f} seconds."
    )


def payload_too_large(max_bytes: int) -> ApiError:
    """Return 413 for a body of more than `max_bytes`."""
    return ApiError(413, "PAYLOAD_TOO_LARGE", f"The body is larger than {max_bytes} bytes.")


def unsupported_media_type(content_type: str) -> ApiError:
    """Return 415 for a body that is declared as something other than JSON."""
    return ApiError(
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        f"The body must be application/json, not {content_type[:100]}.",
    )


def expectation_failed() -> ApiError:
    """Return 417 for an `Expect` header other than `100-continue`."""
    return ApiError(417, "EXPECTATION_FAILED", "The Expect header may only be 100-continue.")


def validation_failed(errors: list[str], *, code: str = "VALIDATION_FAILED") -> ApiError:
    """Return 422 with one sentence for each thing that is wrong."""
    message = errors[0] if len(errors) == 1 else f"{len(errors)} problems: {errors[0]} …"
    return ApiError(422, code, message, errors=errors)


def rate_limited(limit: int, reset_seconds: int) -> ApiError:
    """Return 429 for an account that has made `limit` requests in the current window."""
    return ApiError(
        429,
        "RATE_LIMITED",
        f"The account has made its {limit} requests for now; it can make the next in "
        f"{reset_seconds} seconds.",
        retry_after=reset_seconds,
    )


def internal_error(request_id: str) -> ApiError:
    """Return 500, which shows nothing internal, only the id to look for in the log."""
    return ApiError(
        500,
        "INTERNAL_ERROR",
        f"The server met an unforeseen error. Its log has more under {request_id}.",
    )


def service_busy(reason: str) -> ApiError:
    """Return 503 for a request that was not accepted; `reason` is a sentence."""
    return _unavailable("SERVICE_BUSY", reason)


def queue_unavailable() -> ApiError:
    """Return 503 for a request that was not accepted, since Temporal is out of reach."""
    return _unavailable("QUEUE_UNAVAILABLE", "Temporal is out of reach.")


def queue_not_set_up() -> ApiError:
    """Return 503 for a batch that Temporal refuses to start: its namespace lacks something."""
    return _unavailable(
        "QUEUE_UNAVAILABLE",
        "Temporal refuses to start batches; GET /readyz tells the operator what is missing.",
    )


def _unavailable(code: str, reason: str) -> ApiError:
    return ApiError(
        503,
        code,
        f"{reason} The request was not accepted; it is safe to repeat it.",
        retry_after=_RETRY_AFTER_SECONDS,
    )


def from_http_exception(error: web.HTTPException, max_bytes: int) -> web.Response:
    """Return what aiohttp itself refuses in the form of all errors."""
    known = (
        unknown_path(),
        method_not_allowed(),
        payload_too_large(max_bytes),
        expectation_failed(),
    )
    other = ApiError(error.status, "BAD_REQUEST", f"{error.reason}.")
    response = next((ours for ours in known if ours.status == error.status), other).response()
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response
