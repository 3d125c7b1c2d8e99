"""The parts in which a page is sent to the model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from activities.content.blocks import estimate_tokens, split
from activities.conversion.tasks import ModelPage
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.warnings import item_warning

MIN_PART_TOKENS = 500
"""Smallest part. With smaller parts one page could take thousands of requests."""

_ALSO_IN_TEXT = ("tables", "details")
"""Declared data that the page's text repeats, so that nothing is lost without them."""


@dataclass(frozen=True)
class PagePart:
    """A page that fits into one request, or a part of a longer page."""

    text: str
    budget: int
    """Tokens that the text and the declared data may take."""
    number: int = 1
    count: int = 1
    declared: str = ""
    """What the page declares about itself, as JSON. Only the first part of a page has this."""

    @property
    def is_only(self) -> bool:
        """Whether the part is the whole page."""
        return self.count == 1

    def halves(self) -> list[PagePart]:
        """Return the part in two or more pieces, or in one piece if the part is too small."""
        tokens = min(self.budget, estimate_tokens(self.text))
        budget = max(tokens // 2 + 1, MIN_PART_TOKENS)
        texts = split(self.text, budget)
        return [
            PagePart(
                text,
                budget,
                # Later parts keep their numbers. The number only tells the model roughly where in
                # the page the part is.
                number=self.number + index,
                count=self.count + len(texts) - 1,
                declared=self.declared if index == 0 else "",
            )
            for index, text in enumerate(texts)
        ]


def split_page(
    page: ModelPage, budget: int, max_parts: int, warnings: list[ItemWarning]
) -> list[PagePart]:
    """Return `page` in parts of at most `budget` tokens, its main content first.

    `warnings` gets one for each thing that was left out.

    Raises:
        ScrapeError: Even the main content takes more than `max_parts` parts.
    """
    declared = _fit_declared(page.evidence, budget // 3, warnings)
    # All parts get the same budget, although only the first part holds the declared data.
    text_budget = budget - (estimate_tokens(declared) if declared else 0)
    texts = _split_text(page, text_budget, max_parts, warnings)
    return [
        PagePart(text, budget, number, len(texts), declared if number == 1 else "")
        for number, text in enumerate(texts, 1)
    ]


def _fit_declared(declared: dict[str, Any] | None, limit: int, warnings: list[ItemWarning]) -> str:
    """Return declared data as JSON of at most `limit` tokens, the largest values cut."""
    if declared is None:
        return ""
    kept = dict(declared)
    for name in _ALSO_IN_TEXT:
        if _json_tokens(kept) > limit:
            kept.pop(name, None)
    is_cut = False
    while kept and _json_tokens(kept) > limit:
        is_cut = True
        largest = max(kept, key=lambda name: len(json.dumps(kept[name])))
        value = kept[largest]
        if isinstance(value, list) and len(value) > 1:
            kept[largest] = value[: len(value) // 2]
        else:
            del kept[largest]
    if is_cut:
        warnings.append(
            item_warning(
                "DECLARATIONS_CUT",
                "The page declares more about itself than fits into a request to the model; its "
                "text was read in full.",
            )
        )
    return _encode(kept)


def _split_text(
    page: ModelPage, budget: int, max_parts: int, warnings: list[ItemWarning]
) -> list[str]:
    whole = "\n\n".join(filter(None, (page.main, page.rest)))
    if estimate_tokens(whole) <= budget:
        return [whole]
    too_long = ScrapeError(
        "PAGE_TOO_LONG", f"Reading the page takes more than {max_parts} requests."
    )
    if estimate_tokens(page.main) > budget * max_parts:
        raise too_long
    main = split(page.main, budget)
    texts = [*main, *split(page.rest, budget)]
    if len(texts) <= max_parts:
        return texts
    if page.rest and main and len(main) <= max_parts:
        warnings.append(
            item_warning(
                "MAIN_CONTENT_ONLY",
                "The page is too long to be read in full: only its main content was read.",
            )
        )
        return main
    raise too_long


def _json_tokens(declared: dict[str, Any]) -> int:
    return estimate_tokens(_encode(declared))


def _encode(declared: dict[str, Any]) -> str:
    return json.dumps(declared, ensure_ascii=False)
