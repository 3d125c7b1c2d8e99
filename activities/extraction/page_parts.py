"""The parts in which a page is sent to the model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from activities.content.blocks import split
from activities.conversion.tasks import ModelPage
from activities.extraction.errors import PageTooLongError
from activities.extraction.token_counter import TokenCounter
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.warnings import item_warning

MIN_PART_TOKENS = 500
"""Smallest part. With smaller parts one page could take thousands of requests."""

_ALSO_IN_TEXT = ("tables", "details")
"""Declared data that the page's text repeats, so that nothing is lost without them."""

_DECLARED_SHARE = 3
"""The declared data take one part of so many of a request's room."""

_GROWTH = 1.1
"""Factor by which parts grow until there are few enough of them."""


@dataclass(frozen=True)
class PagePart:
    """A page that fits into one request, or a part of a longer page."""

    text: str
    declared: str = ""
    """What the page declares about itself, as JSON. Only the first part of a page has this."""


class PageSplitter:
    """Divides pages into parts that have room in a request.

    `room` returns the tokens that a part may take, as far as is known by then. `tokens` counts
    them. A page may take `max_parts` parts. `warnings` gets one for each thing that is left out.
    `no_room` makes the error of a question that leaves no room for a page.
    """

    def __init__(
        self,
        room: Callable[[], int],
        tokens: TokenCounter,
        warnings: list[ItemWarning],
        *,
        max_parts: int,
        no_room: Callable[[], ScrapeError],
    ) -> None:
        self._room = room
        self._tokens = tokens
        self._warnings = warnings
        self.max_parts = max_parts
        self._no_room = no_room
        self._has_warned = False

    def split_page(self, page: ModelPage) -> list[PagePart]:
        """Return `page` in parts, its main content first.

        Raises:
            PageTooLongError: The page takes more than `max_parts` parts.
            ScrapeError: There is no room for any page.
        """
        room = self._room()
        declared = self._fit_declared(page.evidence, room // _DECLARED_SHARE)
        # All parts get the same room, although only the first part holds the declared data.
        room -= self._count(declared)
        whole = "\n\n".join(filter(None, (page.main, page.rest)))
        if self._tokens.count(whole) <= room:
            return [PagePart(whole, declared)]
        if room < MIN_PART_TOKENS:
            raise self._no_room()
        if self._tokens.least(whole) > room * self.max_parts:
            raise self.too_long()
        texts = [part for text in (page.main, page.rest) for part in self._split(text, room)]
        if len(texts) > self.max_parts:
            # By the lowest estimate it fits. The server refuses parts that are too long, and says
            # by how much.
            room = max(room, self._tokens.count(whole) // self.max_parts)
        while len(texts) > self.max_parts:
            room = int(room * _GROWTH)
            texts = self._split(whole, room)
        return _with_declared(texts, declared)

    def split_again(self, parts: Sequence[PagePart], ratio: float) -> list[PagePart]:
        """Return consecutive `parts` in smaller ones, after the server refused them.

        The server has found `ratio` times the tokens that are counted here.

        Raises:
            ScrapeError: They are too small to be divided.
        """
        if self._room() < MIN_PART_TOKENS:  # the refusal may have told how small the context is
            raise self._no_room()
        largest = max(self._count(part.text) + self._count(part.declared) for part in parts)
        if largest <= MIN_PART_TOKENS:
            raise _refused_anyway()
        room = int(self._room() / ratio)
        if room >= largest:  # the refusal said nothing about the length
            room = largest // 2 + 1
        declared = parts[0].declared
        if declared:
            # Beside the smallest part there is no room for declared data.
            limit = room // _DECLARED_SHARE if room >= 2 * MIN_PART_TOKENS else 0
            declared = self._fit_declared(json.loads(declared), limit)
        room -= self._count(declared)
        text = "\n\n".join(part.text for part in parts)
        return _with_declared(self._split(text, max(room, MIN_PART_TOKENS)), declared)

    def halves(self, part: PagePart) -> list[PagePart]:
        """Return `part` in two or more pieces, or in one if it is too small to be divided."""
        room = max(self._tokens.count(part.text) // 2 + 1, MIN_PART_TOKENS)
        return _with_declared(self._split(part.text, room), part.declared)

    def too_long(self) -> PageTooLongError:
        """Return the error of a page that takes more than `max_parts` parts."""
        return PageTooLongError(f"Reading the page takes more than {self.max_parts} requests.")

    def _split(self, text: str, room: int) -> list[str]:
        return split(text, room, self._tokens.count)

    def _count(self, text: str) -> int:
        return self._tokens.count(text) if text else 0

    def _fit_declared(self, declared: dict[str, Any] | None, limit: int) -> str:
        """Return declared data as JSON of at most `limit` tokens, the largest values cut."""
        if declared is None:
            return ""
        kept = dict(declared)
        for name in _ALSO_IN_TEXT:
            if self._count(_encode(kept)) > limit:
                kept.pop(name, None)
        is_cut = False
        while kept and self._count(_encode(kept)) > limit:
            is_cut = True
            largest = max(kept, key=lambda name: len(json.dumps(kept[name])))
            value = kept[largest]
            if isinstance(value, list) and len(value) > 1:
                kept[largest] = value[: len(value) // 2]
            else:
                del kept[largest]
        if is_cut and not self._has_warned:
            self._has_warned = True
            self._warnings.append(
                item_warning(
                    "DECLARATIONS_CUT",
                    "The page declares more about itself than fits into a request to the model; "
                    "its text was read in full.",
                )
            )
        return _encode(kept) if kept else ""


def _refused_anyway() -> ScrapeError:
    """Return the error of a request that seems to fit and is refused even with little of a page."""
    return ScrapeError(
        "PAGE_TOO_LONG",
        "The request is too long for the model, even with little of the page.",
        advice="Shorten the prompt or the schema, or use a model with a larger context and raise "
        "SPIDRA_LLM_CONTEXT_TOKENS.",
    )


def _with_declared(texts: Sequence[str], declared: str) -> list[PagePart]:
    return [PagePart(text, "" if index else declared) for index, text in enumerate(texts)]


def _encode(declared: dict[str, Any]) -> str:
    return json.dumps(declared, ensure_ascii=False)
