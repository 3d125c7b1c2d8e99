"""Ordinary pages are not taken for walls, whatever they resemble."""

from __future__ import annotations

import pytest

from activities.walls.detector import detect_wall
from activities.walls.facts import SeenPage
from tests.support.walls.ordinary import ordinary_pages

# Of a form of Django's comments.
pytestmark = pytest.mark.filterwarnings("ignore:The default scheme will be changed")


def test_there_are_enough_ordinary_pages() -> None:
    assert len(ordinary_pages()) >= 1500


def test_ordinary_pages_are_not_walls() -> None:
    alarms = {
        name: detection.name
        for name, page in ordinary_pages().items()
        if (detection := detect_wall(page.seen))
    }
    assert alarms == {}


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_status_alone_makes_no_wall(status: int) -> None:
    """A site may send an ordinary page with any status."""
    alarms = {
        name: detection.name
        for name, page in ordinary_pages().items()
        if page.any_status and (detection := detect_wall(_with_status(page.seen, status)))
    }
    assert alarms == {}


def _with_status(seen: SeenPage, status: int) -> SeenPage:
    return SeenPage(seen.html, seen.url, status, seen.headers)
