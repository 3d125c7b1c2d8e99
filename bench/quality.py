"""Quality and speed of the main content, compared with what people marked on the same pages.

    make bench-quality PAGES=folder

The folder holds `html/{id}.html.gz` and `ground-truth.json`, `{id: {"articleBody": …, "url": …}}`.
This is the form of the open article extraction benchmark by Scrapinghub, and so is the measure:
precision and recall of 4-grams of words per page, averaged over the pages, and their F1.

People marked the text below the headline there, and our content begins with the headline. So our
content is measured twice: without the headline, and as it is.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from activities.content import dom, main_content, markdown
from activities.declared.read import read_declared
from bench.extractors import plain

_WORD = re.compile(r"\w+")
_HEADLINE = re.compile(r"\A#{1,2} .*\n")

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Page:
    """A page, and the main content that people marked."""

    name: str
    url: str
    html: str
    expected: str


@dataclass
class Clock:
    """A clock of the CPU seconds of each stage, page by page."""

    stages: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, stage: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work` returns, and record its CPU time under `stage`."""
        start = time.process_time()
        result = work(*args, **kwargs)
        self.stages.setdefault(stage, []).append(time.process_time() - start)
        return result

    def medians(self) -> Iterator[tuple[str, float]]:
        """Yield each stage with its median in milliseconds."""
        for stage, seconds in self.stages.items():
            yield stage, statistics.median(seconds) * 1000


def precision_and_recall(found: str, expected: str) -> tuple[float, float]:
    """Return the share of `found` that is expected, and of `expected` that is found, in 4-grams."""
    ours, theirs = _shingles(found), _shingles(expected)
    common = (ours & theirs).total()
    if not ours or not theirs:
        same = float(ours == theirs)
        return same, same
    return common / ours.total(), common / theirs.total()


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    size = min(4, len(words))
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1) if size)


def read_pages(folder: Path) -> list[Page]:
    """Return the pages in `folder`."""
    truth = json.loads((folder / "ground-truth.json").read_text())
    return [
        Page(
            name,
            entry.get("url") or "http://localhost/",
            gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()).decode(
                errors="replace"
            ),
            entry["articleBody"],
        )
        for name, entry in sorted(truth.items())
    ]


def _means(scores: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return mean precision, mean recall and their F1."""
    precision = statistics.mean(precision for precision, _ in scores)
    recall = statistics.mean(recall for _, recall in scores)
    return precision, recall, 2 * precision * recall / (precision + recall)


def main() -> int:
    """Measure all pages and print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--worst", type=int, default=0, help="also print the worst pages")
    arguments = parser.parse_args()
    pages = read_pages(arguments.pages)
    for page in pages[:3]:  # warm up: load what is loaded at first use
        main_content.main_content(page.html, page.url)
    clock = Clock()
    scores, scores_as_is = [], []
    start = time.perf_counter()
    for page in pages:
        content = clock.measure("main content", main_content.main_content, page.html, page.url)
        below = plain(_HEADLINE.sub("", content))
        scores.append((*precision_and_recall(below, page.expected), page.name))
        scores_as_is.append(precision_and_recall(plain(content), page.expected))
    seconds = time.perf_counter() - start
    for page in pages:
        clock.measure("full page", markdown.full_page, page.html, page.url)
        root = clock.measure("parse", dom.parse, page.html)
        clock.measure("declared data", read_declared, root, page.url)
        clock.measure("clean-up", dom.clean, root)
        clock.measure("to markdown", markdown.to_markdown, root, page.url)
    print(f"pages      {len(pages)}")
    print("                      without headline   as it is")
    pairs = [(p, r) for p, r, _ in scores]
    for name, ours, as_is in zip(
        ("precision", "recall", "F1"), _means(pairs), _means(scores_as_is), strict=True
    ):
        print(f"{name:<9} {ours:28.4f} {as_is:10.4f}")
    print(f"pages/s    {len(pages) / seconds:.1f}  (main content, one process)")
    print("\nCPU milliseconds per page, median")
    for stage, milliseconds in clock.medians():
        print(f"  {stage:<14} {milliseconds:6.1f}")
    for p, r, name in sorted(scores, key=lambda s: min(s[0], s[1]))[: arguments.worst]:
        print(f"{p:.3f} {r:.3f} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
