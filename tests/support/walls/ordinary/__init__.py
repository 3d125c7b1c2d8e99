"""Ordinary pages: real applications, and pages that resemble walls by what they say or contain."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping

from tests.support.walls.ordinary import (
    demonstrations,
    django_pages,
    doors,
    english,
    languages,
    resembling,
    servers,
)
from tests.support.walls.ordinary.page import OrdinaryPage

_MODULES = (english, servers, demonstrations, resembling, doors, languages, django_pages)


@functools.cache
def ordinary_pages() -> Mapping[str, OrdinaryPage]:
    """Return the pages by name, each page once. The first call takes seconds."""
    # A template that is not translated is the same page in several languages.
    pages = itertools.chain.from_iterable(module.pages() for module in _MODULES)
    unique = {page.seen.html: (name, page) for name, page in pages}
    return dict(unique.values())
