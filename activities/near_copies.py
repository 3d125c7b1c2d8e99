"""Near-copies: different URLs of one batch and host whose pages have the same text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from activities.site_memory import SiteMemory, page_of

_MAX_SITES = 1000
"""Batches and hosts that are remembered."""


class NearCopies:
    """What the pages of recent batches were like, in the memory of one worker.

    Other workers do not know of them. So a copy is found if the same worker has had the other page.
    """

    def __init__(self) -> None:
        self._seen: SiteMemory[defaultdict[str, set[str]]] = SiteMemory(
            lambda: defaultdict(set), _MAX_SITES
        )

    def add(self, batch_id: str, url: str, fingerprints: Iterable[str]) -> int:
        """Remember a page by its `fingerprints`; return how many other URLs had one of them before.

        Addresses that lead to one page by convention are one URL.
        """
        pages = self._seen.of(batch_id, url)
        page = page_of(url)
        equal: set[str] = set()
        for fingerprint in fingerprints:
            equal |= pages[fingerprint]
            pages[fingerprint].add(page)
        return len(equal - {page})
