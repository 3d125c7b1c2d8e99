"""Tell whether a page speaks as a wall does, in any language."""

from __future__ import annotations

from activities.walls.detection import WALL_STATUSES
from activities.walls.facts import PageFacts
from activities.walls.structure import challenge_signs
from activities.walls.words import (
    checks_the_browser,
    may_speak_of_robots,
    speaks_of_robots,
    speaks_of_the_network,
)


def headline_of(facts: PageFacts) -> str:
    """Return the title and the headings of a page."""
    return f"{facts.title} | {facts.headings}"


def speaks_as_a_wall(facts: PageFacts, text: str) -> bool:
    """Return whether `text`, which is of the page, speaks as a wall does, in any language.

    Words that are near each other are evidence only if the page is like a wall in other ways too.
    """
    if speaks_of_robots(text):
        return True
    is_refusal = facts.status in WALL_STATUSES
    if (is_refusal or not facts.own_links) and speaks_of_the_network(text):
        return True
    if facts.own_links or not (is_refusal or facts.forbids_index or challenge_signs(facts)):
        return False
    return may_speak_of_robots(text) or (
        bool(facts.scripts) and checks_the_browser(headline_of(facts))
    )
