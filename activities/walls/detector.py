"""Detection of walls: decide whether a page is a wall instead of the requested page.

    if detection := detect_wall(SeenPage(html, url, status, headers)):
        raise detection.error()

docs/walls.md explains the rules, and why an ordinary page is not taken for a wall.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from activities.walls.code import proves_work
from activities.walls.collector import gather_facts
from activities.walls.facts import PageFacts, SeenPage
from activities.walls.makes import WALL_SIGNATURES
from activities.walls.signatures import (
    CAPTCHA_NAMES,
    MIN_WEIGHT,
    CaptchaKind,
    WallKind,
    WallSignature,
)
from activities.walls.structure import STRUCTURE_WEIGHT, Sign, challenge_signs
from activities.walls.text_count import has_much_text
from activities.walls.widgets import (
    INVISIBLE_WIDGET,
    UNSOLVABLE_CAPTCHAS,
    WIDGET_SIGNATURES,
    UnsolvableCaptcha,
)
from activities.walls.words import (
    asks_to_wait,
    checks_the_browser,
    may_speak_of_robots,
    speaks_of_robots,
)
from domain.failures import ScrapeError

WALL_STATUSES = frozenset(
    (202, 401, 403, 405, 406, 412, 418, 428, 429, 468, 503, 512, 521, 566, 567, 999)
)
"""HTTP statuses that walls come with, besides 200. Ruishu has 412, SafeLine 468, Jiasule 512 and
521, EdgeOne 566 and 567, LinkedIn 999."""

_MUCH_TEXT = 3000
"""Characters. A page with more text is content, unless its address is that of a consent page."""

_CAPTCHA_TEXT = 1000
"""Characters of text around a CAPTCHA that blocks a page, if the text speaks of robots."""

_BARE_TEXT = 200
"""Characters of text around a CAPTCHA that is the only content of a page."""

_REFUSAL_TEXT = 800
"""Characters of a wall of an unknown make that has the status of a refusal."""

_GENERIC_TEXT = 400
"""Characters of a wall of an unknown make that has the status of an ordinary page."""

_ARTICLE_TEXT = 50
"""Characters of an article beside a CAPTCHA from which on the article is the content."""

_DEMONSTRATES = re.compile(
    r"(?<![.\w-])(?:demo|demonstration|examples?|playground|sandbox|documentation|docs|tutorial"
    r"|quick ?start|getting started)\b|beispiel|ejemplo|exemple|esempio|пример|示例",
    re.IGNORECASE,
)
"""Words in the title of a page that shows what a widget is like."""

_FEW_LINKS = 5
"""A wall links to its help and its terms. A page of the site has its menu as well."""

_MAX_NAMED_INDICATORS = 4
"""Indicators that an error sentence names."""


@dataclass(frozen=True)
class WallDetection:
    """A wall that was found in the place of a page."""

    name: str
    """The wall's name in errors: `the challenge of Cloudflare`, `an hCaptcha`."""
    kind: WallKind | Literal["captcha"]
    indicators: tuple[str, ...]
    """What gave the wall away, in our words, never in the page's."""
    captcha: CaptchaKind | None = None
    """The CAPTCHA whose answer may lead past the wall."""
    status: int | None = None
    url: str | None = None

    @property
    def may_resolve(self) -> bool:
        """Whether waiting in a browser may help."""
        return self.kind == "challenge" or self.captcha in ("recaptcha_v3", "turnstile")

    def error(self, why: str = "no CAPTCHA solver is configured") -> ScrapeError:
        """Return the failure of an item that does not get past this wall.

        `why` is a clause: the reason why its CAPTCHA, if there is one, is not solved.
        """
        if self.captcha is not None:
            code, what = "CAPTCHA_REQUIRED", f"The page is behind {self.name}, and {why}."
        else:
            seen = ", ".join(self.indicators[:_MAX_NAMED_INDICATORS])
            code = "BLOCKED"
            what = f"The site answered with {self.name} instead of the page (seen: {seen})."
        return ScrapeError(code, what, http_status=self.status, final_url=self.url)


def detect_wall(seen: SeenPage) -> WallDetection | None:
    """Return the wall that a page is, or None if the page is an ordinary one or an error page."""
    if has_much_text(seen.html, _MUCH_TEXT) and "consent" not in seen.url:
        return None
    facts = gather_facts(seen)
    if facts is None:
        return None
    captcha = _find_captcha(facts)
    for signature in WALL_SIGNATURES:
        if indicators := _match(signature, facts):
            return _known_wall(signature, indicators, captcha, facts)
    if captcha is not None and _blocks_page(captcha, facts):
        return _detection(CAPTCHA_NAMES[captcha], "captcha", ("its widget",), facts, captcha)
    return _unknown_wall(facts)


def is_bare(seen: SeenPage) -> bool:
    """Return whether a page has so little text that its content may be in one of its frames."""
    return not has_much_text(seen.html, _BARE_TEXT)


def _detection(
    name: str,
    kind: WallKind | Literal["captcha"],
    indicators: tuple[str, ...],
    facts: PageFacts,
    captcha: CaptchaKind | None = None,
) -> WallDetection:
    if facts.status in WALL_STATUSES:
        indicators = (*dict.fromkeys(indicators), f"HTTP status {facts.status}")
    return WallDetection(name, kind, indicators, captcha, facts.status, facts.url)


def _known_wall(
    signature: WallSignature,
    indicators: tuple[str, ...],
    captcha: CaptchaKind | None,
    facts: PageFacts,
) -> WallDetection:
    # A challenge checks the browser too, so the answer of its widget alone does not lead past it.
    if signature.kind != "block":
        return _detection(signature.name, signature.kind, indicators, facts)
    if captcha is not None:
        name = f"{CAPTCHA_NAMES[captcha]} on {signature.name}"
        return _detection(name, "captcha", indicators, facts, captcha)
    if widget := _find_unsolvable(facts):
        name = f"{widget.name} on {signature.name}"
        return _detection(name, _kind_of(widget), indicators, facts)
    kind: WallKind = "challenge" if any(map(proves_work, facts.code)) else "block"
    return _detection(signature.name, kind, indicators, facts)


def _kind_of(widget: UnsolvableCaptcha) -> WallKind:
    return "challenge" if widget.works_alone else "block"


def _find_unsolvable(facts: PageFacts) -> UnsolvableCaptcha | None:
    """Return the CAPTCHA of the page that no service solves, whether or not it blocks the page."""
    # The address of a script is not enough: sites load it on all pages, for their login.
    made_of = "\n".join((*facts.code, facts.markup))
    return next((each for each in UNSOLVABLE_CAPTCHAS if each.pattern.search(made_of)), None)


def _match(signature: WallSignature, facts: PageFacts) -> tuple[str, ...]:
    """Return the names of the indicators found, or nothing if they do not weigh enough."""
    if len(facts.text) > signature.max_text:
        return ()
    if facts.text_besides_consent > signature.max_text_besides_consent:
        return ()
    if signature.has_no_fields and facts.fields:
        return ()
    statuses = signature.only_statuses
    if statuses and facts.status is not None and facts.status not in statuses:
        return ()
    found = [
        indicator
        for indicator in signature.indicators
        if indicator.pattern.search(getattr(facts, indicator.fact))
    ]
    weight = sum(indicator.weight for indicator in found) + (facts.status in signature.statuses)
    if weight < MIN_WEIGHT:
        return ()
    return tuple(dict.fromkeys(f"its {indicator.name}" for indicator in found))


def _find_captcha(facts: PageFacts) -> CaptchaKind | None:
    """Return the CAPTCHA of the page that can be solved, whether or not it blocks the page."""
    for signature in WIDGET_SIGNATURES:
        if signature.pattern.search(getattr(facts, signature.fact)):
            return signature.kind
    if facts.captcha_images and facts.answers + facts.fields == 1:
        return "image"
    return None


def _blocks_page(captcha: CaptchaKind, facts: PageFacts) -> bool:
    """Return whether the page has nothing but the CAPTCHA, words about it, and a button.

    A page that asks for something else too, such as a name or a password, is a form. The form is
    its content.
    """
    other_fields = facts.fields - (captcha == "image" and facts.answers == 0)
    if other_fields > 0 or facts.declares_content or len(facts.text) > _CAPTCHA_TEXT:
        return False
    speaks = _speaks(facts, f"{facts.title} | {facts.text}")
    # Site templates have these widgets on all pages, error pages included.
    is_hidden = captcha == "recaptcha_v3" or INVISIBLE_WIDGET.search(facts.markup) is not None
    if facts.status in WALL_STATUSES:
        return speaks or not is_hidden
    if facts.links > _FEW_LINKS or _DEMONSTRATES.search(_headline(facts)):
        return False
    if speaks:
        return True
    return not is_hidden and captcha != "image" and _is_bare(facts)


def _is_bare(facts: PageFacts) -> bool:
    """Return whether there is hardly any text around a widget."""
    return len(facts.text) <= _BARE_TEXT and facts.text_of_articles < _ARTICLE_TEXT


def _headline(facts: PageFacts) -> str:
    return f"{facts.title} | {facts.headings}"


def _unknown_wall(facts: PageFacts) -> WallDetection | None:
    """Return a wall of an unknown make: a short page that is made or that speaks like one."""
    is_refusal = facts.status in WALL_STATUSES
    if (
        len(facts.text) > (_REFUSAL_TEXT if is_refusal else _GENERIC_TEXT)
        or facts.declares_content
        or facts.links > _FEW_LINKS
        or facts.fields
    ):
        return None
    all_text = f"{_headline(facts)} | {facts.text} | {facts.without_scripts}"
    speaks = _speaks(facts, all_text)
    return (
        _unsolvable(facts, speaks=speaks)
        or _spoken_wall(facts, all_text, speaks=speaks)
        or _silent_wall(facts, all_text, speaks=speaks)
    )


def _unsolvable(facts: PageFacts, *, speaks: bool) -> WallDetection | None:
    """Return the CAPTCHA that stands alone on the page and that no service solves."""
    is_refusal = facts.status in WALL_STATUSES
    if not is_refusal and _DEMONSTRATES.search(_headline(facts)):
        return None
    if not (speaks or is_refusal or _is_bare(facts)):
        return None
    widget = _find_unsolvable(facts)
    if widget is None:
        return None
    name = f"{widget.name}, which is not solved,"
    return _detection(name, _kind_of(widget), ("its widget",), facts)


def _speaks(facts: PageFacts, text: str) -> bool:
    """Return whether `text`, which is of the page, speaks as a wall does, in any language.

    Words that are near each other are evidence only if the page is like a wall in other ways too.
    """
    if speaks_of_robots(text):
        return True
    if facts.own_links or not (
        facts.status in WALL_STATUSES or facts.forbids_index or challenge_signs(facts)
    ):
        return False
    return may_speak_of_robots(text) or (
        bool(facts.scripts) and checks_the_browser(_headline(facts))
    )


def _spoken_wall(facts: PageFacts, all_text: str, *, speaks: bool) -> WallDetection | None:
    """Return the wall that the page is by its words."""
    if not speaks:
        return None
    if facts.status not in WALL_STATUSES:
        if facts.describes_itself and not facts.forbids_index:
            return None
        if not _speaks(facts, _headline(facts)):
            return None
    kind: WallKind = "challenge" if asks_to_wait(all_text) else "block"
    return _detection("a robot check of an unknown make", kind, ("its words",), facts)


def _silent_wall(facts: PageFacts, all_text: str, *, speaks: bool) -> WallDetection | None:
    """Return the challenge that the page is by its structure."""
    signs = _signs(facts, all_text, speaks=speaks)
    if sum(sign.weight for sign in signs) < MIN_WEIGHT:
        return None
    if not any(sign.is_structure and sign.weight >= STRUCTURE_WEIGHT for sign in signs):
        return None
    names = tuple(dict.fromkeys(f"its {sign.name}" for sign in signs))
    return _detection("a challenge of an unknown make", "challenge", names, facts)


def _signs(facts: PageFacts, all_text: str, *, speaks: bool) -> tuple[Sign, ...]:
    signs = challenge_signs(facts)
    if not signs:
        return ()
    more = []
    if facts.status in WALL_STATUSES:
        more.append(Sign("status", 1, is_structure=False))
    if speaks or asks_to_wait(all_text):
        more.append(Sign("words", 1 + speaks, is_structure=False))
    return (*signs, *more)
