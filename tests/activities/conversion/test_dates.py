"""Dates that a model writes as the page does."""

from __future__ import annotations

from typing import Any

import pytest

from activities.conversion.tasks import conform

DAY = {"type": "string", "format": "date"}
MOMENT = {"type": ["string", "null"], "format": "date-time"}


def given(value: str, schema: dict[str, Any], language: str | None) -> Any:
    properties = {"on": schema, "all": {"type": "array", "items": schema}}
    result = conform(
        {"on": value, "all": [value]}, {"type": "object", "properties": properties}, language
    ).result
    assert result["all"] == [result["on"]]
    return result["on"]


@pytest.mark.parametrize(
    ("language", "written", "expected"),
    [
        ("de", "09.01.2027", "2027-01-09"),
        ("fr", "12 janvier 2026", "2026-01-12"),
        ("ja", "2026年2月10日", "2026-02-10"),
        ("hi", "12 दिसंबर 2026", "2026-12-12"),
        ("en", "14 November 2026 at 18:30", "2026-11-14"),
        ("en", "2026-11-14T18:30:00Z", "2026-11-14"),
        ("en-US", "03/04/2026", "2026-03-04"),
        (None, "2026-11-14", "2026-11-14"),
    ],
)
def test_a_date_gets_the_form_that_its_format_names(
    language: str | None, written: str, expected: str
) -> None:
    assert given(written, DAY, language) == expected


@pytest.mark.parametrize(
    ("language", "written"),
    [(None, "03/04/2026"), ("en", "soon"), ("de", "2026"), ("fr", "du 18 au 20 juin 2027")],
)
def test_what_is_no_single_date_stays_as_it_is(language: str | None, written: str) -> None:
    assert given(written, DAY, language) == written


def test_a_moment_needs_a_time() -> None:
    assert given("14 November 2026 at 18:30", MOMENT, "en") == "2026-11-14T18:30:00"
    assert given("14 November 2026", MOMENT, "en") == "14 November 2026"


@pytest.mark.parametrize(
    "schema", [{"type": "string"}, {**DAY, "pattern": r"^\d\d\."}, {**DAY, "enum": ["09.01.2027"]}]
)
def test_only_a_format_that_the_rest_of_the_schema_allows_changes_a_text(
    schema: dict[str, Any],
) -> None:
    assert given("09.01.2027", schema, "de") == "09.01.2027"
