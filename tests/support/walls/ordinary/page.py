"""What is known of an ordinary page."""

from __future__ import annotations

from dataclasses import dataclass

from activities.walls.facts import SeenPage


@dataclass(frozen=True)
class OrdinaryPage:
    """A page that is no wall."""

    seen: SeenPage
    any_status: bool = True
    """Whether it is no wall with the status of a refusal either. A page that speaks of robots may be one."""
