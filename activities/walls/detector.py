"""Detection of walls: decide whether a page is a wall instead of the requested page.

    if detection := detect_wall(SeenPage(html, url, status, headers)):
        raise detection.error()

docs/walls.md explains the rules, and why an ordinary page is not taken for a wall.
"""

from __future__ import annotations

from activities.walls.collector import gather_facts
from activities.walls.detection import WallDetection, detection_of
from activities.walls.facts import SeenPage
from activities.walls.framed_captchas import captcha_in_site_frame
from activities.walls.known import known_wall
from activities.walls.lone_captchas import BARE_TEXT, blocks_page, find_captcha
from activities.walls.signatures import CAPTCHA_NAMES
from activities.walls.text_count import has_much_text
from activities.walls.unknown import unknown_wall

_MUCH_TEXT = 3000
"""Characters. A page with more text is content, unless its address is that of a consent page."""


def detect_wall(seen: SeenPage) -> WallDetection | None:
    """Return the wall that a page is, or None if the page is an ordinary one or an error page."""
    if has_much_text(seen.html, _MUCH_TEXT) and "consent" not in seen.url:
        return None
    facts = gather_facts(seen)
    if facts is None:
        return None
    captcha = find_captcha(facts)
    if detection := known_wall(facts, captcha):
        return detection
    if captcha is not None and blocks_page(captcha, facts):
        return detection_of(CAPTCHA_NAMES[captcha], "captcha", ("its widget",), facts, captcha)
    return unknown_wall(facts) or captcha_in_site_frame(seen, facts)


def is_bare(seen: SeenPage) -> bool:
    """Return whether a page has so little text that its content may be in one of its frames."""
    return not has_much_text(seen.html, BARE_TEXT)
