"""Ordinary pages that resemble walls by what they say or contain."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping

from tests.support.walls.ordinary import (
    demonstrations,
    english,
    languages,
    resembling,
    servers,
)
from tests.support.walls.ordinary.page import OrdinaryPage

_MODULES = (english, servers, demonstrations, resembling, languages)


@functools.cache
def ordinary_pages() -> Mapping[str, OrdinaryPage]:
    """Return the pages by name."""
    return dict(itertools.chain.from_iterable(module.pages() for module in _MODULES))
