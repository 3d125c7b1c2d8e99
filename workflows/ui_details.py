"""How a batch stands, in words: what an operator reads on its page in the Temporal UI."""

from __future__ import annotations

from collections import Counter

from domain.items import EXTRACTING, WAITING
from workflows.state import BatchState

_CODES = 5
"""How many kinds of failure are named."""


def summary(state: BatchState) -> str:
    """The one line that stands beside the batch in lists."""
    return f"{_pages(len(state.items))} for {state.account}"


def details(state: BatchState) -> str:
    """Sentences, in markdown: how far the batch is, what failed and why, what was cancelled."""
    pending = sum(item.status == "pending" for item in state.items)
    done = f"{state.count('completed')} of {_pages(len(state.items))} completed"
    sentences = [f"{done}, {pending} to go." if pending else f"{done}."]
    if codes := Counter(
        item.outcome.failure.code for item in state.items if item.outcome and item.outcome.failure
    ):
        named = [f"{count} with {code}" for code, count in codes.most_common(_CODES)]
        if len(codes) > _CODES:
            named.append("others")
        sentences.append(f"{state.count('failed')} failed: {', '.join(named)}.")
    begun = [item.begun for item in state.items if item.status == "pending" and item.begun]
    waiting = sum(progress.stage == WAITING for progress in begun)
    asking = sum(progress.stage == EXTRACTING for progress in begun)
    if lost := len(begun) - waiting - asking:
        sentences.append(f"{lost} lost their worker and {'go' if lost > 1 else 'goes'} on.")
    if waiting:
        sentences.append(f"{waiting} had to wait for their host.")
    if asking:
        sentences.append(f"{asking} had to wait for the model.")
    if state.cancellation is not None:
        sentences.append(f"Cancelled by the client: {state.count('cancelled')} never start.")
    if state.generation > 1:
        sentences.append("What had failed was retried.")
    return " ".join(sentences)


def _pages(count: int) -> str:
    return f"{count} {'page' if count == 1 else 'pages'}"
