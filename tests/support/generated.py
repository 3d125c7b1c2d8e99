"""Tests with many cases: how many of them run, and how to generate them before a test begins."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

_IS_LONG = os.environ.get("TEST_LONG") == "1"
"""Whether all cases are asked for instead of a sample."""

_Case = TypeVar("_Case")


def sample(usual: Sequence[_Case], *, more: Sequence[_Case]) -> Sequence[_Case]:
    """Return the cases to run: `usual`, and `more` as well if `TEST_LONG=1` is set."""
    return [*usual, *more] if _IS_LONG else usual


def count(usual: int, *, long: int) -> int:
    """Return the number of cases to generate: `usual`, or `long` if `TEST_LONG=1` is set."""
    return long if _IS_LONG else usual


def cases(strategy: st.SearchStrategy[_Case], number: int) -> list[_Case]:
    """Return the first `number` cases of `strategy`, the same ones each time.

    A test that takes all of them at once can run them at the same time.
    """
    found: list[_Case] = []

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def collect(case: _Case) -> None:
        found.append(case)

    collect()
    return found
