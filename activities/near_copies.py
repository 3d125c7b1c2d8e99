"""Near-copies: different URLs of one batch and host whose pages have the same text."""

from __future__ import annotations

import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

_MAX_BATCHES = 1000
"""Batches and hosts that are remembered: those of the latest pages."""

_TRACKING = re.compile(r"utm_|gclid$|fbclid$|msclkid$|mc_[ce]id$|_ga$", re.IGNORECASE)
"""Parameters that tell a site where a visitor comes from. They change no page."""


class NearCopies:
    """What the pages of recent batches were like, in the memory of one worker.

    Other workers do not know of them. So a copy is found if the same worker has had the other page.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], defaultdict[str, set[str]]] = OrderedDict()

    def add(self, batch_id: str, url: str, fingerprints: Iterable[str]) -> int:
        """Remember a page by its `fingerprints`; return how many other URLs had one of them before.

        Addresses that lead to one page by convention are one URL.
        """
        key = batch_id, urlsplit(url).hostname or ""
        pages = self._seen.setdefault(key, defaultdict(set))
        self._seen.move_to_end(key)
        if len(self._seen) > _MAX_BATCHES:
            self._seen.popitem(last=False)
        page = _page_of(url)
        equal: set[str] = set()
        for fingerprint in fingerprints:
            equal |= pages[fingerprint]
            pages[fingerprint].add(page)
        return len(equal - {page})


def _page_of(url: str) -> str:
    """Return `url` without what seldom leads to another page."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, True) if not _TRACKING.match(pair[0])]
    # A fragment is a place in a page, unless an application finds its way by it.
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    return f"{parts.path.rstrip('/')}?{urlencode(sorted(query))}#{fragment}"
