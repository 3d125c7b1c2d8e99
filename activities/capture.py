"""Input and output of every page fetcher, with a browser or without one."""

from __future__ import annotations

from dataclasses import dataclass

from domain.items import ItemWarning


@dataclass(frozen=True)
class PageLimits:
    """Limits of one page, from the settings of the worker."""

    max_bytes: int
    """Largest size of the HTML in UTF-8, after scripts have run."""
    max_frames: int = 500
    """How many frames the page may open."""
    navigation_timeout: float = 30
    """Seconds until the final document must be there, including all redirects."""


@dataclass(frozen=True)
class PageCapture:
    """A page as a person would have seen it."""

    html: str
    content_type: str
    """Type of the document as the browser understood it, without parameters.

    The HTML of a text or JSON document is the browser's wrapper around the text.
    """
    http_status: int
    final_url: str
    screenshot: bytes | None
    """A PNG; None if the options ask for no screenshot."""
    warnings: tuple[ItemWarning, ...]
    """Which parts are missing or were stopped."""


def ignore_stage(name: str) -> None:
    """Do nothing when a visit reaches the stage `name`."""
