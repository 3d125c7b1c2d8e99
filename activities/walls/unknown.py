"""Tell walls of an unknown make: by their words, and by what their scripts and forms do."""

from __future__ import annotations

from http import HTTPStatus

from activities.walls.detection import WALL_STATUSES, WallDetection, detection_of
from activities.walls.facts import PageFacts
from activities.walls.lone_captchas import FEW_LINKS, unsolvable_captcha
from activities.walls.signatures import MIN_WEIGHT, WallKind
from activities.walls.speech import headline_of, speaks_as_a_wall
from activities.walls.structure import STRUCTURE_WEIGHT, Sign, challenge_signs
from activities.walls.words import asks_to_wait

_REFUSAL_TEXT = 800
"""Characters of a wall of an unknown make that has the status of a refusal."""

_GENERIC_TEXT = 400
"""Characters of a wall of an unknown make that has the status of an ordinary page."""


def unknown_wall(facts: PageFacts) -> WallDetection | None:
    """Return a wall of an unknown make: a short page that is made or that speaks like one."""
    is_refusal = facts.status in WALL_STATUSES
    if (
        facts.length > (_REFUSAL_TEXT if is_refusal else _GENERIC_TEXT)
        or facts.declares_content
        or facts.links > FEW_LINKS
        or facts.fields
    ):
        return None
    all_text = f"{headline_of(facts)} | {facts.text} | {facts.without_scripts}"
    speaks = speaks_as_a_wall(facts, all_text)
    return (
        unsolvable_captcha(facts, speaks=speaks)
        or _spoken_wall(facts, all_text, speaks=speaks)
        or _silent_wall(facts, all_text, speaks=speaks)
    )


def _spoken_wall(facts: PageFacts, all_text: str, *, speaks: bool) -> WallDetection | None:
    """Return the wall that the page is by its words."""
    if not speaks:
        return None
    if facts.status not in WALL_STATUSES:
        if (facts.describes_itself or facts.own_links) and not facts.forbids_index:
            return None
        if not speaks_as_a_wall(facts, headline_of(facts)):
            return None
    kind: WallKind = "challenge" if asks_to_wait(all_text) else "block"
    return detection_of("a robot check of an unknown make", kind, ("its words",), facts)


def _silent_wall(facts: PageFacts, all_text: str, *, speaks: bool) -> WallDetection | None:
    """Return the challenge that the page is by its structure."""
    signs = _signs(facts, all_text, speaks=speaks)
    if sum(sign.weight for sign in signs) < MIN_WEIGHT:
        return None
    return _challenge(signs, facts)


def suspected_wall(facts: PageFacts) -> WallDetection | None:
    """Return the challenge that a page seems to be, if other evidence is found.

    The page has a strong sign of a challenge, and nothing that a page of a site has.
    """
    return _challenge(tuple(filter(_waits, challenge_signs(facts))), facts)


def _challenge(signs: tuple[Sign, ...], facts: PageFacts) -> WallDetection | None:
    if not any(sign.is_structure and sign.weight >= STRUCTURE_WEIGHT for sign in signs):
        return None
    names = tuple(dict.fromkeys(f"its {sign.name}" for sign in signs))
    return detection_of("a challenge of an unknown make", "challenge", names, facts)


def _waits(sign: Sign) -> bool:
    """Return whether only a challenge has `sign` and asks to wait."""
    # A page that is loaded again until its result is there asks to wait too.
    return sign.weight >= STRUCTURE_WEIGHT and sign.name != "token"


def _signs(facts: PageFacts, all_text: str, *, speaks: bool) -> tuple[Sign, ...]:
    signs = challenge_signs(facts)
    if not signs:
        return ()
    more = []
    # The status 202 says that a job is not done yet. Its page is loaded again with the job's token.
    is_job = facts.status == HTTPStatus.ACCEPTED and not any(map(_waits, signs))
    if facts.status in WALL_STATUSES and not is_job:
        more.append(Sign("status", 1, is_structure=False))
    if speaks or (asks_to_wait(all_text) and any(map(_waits, signs))):
        more.append(Sign("words", 1 + speaks, is_structure=False))
    return (*signs, *more)
