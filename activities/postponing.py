"""Giving an item back to its workflow, to be started again later.

A host that has to be waited for, or a model that is down, would otherwise hold a slot of the
worker. The workflow waits by its own timer, so that a cancel stays exact meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.extraction.errors import CircuitOpenError, ModelError
from activities.item_context import ItemContext
from activities.politeness.hosts import HostBusyError, Visitor
from domain.failures import ScrapeError
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


def visitor_of(run: ItemContext, account: str) -> Visitor:
    """Return `run` as a visitor of the host of its page."""
    progress = run.progress
    return Visitor(
        run.item.url,
        account,
        is_direct=not run.options.use_proxy,
        was_refused=progress.refused_status is not None,
        refusals=progress.refusals,
        rested=progress.rested,
    )


def postponed_for_host(busy: HostBusyError, progress: Progress) -> Exception:
    """Return the error that gives the item back until its host may be visited.

    It is a `ScrapeError` if the item was given back too often.
    """
    refusal = busy.refusal
    if progress.postponed >= MAX_POSTPONED:
        what = f"The item was given back {MAX_POSTPONED} times to wait for its host."
        return refusal or ScrapeError("HOST_BUSY", what)
    if refusal is not None:
        progress.refused_status = refusal.http_status
        progress.refusals += not busy.rest
    progress.rested += busy.rest
    progress.postponed += 1
    progress.stage = WAITING
    return ApplicationError(
        "The host of the page has to be waited for.",
        progress,
        type="HOST_BUSY" if refusal is None else refusal.failure.code,
        next_retry_delay=timedelta(seconds=busy.delay),
        category=ApplicationErrorCategory.BENIGN,  # the worker logs no traceback
    )


def own_failure(error: ScrapeError, progress: Progress) -> ScrapeError:
    """Return `error`, or what the host answered to the item itself if that says more.

    An item whose page was requested and refused, and that then waited in vain, fails with the
    host's answer.
    """
    status = progress.refused_status
    if error.failure.code != "HOST_UNAVAILABLE" or status is None:
        return error
    what = f"The server answered with HTTP status {status}, and refused other pages as well."
    return ScrapeError(f"HTTP_{status}", what, http_status=status)


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
        category=ApplicationErrorCategory.BENIGN,
    )
