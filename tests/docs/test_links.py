"""What the documentation points to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, README
from tests.support.paths import ROOT

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"`([\w./-]+(?:/|\.(?:py|js|md|yml|toml|txt|sh)))`")

FILES = [*ROOT.glob("*.*"), *ROOT.glob("[!.]*/**/*.*")]
MADE_BY_USERS = {".env"}


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text()):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_that_are_named_exist(page: Path) -> None:
    for path in _PATH.findall(page.read_text()):
        if (ROOT / path.split("/")[0]).is_dir():
            assert (ROOT / path).exists(), path
        elif not path.endswith("/") and path not in MADE_BY_USERS:
            assert any(file.match(path) for file in FILES), path


def test_each_page_is_linked_from_the_readme() -> None:
    linked = {
        (ROOT / link.partition("#")[0]).resolve() for link in _LINK.findall(README.read_text())
    }
    assert set(DOCS.glob("*.md")) <= linked
