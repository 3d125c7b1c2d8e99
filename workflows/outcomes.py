"""The outcome of an item whose activity could not report one itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio.exceptions import ApplicationError, FailureError, TimeoutType
from temporalio.exceptions import TimeoutError as TemporalTimeoutError

from domain.failures import failure
from domain.items import Failure, ItemOutcome, Progress

MAX_ATTEMPTS = 10
"""How often an item is started when its worker is lost, or its bucket out of reach, each time.
What a page does wrong costs none of them: that is an outcome, not an error. A page that takes
its worker down every time must end some time."""

_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(seconds=30)


def outcome_of_error(
    cause: BaseException | None, progress: Progress, finished_at: datetime
) -> ItemOutcome:
    """The outcome of an item whose last attempt, which got as far as `progress`, ended with
    `cause`.

    Raises `TypeError` if `cause` is nothing that Temporal reports of an activity.
    """
    return ItemOutcome(
        failure=_failure_of(cause),
        usage=progress.usage,
        attempts=progress.attempts,
        finished_at=finished_at,
    )


def progress_of_error(
    cause: BaseException | None, previous: Progress | None, at: datetime
) -> Progress:
    """How far the attempt was, from its last heartbeat, or from what it said when it gave up. If
    it said nothing, it is counted as one more than `previous`, ended `at`."""
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
    """How long to wait before a worker starts the item again, which got as far as `progress` and
    then ended with `cause`; None if it shall not be started again.

    A worker that gives the item back says how long. Otherwise it was lost: no pause after a worker
    that was shut down, or the first time, since what takes long is to notice the loss. Then they
    double, up to half a minute: it may be the page that takes workers down.
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
            return failure(
                "WORKER_LOST",
                "Workers went away each time while they worked on this page.",
            )
        case TemporalTimeoutError():
            return failure("ITEM_TIMEOUT", "The worker did not finish this page in time.")
        case ApplicationError(type="STORAGE_UNAVAILABLE"):
            return failure("STORAGE_UNAVAILABLE", "The bucket was out of reach for too long.")
        case ApplicationError(type="WORKER_LOST"):
            return failure("WORKER_LOST", "The workers were shut down too often.")
        case FailureError():
            return failure("INTERNAL_ERROR", "The worker could not process this page.")
    raise TypeError(f"not the end of an activity: {cause!r}")
