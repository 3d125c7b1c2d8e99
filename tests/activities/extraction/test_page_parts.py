"""Parts that a server refuses again and again, whatever they are."""

from __future__ import annotations

import pytest

from activities.extraction.page_parts import PagePart, PageSplitter
from activities.extraction.token_counter import TokenCounter
from domain.failures import ScrapeError
from domain.items import ItemWarning
from tests.support.extraction import codes

TEXTS = {
    "words": "word " * 20_000,
    "Russian": "слово " * 10_000,
    "no blanks": "a" * 30_000,
    "table": "| a | b |\n|---|---|\n" + "| x1 | 22 |\n" * 2000,
    "short": "A short text.",
}
DECLARED = {"nothing": "", "little": '{"a": 1}', "much": '{"a": "' + "x" * 5000 + '", "b": [1, 2]}'}

NO_ROOM = ScrapeError("QUESTION_TOO_LONG", "No room.")


def divide_often(splitter: PageSplitter, part: PagePart, ratio: float) -> None:
    """Divide `part` as often as a server refuses each of its pieces."""
    for _ in range(15):
        part = splitter.split_again([part], ratio)[0]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize(("room", "ratio"), [(7000, 0.3), (7000, 1), (600, 1), (-300, 3)])
def test_parts_that_are_always_refused_come_to_an_end(
    text: str, declared: str, room: int, ratio: float
) -> None:
    warnings: list[ItemWarning] = []
    splitter = PageSplitter(
        lambda: room, TokenCounter(), warnings, max_parts=8, no_room=lambda: NO_ROOM
    )
    code = "PAGE_TOO_LONG" if room > 0 else "QUESTION_TOO_LONG"
    with pytest.raises(ScrapeError, match=code):
        divide_often(splitter, PagePart(TEXTS[text], DECLARED[declared]), ratio)
    assert codes(warnings) in ([], ["DECLARATIONS_CUT"])
