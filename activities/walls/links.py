"""The links of a page, as far as they tell a wall from a page of the site."""

from __future__ import annotations

from urllib.parse import urlsplit


class LinkCount:
    """Counts the links of the page at `url`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = (parts.hostname or "").removeprefix("www.")
        self._path = parts.path or "/"
        self._others: set[str] = set()
        self._near = 0
        self.own = 0
        """Links to other pages of the site, besides its first page, and to telephones."""

    @property
    def count(self) -> int:
        """All links. Those to one other host count as one: walls name their maker twice."""
        return self._near + len(self._others)

    def add(self, href: str | None) -> bool:
        """Count a link to `href`. Return whether it leads nowhere and does what a button does."""
        if href is None:
            return False
        href = href.strip()
        if href[:1] in ("#", "") or href.lower().startswith("javascript:"):
            self._near += 1
            return True
        try:
            parts = urlsplit(href)
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            return False
        if host and host != self._host:
            self._others.add(host)
            return False
        self._near += 1
        # A wall has no telephone number.
        is_page = parts.scheme in ("", "http", "https", "tel")
        self.own += is_page and parts.path not in ("", "/", self._path)
        return False
