"""What a sample page of a wall is."""

from __future__ import annotations

from dataclasses import dataclass, field

from activities.walls.facts import SeenPage

URL = "https://shop.example/lamps/7"


@dataclass(frozen=True)
class Sample:
    """A page that is a wall."""

    name: str
    """A part of the name that the detector gives the wall."""
    html: str
    status: int = 403
    headers: dict[str, str] = field(default_factory=dict)
    url: str = URL
    kind: str = "block"

    @property
    def seen(self) -> SeenPage:
        """The page as a fetcher receives it."""
        return SeenPage(self.html, self.url, self.status, self.headers)


def page(title: str, body: str, head: str = "", lang: str = "en") -> str:
    """Return the HTML of a page that robots must not index."""
    return (
        f"<!DOCTYPE html><html lang={lang}><head><meta charset=utf-8><title>{title}</title>"
        f'<meta name=robots content="noindex,nofollow">{head}</head><body>{body}</body></html>'
    )
