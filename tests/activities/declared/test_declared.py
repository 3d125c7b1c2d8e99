"""Schemas filled from hand-labelled pages: what has to be found, and that nothing is invented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from activities.content import dom
from activities.declared.entities import Declared
from activities.declared.mapping.fill import fill
from activities.declared.mapping.filled import Filled
from activities.declared.read import read_declared
from domain.schema.rules import violation
from tests.support import paths

PAGES = sorted((paths.PAGES / "declared").glob("*.html"))

RIGHT = 0.97
"""Share of the declared facts on all pages that has to be found."""


def declared_by(html: str, url: str = "https://shop.example/page") -> Declared:
    """Return what a page declares."""
    return read_declared(dom.parse(html), url)


def labels(page: Path) -> dict[str, Any]:
    """Return the schema, the URL and the expected result of a page."""
    loaded: dict[str, Any] = json.loads(page.with_suffix(".json").read_text())
    return loaded


def filled(page: Path) -> Filled:
    """Return a page's schema, filled from the page."""
    label = labels(page)
    return fill(label["schema"], declared_by(page.read_text(), label["url"]))


def facts(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values in a result that are not null, with their path."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from facts(part, f"{path}/{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from facts(part, f"{path}/{number}")
    elif value is not None:
        yield path, value


def test_enough_pages_are_labelled() -> None:
    assert len(PAGES) >= 40


def test_declared_facts_are_found_and_no_value_is_invented() -> None:
    right = total = 0
    wrong: list[object] = []
    invented: list[object] = []
    for page in PAGES:
        expected = dict(facts(labels(page)["expected"]))
        found = dict(facts(filled(page).result))
        total += len(expected)
        right += sum(found.get(path) == value for path, value in expected.items())
        wrong += [
            (page.stem, path, value, found.get(path))
            for path, value in expected.items()
            if found.get(path) != value
        ]
        invented += [(page.stem, path, found[path]) for path in found.keys() - expected.keys()]
    assert invented == []
    assert right >= RIGHT * total, wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_result_fulfils_its_schema(page: Path) -> None:
    label = labels(page)
    result = filled(page)
    assert violation(result.result, label["schema"]) is None
    assert set(label["schema"].get("required", ())) <= set(result.result)
    for pointer, _ in facts(result.result):
        assert any(
            pointer == known or pointer.startswith(f"{known}/") for known in result.provenance
        ), f"{pointer} comes from nowhere"
