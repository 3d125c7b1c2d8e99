"""What a known wall is described by: indicators, and what they weigh.

`makes` lists the known walls; docs/walls.md says how the detector weighs their indicators. Ordinary
pages behind the same product show some of these indicators too, so such an indicator weighs little
or nothing. Only what the wall alone has weighs much.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

MIN_WEIGHT = 3
"""Total weight of found indicators from which on a page is the wall that they belong to."""

WallKind = Literal["challenge", "block", "consent"]
"""What a wall does to its visitor.

A `challenge` checks the browser, and the page may follow without further action. A `block` stays.
A `consent` page asks a person to agree to something first.
"""

FactName = Literal[
    "url", "headers", "title", "headings", "text", "without_scripts", "scripts", "markup", "hrefs"
]
"""Name of a field of `facts.PageFacts` that holds text."""


@dataclass(frozen=True)
class Indicator:
    """A pattern that points to a wall."""

    fact: FactName
    """The fact that the pattern is searched in."""
    pattern: re.Pattern[str]
    weight: int
    """1 to 3: the rarer the pattern is on ordinary pages, the more it weighs."""
    name: str
    """What the error sentence calls it after the word "its": `script`."""


@dataclass(frozen=True)
class WallSignature:
    """The indicators and conditions of one known wall."""

    name: str
    """The wall's name in errors: `the challenge of Cloudflare`."""
    kind: WallKind
    indicators: tuple[Indicator, ...]
    statuses: frozenset[int] = frozenset()
    """HTTP statuses that count as an indicator of weight 1."""
    only_statuses: frozenset[int] = frozenset()
    """The only HTTP statuses that this wall comes with. Empty if any status is possible."""
    max_text: int = 2500
    """Characters of text. A page with more text is not this wall."""
    max_text_besides_consent: float = math.inf
    """Characters of text outside of the question for consent. A page with more is not this wall."""
    stands_alone: bool = False
    """Whether its scripts are on ordinary pages too: in forms, in applications, in documentations.

    Then a page with a field to fill in, with the menu of a site, with an element that an
    application fills, or with facts of its own is not this wall.
    """


def indicator(fact: FactName, weight: int, name: str, pattern: str) -> Indicator:
    """Return the indicator that `pattern`, in any case and on any line of `fact`, points to."""
    return Indicator(fact, re.compile(pattern, re.IGNORECASE | re.MULTILINE), weight, name)


CONSENT_MANAGERS = (
    r"sp_message_(?:container|iframe)|sourcepoint|privacy-mgmt\.com|onetrust|cookielaw\.org|didomi|"
    r"privacy-center\.org|usercentrics|cmpbox|consentmanager\.net|trustarc|qc-cmp|quantcast"
)
"""Names that consent managers leave in the markup and the scripts of a page."""

REFUSED = frozenset((401, 403, 405, 406, 429, 503))
"""Statuses of walls that refuse, or that send the visitor away for a while."""

FORBIDDEN = frozenset((401, 403, 405, 406, 429))
"""Statuses of walls that refuse."""

CaptchaKind = Literal["recaptcha_v2", "recaptcha_v3", "hcaptcha", "turnstile", "image"]
"""The CAPTCHAs that a solving service can solve."""

CAPTCHA_NAMES: dict[CaptchaKind, str] = {
    "recaptcha_v2": "a reCAPTCHA v2",
    "recaptcha_v3": "a reCAPTCHA v3",
    "hcaptcha": "an hCaptcha",
    "turnstile": "a Turnstile",
    "image": "an image CAPTCHA",
}
"""What errors call each kind of CAPTCHA."""
