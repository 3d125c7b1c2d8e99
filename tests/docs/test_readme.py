"""What the README says is so."""

from __future__ import annotations

import re

from domain.failures import FAILURE_KINDS, failure
from settings import variables
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text()


def test_it_documents_exactly_the_settings_there_are() -> None:
    documented = re.findall(r"^\| `((?:SPIDRA|OPENAI)_[A-Z0-9_]+)` \|", README, flags=re.MULTILINE)
    assert sorted(documented) == sorted(variables())


def test_it_documents_exactly_the_error_codes_there_are() -> None:
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (yes|no) \| (.+) \|$", README, flags=re.MULTILINE)
    assert rows == [
        (code, "yes" if kind.retryable else "no", kind.advice)
        for code, kind in FAILURE_KINDS.items()
    ]


def test_its_commands_of_make_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, flags=re.MULTILINE))
    assert named <= targets
    listed = set(re.findall(r"@echo 'make ([a-z-]+)", makefile))
    assert named <= listed


def test_http_statuses_are_retryable_as_it_says() -> None:
    retryable = {status for status in range(400, 600) if failure(f"HTTP_{status}", "").retryable}
    assert retryable == {408, 425, 429, *range(500, 600)}
