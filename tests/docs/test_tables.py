"""The tables and lists of the documentation agree with the code."""

from __future__ import annotations

import re

from domain.failures import FAILURE_KINDS, failure
from domain.warnings import WARNING_KINDS
from settings import CLIENT_VARIABLES, variables
from tests.docs.pages import DOCS, PAGES, README
from tests.support.paths import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()

MAX_README_LINES = 200
MAX_GLOSSARY_TERMS = 15


def test_settings_are_exactly_those_there_are() -> None:
    page = (DOCS / "settings.md").read_text()
    documented = re.findall(r"^\| `((?:SPIDRA|OPENAI)_[A-Z0-9_]+)` \|", page, flags=re.MULTILINE)
    assert sorted(documented) == sorted(variables())


def test_error_codes_are_exactly_those_there_are() -> None:
    page = (DOCS / "error-codes.md").read_text()
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (yes|no) \| (.+) \|$", page, flags=re.MULTILINE)
    assert rows == [
        (code, "yes" if kind.retryable else "no", kind.advice)
        for code, kind in FAILURE_KINDS.items()
    ]


def test_warnings_are_exactly_those_there_are() -> None:
    page = (DOCS / "warnings.md").read_text()
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.+) \|$", page, flags=re.MULTILINE)
    assert rows == list(WARNING_KINDS.items())


def test_http_statuses_are_retryable_as_error_codes_say() -> None:
    retryable = {status for status in range(400, 600) if failure(f"HTTP_{status}", "").retryable}
    assert retryable == {408, 425, 429, *range(500, 600)}


def test_commands_of_make_exist_and_are_listed() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
    listed = set(re.findall(r"^([a-z-]+):.* ## .+ \(.+\)$", MAKEFILE, flags=re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), flags=re.MULTILINE))
        assert named <= targets, page
        assert named <= listed, page


def test_targets_for_people_say_what_they_do_and_how_long_they_take() -> None:
    [phony] = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)$", MAKEFILE, flags=re.MULTILINE)
    undocumented = {"help", "browser"}
    for target in set(phony.replace("\\\n", " ").split()) - undocumented:
        assert re.search(rf"^{target}:.* ## .+ \(.+\)$", MAKEFILE, flags=re.MULTILINE), target


def test_settings_that_pages_name_exist() -> None:
    for page in PAGES:
        named = set(re.findall(r"\bSPIDRA_[A-Z0-9_]*[A-Z0-9]\b", page.read_text()))
        assert named - CLIENT_VARIABLES <= variables(), page


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) <= MAX_README_LINES


def test_the_glossary_is_short_and_in_use() -> None:
    terms = re.findall(r"^\| ([a-z ]+) \| [A-Z]", (DOCS / "glossary.md").read_text(), re.MULTILINE)
    assert 0 < len(terms) <= MAX_GLOSSARY_TERMS
