"""The search attributes by which operators find a batch in the Temporal UI."""

from __future__ import annotations

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from workflows.state import BatchState

ACCOUNT = SearchAttributeKey.for_keyword("SpidraAccount")
STATUS = SearchAttributeKey.for_keyword("SpidraStatus")
TOTAL = SearchAttributeKey.for_int("SpidraTotal")
COMPLETED = SearchAttributeKey.for_int("SpidraCompleted")
FAILED = SearchAttributeKey.for_int("SpidraFailed")

ALL: tuple[SearchAttributeKey[str] | SearchAttributeKey[int], ...] = (
    ACCOUNT,
    STATUS,
    TOTAL,
    COMPLETED,
    FAILED,
)
"""All search attributes. A Temporal server must know them before a batch can start."""


def initial(state: BatchState) -> TypedSearchAttributes:
    """Return the search attributes of a run that starts from `state`."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(ACCOUNT, state.account),
            SearchAttributePair(STATUS, state.status),
            SearchAttributePair(TOTAL, len(state.items)),
            SearchAttributePair(COMPLETED, state.count("completed")),
            SearchAttributePair(FAILED, state.count("failed")),
        ]
    )


def updates(state: BatchState) -> list[SearchAttributeUpdate[str] | SearchAttributeUpdate[int]]:
    """Return the current values of the search attributes that change during a run."""
    return [
        STATUS.value_set(state.status),
        COMPLETED.value_set(state.count("completed")),
        FAILED.value_set(state.count("failed")),
    ]
