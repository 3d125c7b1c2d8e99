"""Each kind of page of a small site in each language."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from activities.walls.facts import SeenPage
from tests.support.walls.ordinary.content import CONTENT
from tests.support.walls.ordinary.guards import GUARDS
from tests.support.walls.ordinary.notices import NOTICES
from tests.support.walls.ordinary.page import OrdinaryPage
from tests.support.walls.ordinary.site import Site
from tests.support.walls.ordinary.widgets import WIDGETS
from tests.support.walls.ordinary.words import words
from tests.support.walls.samples import URL

_ONLY_AS_THEY_ARE = frozenset(
    (
        "address behind a CAPTCHA",
        "age",
        "article about CAPTCHAs",
        "download",
        "empty app",
        "people, not robots",
        "robot vacuum",
        "tested by people",
        "to the bank",
    )
)
"""Kinds that speak of robots or that a script continues. As refusals they could be walls."""


def pages() -> Iterator[tuple[str, OrdinaryPage]]:
    """Yield the pages with their names. The guards and the CAPTCHAs alternate."""
    guards, captchas = itertools.cycle(GUARDS), itertools.cycle(WIDGETS)
    for language, texts in words().items():
        for kind, (status, layout) in (*CONTENT.items(), *NOTICES.items()):
            guard, captcha = next(guards), next(captchas)
            html = layout(Site(language, texts, guard, WIDGETS[captcha]))
            name = f"{language} {kind}, guarded by {guard.name}"
            if WIDGETS[captcha] in html:
                name += f", with {captcha}"
            seen = SeenPage(html, URL, status, guard.headers)
            yield name, OrdinaryPage(seen, kind not in _ONLY_AS_THEY_ARE)
