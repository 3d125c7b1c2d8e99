"""What is printed about the runs of one way from a page to its values."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.accuracy.page import Page
from bench.accuracy.pipeline import Outcome
from bench.accuracy.scoring import Score, score_result, score_value


@dataclass
class Run:
    """The outcomes of all pages, once."""

    outcomes: list[tuple[Page, Outcome]] = field(default_factory=list)

    def scores(self, key: str) -> dict[str, Score]:
        """Return the scores by `language` or `kind` of the page."""
        scores: dict[str, Score] = defaultdict(Score)
        for page, outcome in self.outcomes:
            scores[getattr(page, key)].add(score_result(outcome.result, page.truth))
        return dict(scores)

    def total(self) -> Score:
        """Return the score of all pages."""
        total = Score()
        for score in self.scores("language").values():
            total.add(score)
        return total

    def not_right(self) -> Iterator[str]:
        """Yield a line for each value that is not right."""
        for page, outcome in self.outcomes:
            if outcome.result is None:
                yield f"{page.name}: {outcome.problem}"
                continue
            for name, expected in page.truth.items():
                found = outcome.result.get(name)
                if score_value(found, expected).right < 1:
                    yield f"{page.name} {name}: {found!r}, and not {expected!r}"


def report(way: str, runs: list[Run]) -> Iterator[str]:
    """Yield the lines about `runs` of one way."""
    totals = [run.total() for run in runs]
    outcomes = [outcome for run in runs for _, outcome in run.outcomes]
    lost = sum(outcome.result is None for outcome in outcomes) / len(runs)
    yield f"\n{way}: {_spread(totals)}; pages without a usable answer: {lost:.1f}"
    yield (
        f"  not given {_mean([total.empty for total in totals])}, "
        f"wrong {_mean([total.wrong for total in totals])}; per run "
        f"{sum(outcome.tokens for outcome in outcomes) / len(runs):.0f} tokens, "
        f"{sum(outcome.calls for outcome in outcomes) / len(runs):.0f} calls, "
        f"{sum(outcome.seconds for outcome in outcomes) / len(runs):.0f} s"
    )
    for key in ("language", "kind"):
        by_run = [run.scores(key) for run in runs]
        yield f"  by {key}"
        for group in by_run[0]:
            yield f"    {group:<12} {_spread([scores[group] for scores in by_run])}"


def _spread(scores: list[Score]) -> str:
    """Return how many values are right: the mean, and the least and the most of the runs."""
    right = [score.right for score in scores]
    return (
        f"{statistics.mean(right):6.1f} of {scores[0].all:.0f} right "
        f"({min(right):.1f} to {max(right):.1f})"
    )


def _mean(values: list[float]) -> str:
    return f"{statistics.mean(values):.1f}"
