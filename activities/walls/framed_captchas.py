"""Tell a CAPTCHA that a site shows within its own template, in the place of the page."""

from __future__ import annotations

from activities.walls.collector import gather_facts
from activities.walls.detection import WALL_STATUSES, WallDetection, detection_of
from activities.walls.facts import PageFacts, SeenPage
from activities.walls.lone_captchas import (
    FEW_LINKS,
    blocks_page,
    find_captcha,
    find_unsolvable,
    is_invisible,
    unsolvable_captcha,
)
from activities.walls.signatures import CAPTCHA_NAMES, CaptchaKind
from activities.walls.site_frame import without_site_frame
from activities.walls.speech import headline_of
from activities.walls.words import may_speak_of_robots, speaks_of_robots, speaks_of_the_network

_MAX_TEXT = 600
"""Characters of text beside the site's frame. Forms and articles with a CAPTCHA have more."""


def captcha_in_site_frame(seen: SeenPage, facts: PageFacts) -> WallDetection | None:
    """Return the CAPTCHA that is all that the page has beside the frame of its site."""
    if facts.declares_content or not _has_captcha(facts):
        return None
    root = without_site_frame(seen.html)
    part = None if root is None else gather_facts(seen, root)
    if part is None or part.length > _MAX_TEXT or part.links > FEW_LINKS:
        return None
    speaks = _speaks(headline_of(part))
    if not speaks and facts.status not in WALL_STATUSES:
        return None
    captcha = find_captcha(part)
    if captcha is not None:
        if not _is_shown(captcha, part) or not blocks_page(captcha, part, speaks=speaks):
            return None
        return detection_of(CAPTCHA_NAMES[captcha], "captcha", ("its widget",), part, captcha)
    return None if part.fields else unsolvable_captcha(part, speaks=speaks)


def _is_shown(captcha: CaptchaKind, part: PageFacts) -> bool:
    """Return whether a person sees the CAPTCHA, and answers it there."""
    return part.answers > 0 if captcha == "image" else not is_invisible(captcha, part)


def _has_captcha(facts: PageFacts) -> bool:
    if facts.captcha_images or find_captcha(facts) is not None:
        return True
    return find_unsolvable(facts) is not None


def _speaks(headline: str) -> bool:
    return (
        speaks_of_robots(headline)
        or speaks_of_the_network(headline)
        or may_speak_of_robots(headline)
    )
