"""How many tokens a text is for one model, learnt from what its server counts.

A model's server reports the tokens of each prompt. So the tokens per byte are learnt for each kind
of characters, beginning with the values of `activities.content.tokens`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from activities.content.tokens import Kind, count_kinds, start_rate

_MAX_RATE = 1.5
"""Tokens per byte. Tokenizers that add a space before each digit come near to this."""

_SLOWLY = 0.3
"""How much of a surprise is believed at once, if it lets a text look shorter than thought.

Texts of one script differ: a table of numbers takes thrice the tokens of prose. A part that is too
long costs a refused request, and a part that is too short costs nothing. So what makes texts longer
is believed at once.
"""

_MIN_TOKENS = 700
"""A shorter text teaches nothing: what the server adds around messages weighs too much."""

_FEWER = 0.8
"""Texts may still take a fifth less than those that took the fewest."""

_ROUNDING = 1e-9


class TokenCounter:
    """A counter of the tokens that texts are for one model."""

    def __init__(self) -> None:
        self._likely: dict[Kind, float] = {}
        self._least: dict[Kind, float] = {}
        self._seen: defaultdict[Kind, float] = defaultdict(float)
        """How much is known about a kind: one for each text that has most of its tokens from it."""

    def count(self, text: str) -> int:
        """Return how many tokens `text` is, rather too many than too few."""
        return int(sum(self._shares(count_kinds(text)).values())) + 1

    def least(self, text: str) -> int:
        """Return how many tokens `text` is at least, by the texts that took the fewest."""
        sizes = count_kinds(text)
        return int(_FEWER * sum(size * self._least_rate(kind) for kind, size in sizes.items()))

    def learn(self, text: str, tokens: int) -> None:
        """Remember that `text` is that many tokens for the model."""
        sizes = count_kinds(text)
        if tokens < _MIN_TOKENS or not is_plausible(sizes, tokens):
            return
        likely = self._shares(sizes)
        least = {kind: size * self._least_rate(kind) for kind, size in sizes.items()}
        for kind, step in _steps(likely, tokens).items():
            believed = step if step > 1 else step ** self._belief(kind)
            self._likely[kind] = _bounded(self._likely_rate(kind) * believed, kind)
        for kind, step in _steps(least, tokens).items():
            believed = step if step < 1 else step ** self._belief(kind)
            self._least[kind] = _bounded(self._least_rate(kind) * believed, kind)
        for kind, weight in _weights(likely).items():
            self._seen[kind] += weight

    def _belief(self, kind: Kind) -> float:
        """Return how much of a surprise is believed: all of it in the first text of a kind."""
        return max(1 - self._seen[kind], _SLOWLY)

    def _shares(self, sizes: Mapping[Kind, int]) -> dict[Kind, float]:
        return {kind: size * self._likely_rate(kind) for kind, size in sizes.items()}

    def _likely_rate(self, kind: Kind) -> float:
        return self._likely.get(kind, start_rate(kind).likely)

    def _least_rate(self, kind: Kind) -> float:
        return self._least.get(kind, start_rate(kind).least)


def is_plausible(sizes: Counter[Kind], tokens: int) -> bool:
    """Return whether a text with `sizes` can be that many tokens for some model."""
    least = sum(size * start_rate(kind).least for kind, size in sizes.items())
    return least <= tokens <= _MAX_RATE * sizes.total()


def _steps(shares: Mapping[Kind, float], tokens: int) -> dict[Kind, float]:
    """Return by which factor the rate of each kind is wrong, if the text is `tokens` tokens."""
    error = tokens / (sum(shares.values()) + _ROUNDING)
    return {kind: error**weight for kind, weight in _weights(shares).items()}


def _weights(shares: Mapping[Kind, float]) -> dict[Kind, float]:
    """Return what a text says about each kind: 1 about the kind that has the most of its tokens.

    The text says little about a kind with few of the tokens.
    """
    most = max(shares.values())
    return {kind: (share / most) ** 2 for kind, share in shares.items()}


def _bounded(rate: float, kind: Kind) -> float:
    return min(max(rate, start_rate(kind).least), _MAX_RATE)
