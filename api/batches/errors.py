"""The errors that only batches have; see `api.http.errors` for their form and for all others."""

from __future__ import annotations

import json
from collections.abc import Sequence

from api.http.errors import ApiError, validation_failed
from domain.proxies import megabytes_text

_PENDING_RETRY_AFTER_SECONDS = 5
"""What a client is told to wait for one of its batches to end: a page takes seconds."""

_UNDECIDED_RETRY_AFTER_SECONDS = 10
"""What a client is told to wait if its cancel may still take effect. After that time the Temporal
server takes a task back from a worker that does not answer."""


def no_failed_items() -> ApiError:
    """Return 400 for a retry of a batch in which nothing failed."""
    return ApiError(400, "NO_FAILED_ITEMS", "No item of this batch has failed.")


def none_is_retryable() -> ApiError:
    """Return 400 for a retry with `onlyRetryable` of a batch in which no such item failed."""
    return ApiError(
        400,
        "NO_FAILED_ITEMS",
        "No failed item of this batch is retryable; leave out onlyRetryable to retry them all.",
    )


def secrets_required(names: Sequence[str]) -> ApiError:
    """Return 400 for a retry that lacks the secrets `names` of its batch."""
    return ApiError(
        400,
        "COOKIES_REQUIRED",
        f"This batch had {' and '.join(names)}, which were deleted when it ended: send them "
        f"again, as {json.dumps(dict.fromkeys(names, '…'), ensure_ascii=False)}.",
    )


def credit_limit_reached(needed: int, remaining: int) -> ApiError:
    """Return 403 for an account that cannot pay."""
    return ApiError(
        403,
        "CREDIT_LIMIT_REACHED",
        f"This needs {needed} credits, and {remaining} remain of your account's limit.",
    )


def proxy_limit_reached(limit_mb: int) -> ApiError:
    """Return 403 for an account that has used up its proxy traffic."""
    return ApiError(
        403,
        "PROXY_LIMIT_REACHED",
        f"The account has used the {limit_mb} MB of proxy traffic that it may use; leave out "
        "useProxy.",
    )


def budget_used_up(*, used: int, limit: int) -> ApiError:
    """Return 403 for a retry of a batch that has used up its own proxy traffic, in bytes."""
    return ApiError(
        403,
        "PROXY_LIMIT_REACHED",
        f"The batch has taken {megabytes_text(used)} of the {megabytes_text(limit)} that it may "
        "take through proxies; send a larger maxProxyMb with the retry.",
    )


def batch_not_found() -> ApiError:
    """Return 404 for a batch that does not exist, or belongs to another account."""
    return ApiError(404, "NOT_FOUND", "There is no such batch.")


def cannot_cancel(status: str) -> ApiError:
    """Return 409 for a cancel of a batch that already has the final `status`."""
    return ApiError(409, "ALREADY_TERMINAL", f"Cannot cancel a batch that is already {status}.")


def cannot_retry_cancelled() -> ApiError:
    """Return 409 for a retry of a cancelled batch."""
    return ApiError(
        409, "ALREADY_TERMINAL", "Cannot retry a batch that was cancelled; submit it again."
    )


def not_terminal() -> ApiError:
    """Return 409 for a retry of a batch that has not ended."""
    return ApiError(409, "NOT_TERMINAL", "The batch is still running; retry it when it has ended.")


def idempotency_conflict() -> ApiError:
    """Return 409 for an idempotency key that came with another body before."""
    return ApiError(
        409,
        "IDEMPOTENCY_CONFLICT",
        "This Idempotency-Key was used with another body within the last 24 hours.",
    )


def invalid_schema(errors: list[str]) -> ApiError:
    """Return 422 for a `schema` that cannot be used."""
    return validation_failed(errors, code="INVALID_SCHEMA")


def too_many_pending_jobs(max_open: int) -> ApiError:
    """Return 429 for an account that has `max_open` unfinished batches."""
    return ApiError(
        429,
        "TOO_MANY_PENDING_JOBS",
        f"The account has {max_open} unfinished batches, which is as many as it may have at "
        "once; wait for one to end, or cancel one.",
        retry_after=_PENDING_RETRY_AFTER_SECONDS,
    )


def cancel_undecided(code: str, reason: str) -> ApiError:
    """Return 503 for a cancel that may still take effect; `reason` is a clause."""
    return ApiError(
        503,
        code,
        f"{reason}; the batch may still be cancelled within seconds. Check its status before you "
        "repeat the request.",
        retry_after=_UNDECIDED_RETRY_AFTER_SECONDS,
    )
