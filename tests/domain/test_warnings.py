"""Warnings: their codes, and those that an earlier version stored."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.items import ItemOutcome, ItemWarning
from domain.warnings import item_warning


def test_a_code_that_no_document_explains_is_refused() -> None:
    with pytest.raises(KeyError):
        item_warning("UNHEARD_OF", "Something happened.")


def test_sentences_that_an_earlier_version_stored_are_read() -> None:
    stored = {"warnings": ["The page has no text."], "finished_at": datetime.now(UTC).isoformat()}
    outcome = ItemOutcome.model_validate(stored)
    assert outcome.warnings == [ItemWarning(code="OTHER", message="The page has no text.")]
    assert ItemOutcome.model_validate_json(outcome.model_dump_json()) == outcome
