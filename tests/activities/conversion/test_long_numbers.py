"""Numbers that double precision does not hold, and texts in the place of numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activities.conversion.tasks import conform
from activities.extraction.answers import parse_object

SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "amount": {"type": "number"},
        "note": {"type": "string"},
    },
}


def result_of(text: str) -> dict[str, Any]:
    found = parse_object(text)
    assert found is not None
    conformed = conform(found.value, SCHEMA)
    assert conformed.violation is None
    return conformed.result


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('{"id": 9007199254740993}', 9007199254740993),
        ('{"id": 9007199254740993.0}', 9007199254740993),
        ('{"id": -9007199254740993.00}', -9007199254740993),
        ('{"id": "9007199254740993"}', 9007199254740993),
        ('{"id": "9,007,199,254,740,993"}', 9007199254740993),
        ('{"id": "9 007 199 254 740 993"}', 9007199254740993),
        ('{"id": 3.0}', 3),
        ('{"id": 12345678901234567890}', 12345678901234567890),
    ],
)
def test_integers_are_kept_exactly(written: str, value: int) -> None:
    assert json.dumps(result_of(written)["id"]) == str(value)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-inf", " nan "])
def test_a_text_for_what_is_no_number_is_no_value(text: str) -> None:
    assert result_of(json.dumps({"amount": text, "note": text})) == {"note": text}
