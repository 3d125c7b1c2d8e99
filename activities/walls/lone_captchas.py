"""Tell whether a CAPTCHA stands in front of a page, or on a page."""

from __future__ import annotations

import re
from dataclasses import replace

from activities.walls.detection import WALL_STATUSES, WallDetection, detection_of
from activities.walls.facts import PageFacts
from activities.walls.signatures import CaptchaKind, WallKind
from activities.walls.speech import headline_of, speaks_as_a_wall
from activities.walls.things import names_a_thing
from activities.walls.widgets import (
    INVISIBLE_WIDGET,
    UNSOLVABLE_CAPTCHAS,
    WIDGET_SIGNATURES,
    UnsolvableCaptcha,
)

_CAPTCHA_TEXT = 1000
"""Characters of text around a CAPTCHA that blocks a page, if the text speaks of robots."""

BARE_TEXT = 200
"""Characters of text around a CAPTCHA that is the only content of a page."""

_ARTICLE_TEXT = 50
"""Characters of an article beside a CAPTCHA from which on the article is the content."""

_DEMONSTRATES = re.compile(
    r"(?<![.\w-])(?:demo|demonstration|examples?|playground|sandbox|documentation|docs|tutorial"
    r"|quick ?start|getting started)\b|beispiel|ejemplo|exemple|esempio|пример|示例",
    re.IGNORECASE,
)
"""Words in the title of a page that shows what a widget is like."""

FEW_LINKS = 5
"""A wall links to its help and its terms. A page of the site has its menu as well."""


def find_captcha(facts: PageFacts) -> CaptchaKind | None:
    """Return the CAPTCHA of the page that can be solved, whether or not it blocks the page."""
    for signature in WIDGET_SIGNATURES:
        if signature.pattern.search(getattr(facts, signature.fact)):
            return signature.kind
    if facts.captcha_images and facts.answers + facts.fields == 1:
        return "image"
    return None


def blocks_page(captcha: CaptchaKind, facts: PageFacts, *, speaks: bool = False) -> bool:
    """Return whether the page has nothing but the CAPTCHA, words about it, and a button.

    A page that asks for something else too, such as a name or a password, is a form. The form is
    its content. `speaks` is whether other evidence says that the page speaks as a wall does.
    """
    other_fields = facts.fields - (captcha == "image" and facts.answers == 0)
    if other_fields > 0 or facts.declares_content or facts.length > _CAPTCHA_TEXT:
        return False
    speaks = speaks or speaks_as_a_wall(facts, f"{facts.title} | {facts.text}")
    is_hidden = is_invisible(captcha, facts)
    if facts.status in WALL_STATUSES:
        return speaks or not is_hidden
    if facts.links > FEW_LINKS or _DEMONSTRATES.search(headline_of(facts)):
        return False
    if names_a_thing(facts):
        return False
    if speaks:
        return True
    if captcha == "image" and (facts.answers == 0 or facts.own_links > 1):
        return False
    return not is_hidden and _is_bare(facts)


def is_invisible(captcha: CaptchaKind, facts: PageFacts) -> bool:
    """Return whether the CAPTCHA cannot be seen.

    Site templates have such widgets on all pages, error pages included.
    """
    return captcha == "recaptcha_v3" or INVISIBLE_WIDGET.search(facts.markup) is not None


def _is_bare(facts: PageFacts) -> bool:
    """Return whether there is hardly any text around a widget."""
    return facts.length <= BARE_TEXT and facts.text_of_articles < _ARTICLE_TEXT


def unsolvable_wall(
    widget: UnsolvableCaptcha, name: str, indicators: tuple[str, ...], facts: PageFacts
) -> WallDetection:
    """Return the wall `name`, which has nothing but `widget`."""
    kind: WallKind = "challenge" if widget.works_alone else "block"
    wall = detection_of(name, kind, indicators, facts)
    return replace(wall, works_alone=widget.works_alone)


def find_unsolvable(facts: PageFacts) -> UnsolvableCaptcha | None:
    """Return the CAPTCHA of the page that no service solves, whether or not it blocks the page."""
    # The address of a script is not enough: sites load it on all pages, for their login.
    made_of = "\n".join((*facts.code, facts.markup))
    return next((each for each in UNSOLVABLE_CAPTCHAS if each.pattern.search(made_of)), None)


def unsolvable_captcha(facts: PageFacts, *, speaks: bool) -> WallDetection | None:
    """Return the CAPTCHA that stands alone on the page and that no service solves."""
    is_refusal = facts.status in WALL_STATUSES
    if not is_refusal and _DEMONSTRATES.search(headline_of(facts)):
        return None
    if not (is_refusal or ((speaks or _is_bare(facts)) and not names_a_thing(facts))):
        return None
    widget = find_unsolvable(facts)
    if widget is None:
        return None
    name = f"{widget.name}, which is not solved,"
    return unsolvable_wall(widget, name, ("its widget",), facts)
