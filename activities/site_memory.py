"""What one worker remembers of the sites of recent batches."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

T = TypeVar("T")

_TRACKING = re.compile(r"utm_|gclid$|fbclid$|msclkid$|mc_[ce]id$|_ga$", re.IGNORECASE)
"""Parameters that tell a site where a visitor comes from. They change no page."""


class SiteMemory(Generic[T]):
    """One thing for each batch and host, made by `new`, of at most `most` of the latest ones.

    Other workers do not know of them.
    """

    def __init__(self, new: Callable[[], T], most: int) -> None:
        self._new = new
        self._most = most
        self._sites: OrderedDict[tuple[str, str], T] = OrderedDict()

    def of(self, batch_id: str, url: str) -> T:
        """Return what is remembered of the batch and of the host of `url`."""
        key = batch_id, urlsplit(url).hostname or ""
        if key not in self._sites:
            self._sites[key] = self._new()
        self._sites.move_to_end(key)
        if len(self._sites) > self._most:
            self._sites.popitem(last=False)
        return self._sites[key]


def page_of(url: str) -> str:
    """Return `url` without its host, and without what seldom leads to another page.

    Addresses that lead to one page by convention are one page.
    """
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, True) if not _TRACKING.match(pair[0])]
    # A fragment is a place in a page, unless an application finds its way by it.
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    return f"{parts.path.rstrip('/')}?{urlencode(sorted(query))}#{fragment}"
