"""What follows an attempt that ended without reporting an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio.exceptions import ApplicationError, FailureError, TimeoutType
from temporalio.exceptions import TimeoutError as TemporalTimeoutError

from domain.failures import failure
from domain.items import Failure, ItemOutcome, Progress

MAX_ATTEMPTS = 10
"""How often an item is started when each time its worker is lost or the bucket is unavailable.

Failures of the page do not count, because they are outcomes and not errors. The limit is for a
page that takes its worker down every time.
"""

_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(seconds=30)


def failed_after(progress: Progress | None, reason: Failure, finished_at: datetime) -> ItemOutcome:
    """Return the outcome of an item that fails for `reason` after it has reached `progress`.

    None means that no worker has started the item. What the attempts have used stays known.
    """
    if progress is None:
        return ItemOutcome(failure=reason, attempts=0, finished_at=finished_at)
    return ItemOutcome(
        failure=reason,
        usage=progress.usage,
        attempts=progress.attempts,
        started_at=progress.started_at,
        finished_at=finished_at,
    )


def outcome_of_error(
    cause: BaseException | None, progress: Progress, finished_at: datetime
) -> ItemOutcome:
    """Return the outcome of an item whose last attempt reached `progress` and ended with `cause`.

    Raises `TypeError` if Temporal does not report such a `cause` for an activity.
    """
    return failed_after(progress, _failure_of(cause), finished_at)


def progress_of_error(
    cause: BaseException | None, previous: Progress | None, at: datetime
) -> Progress:
    """Return how far the attempt came that `cause` ended.

    The progress is from the last heartbeat, or from the error with which the worker gave the item
    back. Without either, it is `previous` with one more attempt, started at `at`.
    """
    details: Sequence[Any] = ()
    match cause:
        case TemporalTimeoutError():
            details = cause.last_heartbeat_details
        case ApplicationError():
            details = cause.details
    if details:
        return Progress.model_validate(details[0])
    if previous is None:
        return Progress(stage="unknown", attempts=1, started_at=at)
    changes = {"stage": "unknown", "attempts": previous.attempts + 1, "started_at": at}
    return previous.model_copy(update=changes)


def pause_before_next(cause: BaseException | None, progress: Progress) -> timedelta | None:
    """Return the pause before the next attempt, or None if there is no next attempt.

    The last attempt reached `progress` and ended with `cause`. A worker that gives an item back
    says how long to pause. Otherwise the worker was lost. There is no pause after a shutdown of
    the worker, or after the first loss, since noticing a loss already takes long. Later pauses
    double, up to half a minute: perhaps the page takes its workers down.
    """
    if isinstance(cause, ApplicationError) and cause.next_retry_delay is not None:
        return cause.next_retry_delay
    attempt = progress.attempts - progress.postponed + 1
    if attempt > MAX_ATTEMPTS or (isinstance(cause, ApplicationError) and cause.non_retryable):
        return None
    is_handed_over = isinstance(cause, ApplicationError) and cause.type == "WORKER_LOST"
    if is_handed_over or attempt == 2:
        return timedelta()
    return min(_FIRST_PAUSE * float(2 ** (attempt - 3)), _LONGEST_PAUSE)


def _failure_of(cause: BaseException | None) -> Failure:
    match cause:
        case TemporalTimeoutError(type=TimeoutType.HEARTBEAT):
            return failure("WORKER_LOST", "Each worker was lost while it worked on this page.")
        case TemporalTimeoutError():
            return failure("ITEM_TIMEOUT", "The worker did not finish this page in time.")
        case ApplicationError(type="STORAGE_UNAVAILABLE"):
            return failure("STORAGE_UNAVAILABLE", "The bucket was out of reach for too long.")
        case ApplicationError(type="WORKER_LOST"):
            return failure("WORKER_LOST", "The workers were shut down too often.")
        case FailureError():
            return failure("INTERNAL_ERROR", "The worker could not process this page.")
    raise TypeError(f"not the end of an activity: {cause!r}")
