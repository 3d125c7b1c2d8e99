"""Keeping those blocks of a page whose words a text covers, with what belongs to them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from lxml.html import HtmlElement

_UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Thai, Lao, Japanese and Chinese put no spaces between words."""

_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
"""A word, or a character of a script without spaces."""

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
"""Elements that begin a new line."""

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

_WHOLE = frozenset(("pre", "table"))
"""Blocks that are kept or dropped as one."""

_SHINGLE = 4
"""Words in a row that have to recur; fewer recur by chance."""

_COVERED = 0.5
"""Part of a block's shingles that the text has to contain. Extractors drop notes and captions
within a block, and join words across links."""

_TABLE_COVERED = 0.3
"""Of tables less is asked for, since extractors keep only some of their cells."""

_MOST_PLACES = 8
"""Places in the text that are tried for one block; commonplaces have too many."""

_OVERLAP = 2
"""Words by which the places of two blocks in the text may overlap."""


@dataclass(frozen=True)
class _Run:
    """Text that stands for itself: all that an element contains."""

    element: HtmlElement
    words: list[str]


@dataclass(frozen=True)
class _Place:
    """Where in the text a run is: the words from `start` to before `end`."""

    start: int
    end: int
    weight: int


def keep_covered(root: HtmlElement, text: str) -> None:
    """Reduces the tree, in place, to the blocks that `text` covers, and to the pictures and code
    among them. What is on the page several times is kept where it stands in the order of `text`."""
    body = root.find("body")
    if body is None:
        return
    index = _Index(text)
    runs = _runs(body)
    kept = {run.element for run in _in_order(runs, [index.places(run) for run in runs])}
    if kept:
        _add_company(body, kept)
        _add_title(root, body, kept)
        _prune(body, kept)


def count_words(text: str) -> int:
    """The words in `text`; in scripts without spaces between them, the characters. Lines that
    recur count once."""
    return sum(len(_words(line)) for line in dict.fromkeys(map(str.strip, text.splitlines())))


class _Index:
    """What a text covers, and where."""

    def __init__(self, text: str) -> None:
        words: list[str] = []
        self._lines: dict[tuple[str, ...], list[int]] = {}
        for line in text.splitlines():
            if line_words := _words(line):
                self._lines.setdefault(tuple(line_words), []).append(len(words))
                words += line_words
        self._shingles: dict[tuple[str, ...], list[int]] = {}
        for position, shingle in enumerate(_shingles(words)):
            self._shingles.setdefault(shingle, []).append(position)

    def places(self, run: _Run) -> list[_Place]:
        """Where the text covers the run; nowhere, if too little of it is there."""
        size = len(run.words)
        if size < 2 * _SHINGLE:
            starts = self._lines.get(tuple(run.words), [])
            if not starts and size >= _SHINGLE:
                starts = self._phrase(run.words)
            return [_Place(start, start + size, size) for start in starts[:_MOST_PLACES]]
        shingles = _shingles(run.words)
        hits = [
            (number, position)
            for number, shingle in enumerate(shingles)
            for position in self._shingles.get(shingle, ())[:_MOST_PLACES]
        ]
        share = _TABLE_COVERED if run.element.tag == "table" else _COVERED
        if len({number for number, _ in hits}) < share * len(shingles):
            return []
        offsets = Counter(position - number for number, position in hits)
        places = []
        for offset, _ in offsets.most_common(_MOST_PLACES):
            near = [pos for number, pos in hits if abs(pos - number - offset) <= size // 4]
            if len(near) >= share * len(shingles):
                places.append(_Place(min(near), max(near) + _SHINGLE, len(near)))
        return places

    def _phrase(self, words: list[str]) -> list[int]:
        first, *others = _shingles(words)
        return [
            start
            for start in self._shingles.get(first, ())
            if all(
                start + number in self._shingles.get(shingle, ())
                for number, shingle in enumerate(others, 1)
            )
        ]


def _in_order(runs: list[_Run], places: list[list[_Place]]) -> list[_Run]:
    """The runs that together cover most of the text in its order, each word once: the heaviest
    chain of places that increase with the runs."""
    # Prefix maxima (a Fenwick tree) over the word at which a chain ends.
    size = max((place.end for options in places for place in options), default=0) + 1
    best: list[tuple[int, int]] = [(0, -1)] * (size + 1)
    chain: list[tuple[int, int]] = []  # run, previous link
    for number, options in enumerate(places):
        found = []
        for place in options:
            weight, link = 0, -1
            at = min(place.start + _OVERLAP, place.end - 1) + 1
            while at > 0:
                weight, link = max((weight, link), best[at])
                at -= at & -at
            found.append((weight + place.weight, link, place.end))
        for weight, link, end in found:
            chain.append((number, link))
            at = end + 1
            while at <= size:
                best[at] = max(best[at], (weight, len(chain) - 1))
                at += at & -at
    _, link = max(best, default=(0, -1))
    kept = []
    while link >= 0:
        number, link = chain[link]
        kept.append(runs[number])
    return kept


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _shingles(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)]


def _runs(body: HtmlElement) -> list[_Run]:
    """The page in runs of text, in order. Where inline content stands beside blocks, it is wrapped
    into an element, so that each run has one of its own."""
    blocks: set[HtmlElement] = {body}
    for element in body.iter(*_BLOCKS):
        while element not in blocks:
            blocks.add(element)
            element = element.getparent()
    runs = []
    stack = [body]
    # Iterative, since pages nest as deep as they like.
    while stack:
        element = stack.pop()
        if element.tag not in _WHOLE and (
            any(child in blocks for child in element) or _has_paragraphs(element)
        ):
            _wrap_inline(element, blocks)
            stack.extend(reversed(element))
        elif words := _words(" ".join(element.itertext())):
            runs.append(_Run(element, words))
    return runs


def _has_paragraphs(element: HtmlElement) -> bool:
    """Whether empty lines divide the inline content of `element`."""
    return any(_is_empty_line(child) for child in element.iterchildren("br"))


def _is_empty_line(line_break: HtmlElement) -> bool:
    following = line_break.getnext()
    return following is not None and following.tag == "br" and not (line_break.tail or "").strip()


def _wrap_inline(element: HtmlElement, blocks: set[HtmlElement]) -> None:
    """Puts the inline content between the blocks within `element` into elements of its own."""
    children = list(element)
    ends = {child for child in children if child.tag == "br" and _is_empty_line(child)}
    tag = "p" if ends else "span"
    parts: list[HtmlElement] = []
    wrapper: HtmlElement | None = None

    def begin() -> HtmlElement:
        parts.append(element.makeelement(tag))
        return parts[-1]

    if element.text and element.text.strip():
        wrapper = begin()
        wrapper.text = element.text
    element.text = None
    for child in children:
        tail, child.tail = child.tail, None
        if child in blocks:
            wrapper = None
            parts.append(child)
        elif child in ends or (child.tag == "br" and wrapper is None):
            wrapper = None
        else:
            if wrapper is None:
                wrapper = begin()
            wrapper.append(child)
            child.tail = tail
            continue
        if tail and tail.strip():
            wrapper = begin()
            wrapper.text = tail
    element[:] = parts


def _add_company(body: HtmlElement, kept: set[HtmlElement]) -> None:
    """Adds the pictures and the code that stand between blocks that are kept, and the headings
    right before them."""
    order = list(body.iter())
    number = {element: i for i, element in enumerate(order)}
    first, last = min(number[block] for block in kept), max(number[block] for block in kept)
    parents = {block.getparent() for block in kept}
    for element in order[first : last + 1]:
        if element.tag == "pre":
            kept.add(element)
        elif element.tag == "img":
            holder = element
            while holder is not body and holder.getparent() is not None:
                if holder.getparent() in parents or holder in kept:
                    kept.add(element)
                    break
                if len(holder.getparent()) > 3:
                    break
                holder = holder.getparent()
        elif element.tag in _HEADINGS:
            following = element.getnext()
            if following is not None and following in kept:
                kept.add(element)


def _add_title(root: HtmlElement, body: HtmlElement, kept: set[HtmlElement]) -> None:
    """Adds the heading before what is kept that says the same as the page's title."""
    title = f" {' '.join(_words(root.findtext('head/title') or ''))} "
    best = None
    for element in body.iter():
        if element in kept:
            break
        if element.tag in ("h1", "h2"):
            words = _words(element.text_content())
            if len(words) > 1 and f" {' '.join(words)} " in title:
                best = element
    if best is not None:
        kept.add(best)


def _prune(body: HtmlElement, kept: set[HtmlElement]) -> None:
    """Removes what is neither kept nor around what is kept."""
    around = {ancestor for element in kept for ancestor in element.iterancestors()}
    stack = [body]
    while stack:
        element = stack.pop()
        for child in list(element):
            if child in kept:
                child.tail = None
            elif child in around:
                child.tail = None
                stack.append(child)
            else:
                element.remove(child)
