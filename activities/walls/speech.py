"""Tell whether a page speaks as a wall does, in any language."""

from __future__ import annotations

from activities.walls.detection import WALL_STATUSES
from activities.walls.facts import PageFacts
from activities.walls.structure import STRUCTURE_WEIGHT, challenge_signs, names_itself_twice
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
    if facts.own_links:
        return False
    is_like_a_wall = (
        facts.forbids_index
        or names_itself_twice(facts)
        or any(sign.weight >= STRUCTURE_WEIGHT for sign in challenge_signs(facts))
    )
    if (is_refusal or is_like_a_wall) and facts.scripts and checks_the_browser(headline_of(facts)):
        return True
    # A refusal that asks for nothing may say that people have looked at a request.
    asks = is_refusal and (facts.buttons or facts.answers)
    return bool(is_like_a_wall or asks) and may_speak_of_robots(text)
