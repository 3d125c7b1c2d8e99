"""The measure of how many values a model finds: its comparison of values, and its pages."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from activities.conversion.tasks import conform, read_for_model
from bench.accuracy.held_out import PAGES as HELD_OUT
from bench.accuracy.page import Either, Page
from bench.accuracy.pages import PAGES
from bench.accuracy.pipeline import Outcome
from bench.accuracy.report import Run, report
from bench.accuracy.scoring import Score, choices_of, comparable, score_result, score_value
from domain.schema.validation import check_schema

ALL_PAGES = [*PAGES, *HELD_OUT]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("Quay  & STOVE.", "Quay & Stove"),
        ("978\u20111\u20114028", "978-1-4028"),
        (49, 49.0),
        (0.1 + 0.2, 0.3),
        ("2026-11-14T18:30:00+01:00", "2026-11-14"),
        ("\uff11\uff11:00", "11:00"),
        (False, False),
        (None, None),
        ("", None),
        ([], None),
        ("Mole", Either("Molina", "mole")),
        (["cream", "Slate"], ["slate", "cream"]),
        ([{"price": 19.0, "name": "glow"}], [{"name": "Glow", "price": 19}]),
    ],
)
def test_what_a_reader_takes_for_the_same_is_right(found: Any, expected: Any) -> None:
    assert score_value(found, expected) == Score(right=1)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("Quay", "Quay & Stove"),
        ("49.9", 49.9),
        (True, 1),
        (0, False),
        (149.0, 14.9),
        ("2026-11-15", "2026-11-14"),
        ("unknown", None),
        (["other"], ["slate"]),
    ],
)
def test_what_means_something_else_is_wrong(found: Any, expected: Any) -> None:
    assert score_value(found, expected) == Score(wrong=1)


@pytest.mark.parametrize("found", [None, "", []])
def test_a_value_that_is_not_given_is_not_wrong(found: Any) -> None:
    assert score_value(found, "Durham") == Score(empty=1)


def test_a_list_is_right_in_part() -> None:
    score = score_value(["slate", "rust", "tar"], ["slate", "rust", "cream"])
    assert score == Score(right=0.5, wrong=0.5)


def test_without_a_result_every_value_is_wrong() -> None:
    assert score_result(None, {"name": "a", "price": None}) == Score(wrong=2)


def test_the_report_tells_the_mean_and_the_spread_of_the_runs() -> None:
    page = Page("en", "shop", "Glow", (), {"name": ("string", "Glow"), "price": ("number", 1)})
    runs = [
        Run([(page, Outcome({"name": "Glow", "price": 1}, tokens=10, calls=1))]),
        Run([(page, Outcome({"name": "Glow", "price": 2}, tokens=30, calls=2))]),
    ]
    told = "\n".join(report("product", runs))
    assert "1.5 of 2 right (1.0 to 2.0)" in told
    assert "20 tokens" in told
    assert list(runs[1].not_right()) == ["en-shop price: 2, and not 1"]


@pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.name)
def test_the_truth_of_a_page_fits_its_schema(page: Page) -> None:
    assert not check_schema(page.schema)
    truth = {name: choices_of(expected)[0] for name, expected in page.truth.items()}
    conformed = conform(truth, page.schema, page.language)
    assert conformed.violation is None
    assert score_result(conformed.result, page.truth).right == len(page.truth)


@pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.name)
def test_a_page_shows_the_texts_of_its_truth(page: Page) -> None:
    read = read_for_model(page.html, page.url, False, frozenset()).page
    shown = comparable(f"{page.title}\n{read.main}\n{read.rest}".replace("*", ""))
    for name, (kind, expected) in page.values.items():
        texts = [text for text in choices_of(expected) if isinstance(text, str)]
        if kind == "string" and texts:
            assert any(comparable(text) in shown for text in texts), name


def test_the_pages_are_of_six_languages_and_many_kinds() -> None:
    assert len({page.name for page in PAGES}) == len(PAGES) >= 60
    by_language = Counter(page.language for page in PAGES)
    assert by_language == dict.fromkeys(("en", "de", "fr", "es", "ja", "hi"), 10)
    assert len({page.kind for page in PAGES}) >= 14
