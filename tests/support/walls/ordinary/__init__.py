"""Ordinary pages that resemble walls by what they say or contain."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from tests.support.walls.ordinary import english
from tests.support.walls.ordinary.page import OrdinaryPage


@functools.cache
def ordinary_pages() -> Mapping[str, OrdinaryPage]:
    """Return the pages by name."""
    return dict(english.pages())
