"""Siblings: other pages of the same batch and host. What they have in common is boilerplate.

A page is compared with those that came before it. So the first pages of a batch have no siblings,
and are judged alone.
"""

from __future__ import annotations

from array import array
from collections import Counter, OrderedDict

from activities.site_memory import SiteMemory, page_of

_MAX_SITES = 200
"""Batches and hosts that are remembered. The usual page takes 5 KB, the longest 16 KB."""

_MAX_SIBLINGS = 8
"""Siblings that a page is compared with: the latest. More take time, and tell nothing else."""

_MIN_SIBLINGS = 2
"""Siblings that have to have the same. With one alone, it may be a copy or a variant."""


class SiblingPages:
    """The prints of recent pages, in the memory of one worker. Other workers do not know them."""

    def __init__(self) -> None:
        self._sites: SiteMemory[OrderedDict[str, array[int]]] = SiteMemory(OrderedDict, _MAX_SITES)

    def repeated(self, batch_id: str, url: str) -> frozenset[int]:
        """Return the prints of what is on at least two siblings of a page, and on half of them."""
        page = page_of(url)
        known = self._sites.of(batch_id, url)
        siblings = [prints for other, prints in known.items() if other != page][-_MAX_SIBLINGS:]
        least = max(_MIN_SIBLINGS, len(siblings) / 2)
        counts = Counter(print_ for prints in siblings for print_ in prints)
        return frozenset(print_ for print_, count in counts.items() if count >= least)

    def add(self, batch_id: str, url: str, prints: bytes) -> None:
        """Remember a page by the `prints` of its texts and pictures, 64 bits each."""
        page = page_of(url)
        known = self._sites.of(batch_id, url)
        known[page] = array("Q", prints)
        known.move_to_end(page)
        if len(known) > _MAX_SIBLINGS + 1:  # one of them may be the page that is compared
            known.popitem(last=False)
