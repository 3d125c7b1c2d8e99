"""Giving an item back to its workflow, to be started again later.

A host that has to be waited for, or a model that is down, would otherwise hold a slot of the
worker. The workflow waits by its own timer, so that a cancel stays exact meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.exceptions import ApplicationError

from activities.extraction.errors import CircuitOpenError, ModelError
from domain.items import WAITING, Progress

MAX_POSTPONED = 50
"""Times that an item is given back to wait for its host. That is hours, and the history of a batch
of 50 items stays far below Temporal's limit of 51,200 events."""

_MODEL_ATTEMPTS = 8
"""Times that an item is started, crashes included, while its model is down. With the pauses in
between that is about three minutes. The client may retry after that."""

_SLOW_MODEL_ATTEMPTS = 3
"""Times that an item is started while its model is too slow. The next answer is as likely to take
too long, and is paid for."""

_LONGEST_MODEL_PAUSE = 60.0
"""Longest pause for a model, in seconds. The first pause is a second, and each one is twice as long
as the one before, or as long as the model's server asks for."""


def postponed_for_host(code: str, delay: float, progress: Progress) -> ApplicationError:
    """Return the error that gives the item back for `delay` seconds.

    `code` says why: the host is busy, or has refused the item.
    """
    progress.postponed += 1
    progress.stage = WAITING
    return ApplicationError(
        "The host of the page has to be waited for.",
        progress,
        type=code,
        next_retry_delay=timedelta(seconds=delay),
    )


def postponed_for_model(error: ModelError, progress: Progress) -> ApplicationError | None:
    """Return the error that gives the item back, to go on with the page that it has.

    Returns None if `error` will not pass soon, or the item has been started too often.
    """
    code = error.failure.code
    is_slow = code == "LLM_TIMEOUT" and not isinstance(error, CircuitOpenError)
    most = _SLOW_MODEL_ATTEMPTS if is_slow else _MODEL_ATTEMPTS
    attempts = progress.attempts - progress.postponed
    if not error.is_transient or attempts >= most:
        return None
    pause = min(2.0 ** (attempts - 1), _LONGEST_MODEL_PAUSE)
    return ApplicationError(
        error.what,
        progress,
        type=code,
        next_retry_delay=timedelta(seconds=max(pause, error.retry_after or 0)),
    )
