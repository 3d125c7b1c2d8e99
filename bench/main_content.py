"""The main content of the open corpora, ours beside other extractors, by kind of page.

    python -m bench.main_content wcxb=folder aeb=folder --peers trafilatura resiliparse

`bench/corpora.py` names the corpora. A folder is the checkout of a corpus' repository. The peer
`siblings` is ours with the pages of each host in one batch. The measure is that of WCXB: precision
and recall of single words for each page, and the mean of their F1.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import urlsplit

from bench.corpora import MarkedPage, read_corpus
from bench.extractors import Extractor, extractors

_WORD = re.compile(r"\w+")

_SEED = 7
"""Seed of the sample, so that two runs measure the same pages."""


def word_f1(found: str, expected: str) -> tuple[float, float, float]:
    """Return precision, recall and F1 of the words of a text, each as often as it occurs."""
    ours, theirs = Counter(_WORD.findall(found.lower())), Counter(_WORD.findall(expected.lower()))
    common = (ours & theirs).total()
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / ours.total(), common / theirs.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def measure(pages: list[MarkedPage], extract: Extractor) -> tuple[dict[str, list[float]], float]:
    """Return precision, recall and F1 of each page, and the CPU milliseconds per page, median."""
    scores = {}
    seconds = []
    for page in pages:
        start = time.process_time()
        try:
            found = extract(page.html, page.url)
        except Exception as error:  # noqa: BLE001 - extractors raise anything; no content is found
            print(f"{page.name}: {type(error).__name__}: {error}", file=sys.stderr)
            found = ""
        seconds.append(time.process_time() - start)
        scores[page.name] = list(word_f1(found, page.expected))
    return scores, 1000 * statistics.median(seconds)


def print_table(corpus: str, pages: list[MarkedPage], results: dict[str, dict[str, float]]) -> None:
    """Print the mean F1 of each extractor for each kind of page."""
    kinds = defaultdict(list)
    for page in pages:
        kinds[page.kind].append(page.name)
    print(f"\n| {corpus} | pages | {' | '.join(results)} |\n|---|---|{'---|' * len(results)}")
    hosts = Counter(urlsplit(page.url).hostname for page in pages)
    rows = {
        **dict(sorted(kinds.items())),
        "all": [page.name for page in pages],
        "of a host with others": [
            page.name for page in pages if 1 < hosts[urlsplit(page.url).hostname] < len(pages)
        ],
    }
    for kind, names in rows.items():
        if not names:
            continue
        means = (statistics.mean(f1[name] for name in names) for f1 in results.values())
        print(f"| {kind} | {len(names)} | {' | '.join(f'{mean:.3f}' for mean in means)} |")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="+", metavar="name=folder")
    parser.add_argument("--peers", nargs="*", default=[])
    parser.add_argument("--held-out", action="store_true", help="the other half of the pages")
    parser.add_argument("--sample", type=int, default=0, help="only so many pages of each corpus")
    parser.add_argument("--save", type=Path, help="write the scores of each page as JSON")
    return parser.parse_args()


def main() -> int:
    """Measure all extractors on all corpora, and print a table for each corpus."""
    arguments = _arguments()
    saved = {}
    for argument in arguments.corpora:
        corpus, _, folder = argument.partition("=")
        pages = [
            page
            for page in read_corpus(corpus, Path(folder))
            if page.is_held_out == arguments.held_out
        ]
        if 0 < arguments.sample < len(pages):
            pages = random.Random(_SEED).sample(pages, arguments.sample)  # noqa: S311
        pages.sort(key=lambda page: urlsplit(page.url).hostname or "")  # as in a batch of each host
        results, times = {}, {}
        for name, extract in extractors(arguments.peers).items():
            scores, times[name] = measure(pages, extract)
            results[name] = {page: f1 for page, (_, _, f1) in scores.items()}
            saved[f"{corpus} {name}"] = scores
        print_table(corpus, pages, results)
        print("CPU ms per page, median:", ", ".join(f"{n} {t:.1f}" for n, t in times.items()))
    if arguments.save:
        arguments.save.write_text(json.dumps(saved, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
