"""The second witness: what other pages of the same batch and host are like.

Some pages have a sign of a challenge, but too little else to be judged alone. The first ones of a
batch are content, since there is nothing to compare them with.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from threading import Lock

from activities.near_copies import NearCopies
from activities.site_memory import SiteMemory, page_of
from activities.walls.collector import gather_facts
from activities.walls.detection import WallDetection
from activities.walls.facts import PageFacts, SeenPage
from activities.walls.text_count import has_much_text
from activities.walls.unknown import suspected_wall

_MAX_SITES = 1000
"""Batches and hosts that are remembered."""

_MAX_TEXT = 1000
"""Characters of text. A page with more is judged alone."""

_MIN_OTHERS = 2
"""Other pages that have to agree. With one alone, it may be a copy or a variant."""

_KEPT = _MIN_OTHERS + 1
"""Pages with a menu that are remembered of a site: one of them may be the page that is judged."""

_MENU_LINKS = 8
"""Links from which on a page has the menu of its site, or the like."""

_LITERALS = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`|\b\w*\d\w*\b")
"""What differs in the code of a challenge from page to page: texts, numbers, tokens."""

_ADDRESS_END = re.compile(r"[?#].*", re.DOTALL)
"""What differs in the address of a challenge's script."""

_WORDS = re.compile(r"[^\W\d_]+")


class SiblingWitness:
    """What one worker remembers of the pages of recent batches. Other workers do not know it."""

    def __init__(self) -> None:
        self._suspects = NearCopies()
        self._with_menu: SiteMemory[set[str]] = SiteMemory(set, _MAX_SITES)
        self._lock = Lock()
        """Held while the memory is used: pages are judged in several threads."""

    def judge(self, batch_id: str, url: str, seen: SeenPage) -> WallDetection | None:
        """Return the wall that the page at `url` is if other pages of the batch are its witnesses.

        It must have a sign of a challenge, and nothing that a page of a site has. Then it is a wall
        if other URLs have the same page, or if they have a menu that this one has not.
        """
        if seen.html.lower().count("<a ") >= _MENU_LINKS:
            self._add_menu(batch_id, url)
            return None
        if has_much_text(seen.html, _MAX_TEXT):
            return None
        facts = gather_facts(seen)
        suspicion = None if facts is None else suspected_wall(facts)
        if facts is None or suspicion is None:
            return None
        copies, with_menu = self._compare(batch_id, url, _print(facts))
        if copies >= _MIN_OTHERS:
            return _with(suspicion, "the same page at other URLs")
        if with_menu >= _MIN_OTHERS:
            return _with(suspicion, "the lack of the site's menu")
        return None

    def _add_menu(self, batch_id: str, url: str) -> None:
        with self._lock:
            known = self._with_menu.of(batch_id, url)
            if len(known) < _KEPT:
                known.add(page_of(url))

    def _compare(self, batch_id: str, url: str, fingerprint: str) -> tuple[int, int]:
        """Return how many other URLs have a suspect page with `fingerprint`, and have a menu."""
        with self._lock:
            copies = self._suspects.add(batch_id, url, (fingerprint,))
            return copies, len(self._with_menu.of(batch_id, url) - {page_of(url)})


def _with(suspicion: WallDetection, indicator: str) -> WallDetection:
    return replace(suspicion, indicators=(*suspicion.indicators, indicator))


def _print(facts: PageFacts) -> str:
    """Return what is the same on a challenge for all pages of a site."""
    address = set(_WORDS.findall(facts.url.lower()))
    words = [word for word in _WORDS.findall(facts.text.lower()) if word not in address]
    code = [_LITERALS.sub("", script) for script in facts.code]
    sources = [_ADDRESS_END.sub("", source) for source in facts.sources]
    forms = [name for form in facts.hidden_forms for name in form.names]
    parts = "\n".join((*words, "", *code, "", *sources, "", *forms))
    return hashlib.blake2b(parts.encode(errors="replace"), digest_size=8).hexdigest()
