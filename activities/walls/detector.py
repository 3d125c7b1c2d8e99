"""Decides whether a page is a wall instead of what was asked for: for any way of fetching.

    if wall := judge(Seen(html, url, status, headers)):
        raise wall.error()

docs/walls.md says how, and why an ordinary page is not taken for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from activities.walls.facts import Facts, SeenPage, gather, has_much_text
from activities.walls.signatures import (
    CAPTCHA_NAMES,
    ENOUGH,
    IN_PROGRESS,
    INVISIBLE,
    OTHER_CAPTCHAS,
    ROBOT_TALK,
    WALLS,
    WIDGETS,
    CaptchaKind,
    Nature,
    Wall,
)
from domain.failures import ScrapeError

WALL_STATUSES = frozenset((202, 401, 403, 405, 406, 428, 429, 503, 999))
"""HTTP statuses with which walls come, besides 200."""

_MUCH_TEXT = 3000
"""Characters; a page that says more is content, whatever else is on it, unless its address is that
of a consent page."""

_CAPTCHA_TEXT = 1000
"""Characters around a CAPTCHA that blocks a page, if they speak of robots too."""

_BARE_TEXT = 200
"""Characters around a CAPTCHA that is all there is."""

_REFUSAL_TEXT = 800
"""Characters of a wall of no known make that comes with the status of a refusal."""

_GENERIC_TEXT = 400
"""Characters of one that comes as if it were the page."""

_BANNER_TEXT = 150
"""Characters besides the question for consent, if there is nothing but that question."""

_FEW_LINKS = 5
"""A wall leads to help and to terms; a page of a site has its menu as well."""

_MOST_SIGNS = 4
"""Signs that are told of."""


@dataclass(frozen=True)
class WallDetection:
    """What a page is, if it is a wall."""

    name: str
    """`the challenge of Cloudflare`, `an hCaptcha`."""
    nature: Nature | Literal["captcha"]
    signs: tuple[str, ...]
    """What was seen, in words of ours."""
    captcha: CaptchaKind | None = None
    """The CAPTCHA that may lead past it."""
    status: int | None = None
    url: str | None = None

    @property
    def may_resolve(self) -> bool:
        """Whether waiting in a browser may help."""
        return self.nature == "challenge" or self.captcha in ("recaptcha_v3", "turnstile")

    def error(self, why: str = "no CAPTCHA solver is configured") -> ScrapeError:
        """The failure of an item that does not get past it; `why` is the reason if a CAPTCHA
        stands there."""
        if self.captcha is not None:
            code, what = "CAPTCHA_REQUIRED", f"The page is behind {self.name}, and {why}."
        else:
            seen = ", ".join(self.signs[:_MOST_SIGNS])
            code = "BLOCKED"
            what = f"The site answered with {self.name} instead of the page (seen: {seen})."
        return ScrapeError(code, what, http_status=self.status, final_url=self.url)


def detect_wall(seen: SeenPage) -> WallDetection | None:
    """The wall that a page is; None if it is an ordinary one, error pages included."""
    if has_much_text(seen.html, _MUCH_TEXT) and "consent" not in seen.url:
        return None
    facts = gather(seen)
    if facts is None:
        return None
    captcha = _captcha(facts)
    for wall in WALLS:
        if signs := _signs_of(wall, facts):
            return _known(wall, signs, captcha, facts)
    if captcha is not None and _blocks(captcha, facts):
        return _detect(CAPTCHA_NAMES[captcha], "captcha", ("its widget",), facts, captcha)
    return _unknown(facts)


def is_bare(seen: SeenPage) -> bool:
    """Whether a page says so little that what counts may be in a frame of it."""
    return not has_much_text(seen.html, _BARE_TEXT)


def _detect(
    name: str,
    nature: Nature | Literal["captcha"],
    signs: tuple[str, ...],
    facts: Facts,
    captcha: CaptchaKind | None = None,
) -> WallDetection:
    if facts.status in WALL_STATUSES:
        signs = (*signs, f"HTTP status {facts.status}")
    return WallDetection(name, nature, signs, captcha, facts.status, facts.url)


def _known(
    wall: Wall, signs: tuple[str, ...], captcha: CaptchaKind | None, facts: Facts
) -> WallDetection:
    # A challenge looks at the browser too, so that the answer of its widget alone leads nowhere.
    if captcha is None or wall.nature != "block":
        return _detect(wall.name, wall.nature, signs, facts)
    return _detect(f"{CAPTCHA_NAMES[captcha]} on {wall.name}", "captcha", signs, facts, captcha)


def _signs_of(wall: Wall, facts: Facts) -> tuple[str, ...]:
    """The names of the signs of `wall`, if they weigh enough."""
    if len(facts.text) > wall.max_text:
        return ()
    if wall.only_statuses and facts.status is not None and facts.status not in wall.only_statuses:
        return ()
    found = [sign for sign in wall.signs if sign.pattern.search(getattr(facts, sign.part))]
    weight = sum(sign.weight for sign in found) + (facts.status in wall.statuses)
    if weight < ENOUGH:
        return ()
    if wall.name == "a consent wall" and facts.text_besides_consent > _BANNER_TEXT:
        return ()
    return tuple(dict.fromkeys(f"its {sign.name}" for sign in found))


def _captcha(facts: Facts) -> CaptchaKind | None:
    """The CAPTCHA of the page that can be solved, whether or not it blocks it."""
    for trace in WIDGETS:
        if trace.pattern.search(getattr(facts, trace.part)):
            return trace.kind
    if facts.captcha_images and facts.answers + facts.fields == 1:
        return "image"
    return None


def _blocks(captcha: CaptchaKind, facts: Facts) -> bool:
    """Whether there is nothing on the page but the CAPTCHA, what leads to it, and a button.

    Where a person fills in something else too, such as a name or a password, the page is a form,
    and the form is its content.
    """
    others = facts.fields - (captcha == "image" and facts.answers == 0)
    if others > 0 or facts.declares_content or len(facts.text) > _CAPTCHA_TEXT:
        return False
    speaks = ROBOT_TALK.search(f"{facts.title} {facts.text}") is not None
    # Sites have these on all of their pages, those of errors included.
    is_hidden = captcha == "recaptcha_v3" or INVISIBLE.search(facts.markup) is not None
    if facts.status in WALL_STATUSES:
        return speaks or not is_hidden
    if facts.links > _FEW_LINKS:
        return False
    return speaks or (not is_hidden and captcha != "image" and len(facts.text) <= _BARE_TEXT)


def _unknown(facts: Facts) -> WallDetection | None:
    """A wall of no known make: short, and about robots."""
    is_refusal = facts.status in WALL_STATUSES
    if (
        len(facts.text) > (_REFUSAL_TEXT if is_refusal else _GENERIC_TEXT)
        or facts.declares_content
        or facts.links > _FEW_LINKS
        or facts.fields
    ):
        return None
    said = f"{facts.title} {facts.headings}"
    everything = f"{said} {facts.text} {facts.without_scripts}"
    speaks = ROBOT_TALK.search(everything) is not None
    for name, pattern in OTHER_CAPTCHAS:
        if pattern.search(f"{facts.scripts}\n{facts.markup}") and (
            speaks or is_refusal or len(facts.text) <= _BARE_TEXT
        ):
            return _detect(f"{name}, which is not solved,", "block", ("its widget",), facts)
    if not speaks or not (is_refusal or ROBOT_TALK.search(said)):
        return None
    nature: Nature = "challenge" if IN_PROGRESS.search(everything) else "block"
    return _detect("a page for robots", nature, ("its words",), facts)
