"""The errors that clients see, and the one envelope that all of them come in."""

from __future__ import annotations

from aiohttp import web

from api.http.responses import json_response
from api.openapi.response_models import ErrorAnswer

RETRY_AFTER_SECONDS = 2
"""What a client is told to wait when a part of the service is out of reach."""


class ApiError(Exception):
    """An answer other than the one hoped for. The message is for the client's user."""

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

    @classmethod
    def validation(cls, errors: list[str], *, code: str = "VALIDATION_FAILED") -> ApiError:
        """422 with one sentence per problem."""
        message = errors[0] if len(errors) == 1 else f"{len(errors)} problems: {errors[0]} …"
        return cls(422, code, message, errors=errors)

    @classmethod
    def not_found(cls) -> ApiError:
        """404 for a batch that is not there, or not this account's."""
        return cls(404, "NOT_FOUND", "There is no such batch.")

    @classmethod
    def unavailable(cls, code: str, what: str) -> ApiError:
        """503: `what`, a sentence, is out of reach; nothing was accepted."""
        return cls(
            503,
            code,
            f"{what} The request was not accepted; it is safe to repeat it.",
            retry_after=RETRY_AFTER_SECONDS,
        )

    @classmethod
    def internal(cls, request_id: str) -> ApiError:
        """500 that shows nothing internal, only where to look for it."""
        return cls(
            500,
            "INTERNAL_ERROR",
            f"The server met an unforeseen error. Its log has more under {request_id}.",
        )

    @property
    def answer(self) -> ErrorAnswer:
        """The envelope."""
        return ErrorAnswer(
            status="error",
            message=self.message,
            error=self.message,
            code=self.code,
            errors=self.errors,
            retry_after=self.retry_after,
        )

    def response(self) -> web.Response:
        """The error in its envelope."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        response = json_response(self.answer, status=self.status, headers=headers)
        if self.status in _CLOSING:
            response.force_close()
        return response


_CLOSING = frozenset({408, 417})
"""After these the connection is closed: what comes next on it may still be the body."""

_CODES = {
    400: "BAD_REQUEST",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    417: "EXPECTATION_FAILED",
}


def from_http_exception(error: web.HTTPException, max_bytes: int) -> web.Response:
    """What aiohttp itself refuses, as ours."""
    message = {
        404: "There is nothing at this path.",
        405: "This path does not take this method; see the Allow header.",
        413: f"The body is larger than {max_bytes} bytes.",
        417: "Of the Expect header only 100-continue is understood.",
    }.get(error.status, f"{error.reason}.")
    code = _CODES.get(error.status, "BAD_REQUEST")
    response = ApiError(error.status, code, message).response()
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response
