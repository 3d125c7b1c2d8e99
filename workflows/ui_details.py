"""The sentences about a batch that its page in the Temporal UI shows to operators."""

from __future__ import annotations

from collections import Counter

from domain.items import EXTRACTING, WAITING
from workflows.state import BatchState

_NAMED_CODES = 5
"""How many error codes are named, the most common first."""


def summary(state: BatchState) -> str:
    """Return the line that describes the batch in lists."""
    return f"{_pages(len(state.items))} for {state.account}"


def details(state: BatchState) -> str:
    """Return sentences in markdown: progress, failures, waiting items and cancellation."""
    sentences = [_progress(state), *_failures(state), *_interruptions(state)]
    if state.cancellation is not None:
        sentences.append(f"Cancelled by the client, with {state.count('cancelled')} not started.")
    if state.generation > 1:
        sentences.append("The failed pages were retried.")
    return " ".join(sentences)


def _progress(state: BatchState) -> str:
    done = f"{state.count('completed')} of {_pages(len(state.items))} completed"
    pending = state.count("pending")
    return f"{done}, {pending} to go." if pending else f"{done}."


def _failures(state: BatchState) -> list[str]:
    codes = Counter(
        item.outcome.failure.code for item in state.items if item.outcome and item.outcome.failure
    )
    if not codes:
        return []
    named = [f"{count} with {code}" for code, count in codes.most_common(_NAMED_CODES)]
    if len(codes) > _NAMED_CODES:
        named.append("others")
    return [f"{state.count('failed')} failed: {', '.join(named)}."]


def _interruptions(state: BatchState) -> list[str]:
    """Return sentences about pending items whose earlier attempts ended without an outcome."""
    pending = [item for item in state.items if item.status == "pending"]
    interrupted = [item.last_progress for item in pending if item.last_progress]
    waiting = sum(progress.stage == WAITING for progress in interrupted)
    extracting = sum(progress.stage == EXTRACTING for progress in interrupted)
    sentences = []
    if lost := len(interrupted) - waiting - extracting:
        sentences.append(f"{lost} had to change to another worker.")
    if waiting:
        sentences.append(f"{waiting} had to wait for their host.")
    if extracting:
        sentences.append(f"{extracting} had to wait for the model.")
    return sentences


def _pages(count: int) -> str:
    return f"{count} {'page' if count == 1 else 'pages'}"
