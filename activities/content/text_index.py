"""Where a text covers the blocks of a page, and which of these places fit together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from activities.content.text_blocks import TextBlock
from activities.content.words import SHINGLE_SIZE, Shingle, shingles_of, words_of

_MIN_SHARE = 0.5
"""Share of a block's shingles that the text has to contain.

Not all of them: extractors drop notes and captions inside of a block, and join words across links.
"""

_MIN_TABLE_SHARE = 0.3
"""The same share for tables, of which extractors keep only some cells."""

_MAX_PLACES = 8
"""Places in the text that are tried for one block. Common phrases have too many."""

_MAX_OVERLAP = 2
"""Words by which the places of two blocks may overlap."""


@dataclass(frozen=True)
class Place:
    """The words of the text, from `start` to before `end`, that cover a block."""

    start: int
    end: int
    weight: int
    """Number of the block's words or shingles that are there."""


class TextIndex:
    """The lines and shingles of a text, with their positions."""

    def __init__(self, text: str) -> None:
        words: list[str] = []
        self._lines: dict[tuple[str, ...], list[int]] = {}
        for line in text.splitlines():
            if line_words := words_of(line):
                self._lines.setdefault(tuple(line_words), []).append(len(words))
                words += line_words
        self._shingles: dict[Shingle, list[int]] = {}
        for position, shingle in enumerate(shingles_of(words)):
            self._shingles.setdefault(shingle, []).append(position)

    def places(self, block: TextBlock) -> list[Place]:
        """Return the places where the text covers a block. A few stray words are no place."""
        if len(block.words) < 2 * SHINGLE_SIZE:
            return self._places_of_short(block.words)
        share = _MIN_TABLE_SHARE if block.element.tag == "table" else _MIN_SHARE
        return self._places_of_long(block.words, share)

    def _places_of_short(self, words: list[str]) -> list[Place]:
        """Return the lines that are equal to a short block, or else its literal occurrences."""
        size = len(words)
        starts = self._lines.get(tuple(words), [])
        if not starts and size >= SHINGLE_SIZE:
            starts = self._occurrences(words)
        return [Place(start, start + size, size) for start in starts[:_MAX_PLACES]]

    def _places_of_long(self, words: list[str], share: float) -> list[Place]:
        """Return the places that have enough of a long block's shingles close together."""
        shingles = shingles_of(words)
        hits = [
            (number, position)
            for number, shingle in enumerate(shingles)
            for position in self._shingles.get(shingle, ())[:_MAX_PLACES]
        ]
        if len({number for number, _ in hits}) < share * len(shingles):
            return []
        offsets = Counter(position - number for number, position in hits)
        places = []
        for offset, _ in offsets.most_common(_MAX_PLACES):
            distance = len(words) // 4
            near = [at for number, at in hits if abs(at - number - offset) <= distance]
            if len(near) >= share * len(shingles):
                places.append(Place(min(near), max(near) + SHINGLE_SIZE, len(near)))
        return places

    def _occurrences(self, words: list[str]) -> list[int]:
        first, *others = shingles_of(words)
        return [
            start
            for start in self._shingles.get(first, ())
            if all(
                start + number in self._shingles.get(shingle, ())
                for number, shingle in enumerate(others, 1)
            )
        ]


def covered_blocks(blocks: list[TextBlock], text: str) -> list[TextBlock]:
    """Return the blocks that together cover most of `text`, in its order and each word once.

    A block that is on the page several times is returned where it stands in the text's order.
    """
    index = TextIndex(text)
    return [blocks[number] for number in _heaviest_chain([index.places(block) for block in blocks])]


def _heaviest_chain(places: list[list[Place]]) -> list[int]:
    """Return the numbers of the blocks in the heaviest chain, from the last to the first.

    A chain is a choice of at most one place for each block, so that the places increase with the
    blocks. This is the heaviest increasing subsequence, found with a Fenwick tree.
    """
    size = max((place.end for options in places for place in options), default=0) + 1
    best = _PrefixMaxima(size)
    links: list[tuple[int, int]] = []  # number of the block, and index of the link before it
    for number, options in enumerate(places):
        found = []
        for place in options:
            before = min(place.start + _MAX_OVERLAP, place.end - 1)
            weight, previous = best.up_to(before)
            found.append((weight + place.weight, previous, place.end))
        for weight, previous, end in found:
            links.append((number, previous))
            best.update(end, (weight, len(links) - 1))
    numbers = []
    _, link = best.highest()
    while link >= 0:
        number, link = links[link]
        numbers.append(number)
    return numbers


class _PrefixMaxima:
    """A Fenwick tree of the heaviest chains, by the word at which a chain ends.

    Its values are pairs: the chain's weight, and the index of its last link, or -1.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._best: list[tuple[int, int]] = [(0, -1)] * (size + 1)

    def up_to(self, word: int) -> tuple[int, int]:
        """Return the heaviest chain that ends at `word` or before."""
        best = (0, -1)
        at = word + 1
        while at > 0:
            best = max(best, self._best[at])
            at -= at & -at
        return best

    def update(self, word: int, chain: tuple[int, int]) -> None:
        """Add a chain that ends at `word`."""
        at = word + 1
        while at <= self._size:
            self._best[at] = max(self._best[at], chain)
            at += at & -at

    def highest(self) -> tuple[int, int]:
        """Return the heaviest of all chains."""
        return max(self._best)
