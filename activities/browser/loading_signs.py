"""What tells that a page has not got its content yet, as `scripts/loading_signs.js` sees it."""

from __future__ import annotations

from dataclasses import dataclass

from activities.browser.tab import Tab
from activities.content import loading_words

LITTLE_TEXT = 200
"""Letters and digits. A page with fewer of its own waits for its text if something is under way."""

_NAMES = {
    "busy": "a part with aria-busy",
    "progress": "a progress bar without a value",
    "skeleton": "a spinner or a skeleton",
    "words": "a line that asks the reader to wait",
    "animation": "an empty part that moves without an end",
}
"""What a warning calls each indicator."""


@dataclass(frozen=True)
class LoadingSigns:
    """A look at a page that may still be loading."""

    indicator: str | None
    """Name of a loading indicator that the page shows. None if the page shows no indicator."""
    is_in_view: bool
    """Whether the indicator is within the window. What is below it may wait for the reader."""
    letters: float
    """Letters and digits of the page's own text, up to `LITTLE_TEXT`: without navigation, and with
    a quarter of its links."""
    is_empty: bool
    """Whether the page shows neither text nor pictures, but has scripts."""

    @property
    def has_little_text(self) -> bool:
        """Whether the page has not much more than its navigation."""
        return self.letters < LITTLE_TEXT


async def read_signs(tab: Tab) -> LoadingSigns:
    """Return what the page of `tab` shows. Raises Playwright's errors."""
    found = await tab.world.run(
        "loading_signs",
        LITTLE_TEXT,
        loading_words.LOADING,
        loading_words.LOADING_UNSPACED,
        loading_words.WAIT,
        loading_words.WAIT_UNSPACED,
    )
    return LoadingSigns(
        _NAMES.get(found["sign"]), found["isInView"], found["letters"], found["isEmpty"]
    )
