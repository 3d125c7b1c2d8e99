"""How the services that speak createTask name the same things.

They share the requests and the form of the answers; names of tasks, of what goes with them, and
the way to report a wrong answer differ.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from activities.walls.signatures import CaptchaKind

DialectName = Literal["2captcha", "capsolver", "anti-captcha", "capmonster"]


@dataclass(frozen=True)
class Puzzle:
    """A CAPTCHA as a service needs to know it."""

    kind: CaptchaKind
    url: str
    """Of the page, or frame, that it is on."""
    sitekey: str = ""
    invisible: bool = False
    enterprise: bool = False
    action: str | None = None
    """What a reCAPTCHA v3 or a Turnstile is told that it is for."""
    data: str | None = None
    """What the site goes on to expect in the answer: `data-s`, `rqdata`, `cData`."""
    image: bytes = b""
    """The picture, of an image CAPTCHA."""


@dataclass(frozen=True)
class Dialect:
    """The names of one service."""

    types: dict[str, str]
    """Name of the task by kind; of enterprise ones by `{kind}_enterprise`, where they differ."""
    extras: Callable[[Puzzle], dict[str, Any]]
    """What else goes with a task."""
    report: Callable[[CaptchaKind], str | None]
    """The method that reports a wrong answer; None where there is none for that kind."""

    def task(self, puzzle: Puzzle) -> dict[str, Any]:
        """The `task` of `createTask`."""
        if puzzle.kind == "image":
            body = base64.b64encode(puzzle.image).decode()
            return {"type": self.types["image"], "body": body}
        suffix = "_enterprise" if puzzle.enterprise else ""
        return {
            "type": self.types.get(puzzle.kind + suffix) or self.types[puzzle.kind],
            "websiteURL": puzzle.url,
            "websiteKey": puzzle.sitekey,
            **{name: value for name, value in self.extras(puzzle).items() if value},
        }


_MIN_SCORE = 0.7
"""Of a reCAPTCHA v3; sites rarely ask for more."""


def _two_captcha_extras(puzzle: Puzzle) -> dict[str, Any]:
    if puzzle.kind == "recaptcha_v2":
        extras: dict[str, Any] = {"isInvisible": puzzle.invisible}
        if puzzle.enterprise and puzzle.data:
            extras["enterprisePayload"] = {"s": puzzle.data}
        elif puzzle.data:
            extras["recaptchaDataSValue"] = puzzle.data
        return extras
    if puzzle.kind == "recaptcha_v3":
        return {
            "minScore": _MIN_SCORE,
            "pageAction": puzzle.action,
            "isEnterprise": puzzle.enterprise,
        }
    if puzzle.kind == "hcaptcha":
        payload = {"rqdata": puzzle.data} if puzzle.data else None
        return {"isInvisible": puzzle.invisible, "enterprisePayload": payload}
    return {"action": puzzle.action, "data": puzzle.data}


def _capsolver_extras(puzzle: Puzzle) -> dict[str, Any]:
    if puzzle.kind == "turnstile":
        metadata = {"action": puzzle.action, "cdata": puzzle.data}
        return {"metadata": {name: value for name, value in metadata.items() if value}}
    extras = _two_captcha_extras(puzzle)
    extras.pop("isEnterprise", None)
    return {**extras, "pageAction": puzzle.action}


def _anti_captcha_extras(puzzle: Puzzle) -> dict[str, Any]:
    if puzzle.kind == "turnstile":
        return {"action": puzzle.action, "cData": puzzle.data}
    return _two_captcha_extras(puzzle)


def _capmonster_extras(puzzle: Puzzle) -> dict[str, Any]:
    if puzzle.kind == "turnstile":
        return {"pageAction": puzzle.action, "data": puzzle.data}
    if puzzle.kind == "hcaptcha":
        return {"isInvisible": puzzle.invisible, "data": puzzle.data}
    extras = _two_captcha_extras(puzzle)
    extras.pop("isEnterprise", None)
    return extras


def _anti_captcha_report(kind: CaptchaKind) -> str | None:
    return {
        "recaptcha_v2": "reportIncorrectRecaptcha",
        "recaptcha_v3": "reportIncorrectRecaptcha",
        "hcaptcha": "reportIncorrectHcaptcha",
        "image": "reportIncorrectImageCaptcha",
    }.get(kind)


_TYPES = {
    "recaptcha_v2": "RecaptchaV2TaskProxyless",
    "recaptcha_v2_enterprise": "RecaptchaV2EnterpriseTaskProxyless",
    "recaptcha_v3": "RecaptchaV3TaskProxyless",
    "hcaptcha": "HCaptchaTaskProxyless",
    "turnstile": "TurnstileTaskProxyless",
    "image": "ImageToTextTask",
}

DIALECTS: dict[DialectName, Dialect] = {
    "2captcha": Dialect(_TYPES, _two_captcha_extras, lambda _: "reportIncorrect"),
    "capsolver": Dialect(
        {
            "recaptcha_v2": "ReCaptchaV2TaskProxyLess",
            "recaptcha_v2_enterprise": "ReCaptchaV2EnterpriseTaskProxyLess",
            "recaptcha_v3": "ReCaptchaV3TaskProxyLess",
            "recaptcha_v3_enterprise": "ReCaptchaV3EnterpriseTaskProxyLess",
            "hcaptcha": "HCaptchaTaskProxyLess",
            "turnstile": "AntiTurnstileTaskProxyLess",
            "image": "ImageToTextTask",
        },
        _capsolver_extras,
        lambda _: "feedbackTask",
    ),
    "anti-captcha": Dialect(_TYPES, _anti_captcha_extras, _anti_captcha_report),
    "capmonster": Dialect(
        {**_TYPES, "recaptcha_v3_enterprise": "RecaptchaV3EnterpriseTask"},
        _capmonster_extras,
        lambda kind: (
            "reportIncorrectImageCaptcha" if kind == "image" else "reportIncorrectTokenCaptcha"
        ),
    ),
}

_HOSTS: tuple[tuple[str, DialectName], ...] = (
    ("2captcha.com", "2captcha"),
    ("rucaptcha.com", "2captcha"),
    ("capsolver.com", "capsolver"),
    ("anti-captcha.com", "anti-captcha"),
    ("capmonster.cloud", "capmonster"),
)


def dialect_of(url: str) -> DialectName:
    """What the service at `url` speaks; one that is not known, what most others copy."""
    host = (urlsplit(url).hostname or "").lower()
    for known, name in _HOSTS:
        if host == known or host.endswith(f".{known}"):
            return name
    return "2captcha"
