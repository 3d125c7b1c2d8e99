"""Tell the walls of known makes by their signatures."""

from __future__ import annotations

import re
from dataclasses import replace

from activities.walls.code import proves_work, sends_a_form
from activities.walls.detection import WALL_STATUSES, WallDetection, detection_of
from activities.walls.facts import PageFacts
from activities.walls.lone_captchas import FEW_LINKS, find_unsolvable, unsolvable_wall
from activities.walls.makes import WALL_SIGNATURES
from activities.walls.signatures import (
    CAPTCHA_NAMES,
    CONSENT_MANAGERS,
    MIN_WEIGHT,
    CaptchaKind,
    WallSignature,
)
from activities.walls.things import names_a_thing

_MANAGERS = re.compile(CONSENT_MANAGERS, re.IGNORECASE)


def known_wall(facts: PageFacts, captcha: CaptchaKind | None) -> WallDetection | None:
    """Return the wall of a known make that a page with the CAPTCHA `captcha` is, if it is one."""
    for signature in WALL_SIGNATURES:
        if indicators := _match(signature, facts):
            return _detection(signature, indicators, captcha, facts)
    return None


def _detection(
    signature: WallSignature,
    indicators: tuple[str, ...],
    captcha: CaptchaKind | None,
    facts: PageFacts,
) -> WallDetection:
    # A challenge checks the browser too, so the answer of its widget alone does not lead past it.
    if signature.kind != "block":
        return detection_of(signature.name, signature.kind, indicators, facts)
    if captcha is not None:
        name = f"{CAPTCHA_NAMES[captcha]} on {signature.name}"
        return detection_of(name, "captcha", indicators, facts, captcha)
    if widget := find_unsolvable(facts):
        name = f"{widget.name} on {signature.name}"
        return unsolvable_wall(widget, name, indicators, facts)
    if _goes_on(facts):
        wall = detection_of(signature.name, "challenge", indicators, facts)
        return replace(wall, works_alone=True)
    return detection_of(signature.name, "block", indicators, facts)


def _goes_on(facts: PageFacts) -> bool:
    """Return whether a script works on a proof, or sends a form when something is done."""
    sends = bool(facts.hidden_forms) and any(map(sends_a_form, facts.code))
    return sends or any(map(proves_work, facts.code))


def _asks(facts: PageFacts) -> bool:
    """Return whether the page has something to agree with, or a consent manager that will ask."""
    made_of = f"{facts.scripts}\n{facts.markup}"
    return bool(facts.buttons or facts.frames) or _MANAGERS.search(made_of) is not None


def _has_more(facts: PageFacts) -> bool:
    """Return whether the page has more than a wall that stands alone."""
    if facts.fields or facts.has_mount or facts.own_links > FEW_LINKS:
        return True
    return facts.status not in WALL_STATUSES and names_a_thing(facts)


def _match(signature: WallSignature, facts: PageFacts) -> tuple[str, ...]:
    """Return the names of the indicators found, or nothing if they do not weigh enough."""
    if facts.length > signature.max_text:
        return ()
    if facts.text_besides_consent > signature.max_text_besides_consent:
        return ()
    if signature.stands_alone and _has_more(facts):
        return ()
    if signature.kind == "consent" and not _asks(facts):
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
