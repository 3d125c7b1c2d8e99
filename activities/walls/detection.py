"""What a recognised wall is, and the error it ends an item with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from activities.walls.facts import PageFacts
from activities.walls.signatures import CaptchaKind, WallKind
from domain.failures import ScrapeError

WALL_STATUSES = frozenset(
    (202, 401, 403, 405, 406, 412, 418, 428, 429, 468, 503, 512, 521, 566, 567, 999)
)
"""HTTP statuses that walls come with, besides 200. Ruishu has 412, SafeLine 468, Jiasule 512 and
521, EdgeOne 566 and 567, LinkedIn 999."""

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
    works_alone: bool = False
    """Whether its widget is a proof of work, which the browser does once it is started."""

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


def detection_of(
    name: str,
    kind: WallKind | Literal["captcha"],
    indicators: tuple[str, ...],
    facts: PageFacts,
    captcha: CaptchaKind | None = None,
) -> WallDetection:
    """Return the wall `name`, with its status among the indicators if walls come with it."""
    if facts.status in WALL_STATUSES:
        indicators = (*dict.fromkeys(indicators), f"HTTP status {facts.status}")
    return WallDetection(name, kind, indicators, captcha, facts.status, facts.url)
