"""The CAPTCHA-solving services: how each of them names the same tasks.

All of them offer `createTask` and `getTaskResult`, and answer in the same form. They differ in the
names of tasks, in the extra fields of a task, and in how a wrong answer is reported.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from activities.walls.signatures import CaptchaKind

ProviderName = Literal["2captcha", "capsolver", "anti-captcha", "capmonster"]


@dataclass(frozen=True)
class CaptchaTask:
    """A CAPTCHA to be solved, with all that a service needs to know about it."""

    kind: CaptchaKind
    url: str
    """URL of the page or the frame that shows the CAPTCHA."""
    sitekey: str = ""
    invisible: bool = False
    enterprise: bool = False
    action: str | None = None
    """The action name that the page gives to a reCAPTCHA v3 or a Turnstile."""
    data: str | None = None
    """Data of the site that the answer has to repeat: `data-s`, `rqdata` or `cData`."""
    image: bytes = b""
    """The picture of an image CAPTCHA."""


@dataclass(frozen=True)
class SolverProvider:
    """The names that one service uses."""

    types: dict[str, str]
    """Task types by kind of CAPTCHA.

    The key `{kind}_enterprise` holds the type of an enterprise CAPTCHA, if it has its own.
    """
    extra_fields: Callable[[CaptchaTask], dict[str, Any]]
    """Returns the extra fields of a task. Fields without a value are left out later."""
    report_method: Callable[[CaptchaKind], str | None]
    """Returns the method that reports a wrong answer, or None if the service has none."""

    def task_body(self, task: CaptchaTask) -> dict[str, Any]:
        """Return the value of `task` in a `createTask` request."""
        if task.kind == "image":
            body = base64.b64encode(task.image).decode()
            return {"type": self.types["image"], "body": body}
        suffix = "_enterprise" if task.enterprise else ""
        return {
            "type": self.types.get(task.kind + suffix) or self.types[task.kind],
            "websiteURL": task.url,
            "websiteKey": task.sitekey,
            **{name: value for name, value in self.extra_fields(task).items() if value},
        }


_MIN_SCORE = 0.7
"""The score that a reCAPTCHA v3 answer should reach. Sites rarely ask for more."""


def _two_captcha_fields(task: CaptchaTask) -> dict[str, Any]:
    if task.kind == "recaptcha_v2":
        fields: dict[str, Any] = {"isInvisible": task.invisible}
        if task.enterprise and task.data:
            fields["enterprisePayload"] = {"s": task.data}
        elif task.data:
            fields["recaptchaDataSValue"] = task.data
        return fields
    if task.kind == "recaptcha_v3":
        return {
            "minScore": _MIN_SCORE,
            "pageAction": task.action,
            "isEnterprise": task.enterprise,
        }
    if task.kind == "hcaptcha":
        payload = {"rqdata": task.data} if task.data else None
        return {"isInvisible": task.invisible, "enterprisePayload": payload}
    return {"action": task.action, "data": task.data}


def _capsolver_fields(task: CaptchaTask) -> dict[str, Any]:
    if task.kind == "turnstile":
        metadata = {"action": task.action, "cdata": task.data}
        return {"metadata": {name: value for name, value in metadata.items() if value}}
    fields = _two_captcha_fields(task)
    fields.pop("isEnterprise", None)
    return {**fields, "pageAction": task.action}


def _anti_captcha_fields(task: CaptchaTask) -> dict[str, Any]:
    if task.kind == "turnstile":
        return {"action": task.action, "cData": task.data}
    return _two_captcha_fields(task)


def _capmonster_fields(task: CaptchaTask) -> dict[str, Any]:
    if task.kind == "turnstile":
        return {"pageAction": task.action, "data": task.data}
    if task.kind == "hcaptcha":
        return {"isInvisible": task.invisible, "data": task.data}
    fields = _two_captcha_fields(task)
    fields.pop("isEnterprise", None)
    return fields


def _anti_captcha_report_method(kind: CaptchaKind) -> str | None:
    return {
        "recaptcha_v2": "reportIncorrectRecaptcha",
        "recaptcha_v3": "reportIncorrectRecaptcha",
        "hcaptcha": "reportIncorrectHcaptcha",
        "image": "reportIncorrectImageCaptcha",
    }.get(kind)


def _capmonster_report_method(kind: CaptchaKind) -> str:
    return "reportIncorrectImageCaptcha" if kind == "image" else "reportIncorrectTokenCaptcha"


_TYPES = {
    "recaptcha_v2": "RecaptchaV2TaskProxyless",
    "recaptcha_v2_enterprise": "RecaptchaV2EnterpriseTaskProxyless",
    "recaptcha_v3": "RecaptchaV3TaskProxyless",
    "hcaptcha": "HCaptchaTaskProxyless",
    "turnstile": "TurnstileTaskProxyless",
    "image": "ImageToTextTask",
}
"""Task types of 2Captcha, which most other services copy."""

_CAPSOLVER_TYPES = {
    "recaptcha_v2": "ReCaptchaV2TaskProxyLess",
    "recaptcha_v2_enterprise": "ReCaptchaV2EnterpriseTaskProxyLess",
    "recaptcha_v3": "ReCaptchaV3TaskProxyLess",
    "recaptcha_v3_enterprise": "ReCaptchaV3EnterpriseTaskProxyLess",
    "hcaptcha": "HCaptchaTaskProxyLess",
    "turnstile": "AntiTurnstileTaskProxyLess",
    "image": "ImageToTextTask",
}

_CAPMONSTER_TYPES = {**_TYPES, "recaptcha_v3_enterprise": "RecaptchaV3EnterpriseTask"}

PROVIDERS: dict[ProviderName, SolverProvider] = {
    "2captcha": SolverProvider(_TYPES, _two_captcha_fields, lambda _: "reportIncorrect"),
    "capsolver": SolverProvider(_CAPSOLVER_TYPES, _capsolver_fields, lambda _: "feedbackTask"),
    "anti-captcha": SolverProvider(_TYPES, _anti_captcha_fields, _anti_captcha_report_method),
    "capmonster": SolverProvider(_CAPMONSTER_TYPES, _capmonster_fields, _capmonster_report_method),
}

_HOSTS: tuple[tuple[str, ProviderName], ...] = (
    ("2captcha.com", "2captcha"),
    ("rucaptcha.com", "2captcha"),
    ("capsolver.com", "capsolver"),
    ("anti-captcha.com", "anti-captcha"),
    ("capmonster.cloud", "capmonster"),
)


def provider_of(url: str) -> ProviderName:
    """Return the provider whose host `url` has.

    For an unknown host this is 2Captcha, because most other services copy its names.
    """
    host = (urlsplit(url).hostname or "").lower()
    for known, name in _HOSTS:
        if host == known or host.endswith(f".{known}"):
            return name
    return "2captcha"
