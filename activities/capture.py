"""What a fetcher of pages takes and gives, with a browser or without one."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.cookies import Cookie


@dataclass(frozen=True)
class PageOptions:
    """What to capture, and within which limits."""

    max_bytes: int
    """Of HTML in UTF-8, as scripts have left it."""
    screenshot: bool = False
    full_page: bool = False
    """The screenshot shows the whole page instead of the viewport."""
    max_frames: int = 500
    """How many frames a page may open."""
    navigation_timeout: float = 30
    """Seconds for the documents, all redirects included, to be there."""
    cookies: tuple[Cookie, ...] = field(default=(), repr=False)
    """What the site of the page knows its visitor by."""


@dataclass(frozen=True)
class PageCapture:
    """A page as a person would have seen it."""

    html: str
    content_type: str
    """As the browser understood the document, without parameters. Text and JSON are wrapped in
    HTML all the same."""
    http_status: int
    final_url: str
    screenshot: bytes | None
    """A PNG, if it was asked for."""
    warnings: tuple[str, ...]
    """Full sentences about what is missing or was stopped."""
