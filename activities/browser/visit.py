"""One visit of a page: what a caller asks the browser to capture."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from activities.browser.wall_handler import WallHandler
from activities.capture import PageLimits, ignore_stage
from activities.visitor.profile import VisitorProfile
from domain.options import BatchOptions


@dataclass(frozen=True)
class Visit:
    """A page to capture, and the visitor who opens the page."""

    url: str
    limits: PageLimits
    options: BatchOptions = field(default_factory=BatchOptions)
    """What the client asks for."""
    on_stage: Callable[[str], None] = ignore_stage
    """Called with `navigating`, `settling` and `screenshot` when that stage begins."""
    reuse_key: Hashable | None = None
    """Items with the same key, for the same site, may use the same tab one after the other.

    None: the item gets a new tab, which no other item gets.
    """
    profile: VisitorProfile | None = None
    """The visitor that a new tab shows; a used tab keeps its own. None: the browser as it is."""
    wall_handler: WallHandler = field(default_factory=WallHandler)
    """What the item may do about walls. The default solves no CAPTCHA."""
