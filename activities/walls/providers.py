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
    user_agent: str = ""
    """The browser's `User-Agent`. Some sites accept an answer from no other browser."""
    api_host: str = ""
    """Host of a reCAPTCHA's script if it is not www.google.com: `www.recaptcha.net`."""


@dataclass(frozen=True)
class SolverProvider:
    """The names that one service uses."""

    types: dict[str, str]
    """Task types by kind of CAPTCHA. The service does not solve a kind without a type.

    The key `{kind}_enterprise` holds the type of an enterprise CAPTCHA, if it has its own.
    """
    extra_fields: Callable[[CaptchaTask], dict[str, Any]]
    """Returns the extra fields of a task. Fields without a value are left out later."""
    report_method: Callable[[CaptchaKind], str | None]
    """Returns the method that reports a wrong answer, or None if the service has none."""

    def solves(self, kind: CaptchaKind) -> bool:
        """Return whether the service solves CAPTCHAs of `kind`."""
        return kind in self.types

    def task_type(self, task: CaptchaTask) -> str:
        """Return the name that the service gives to tasks such as `task`."""
        suffix = "_enterprise" if task.enterprise else ""
        return self.types.get(task.kind + suffix) or self.types[task.kind]

    def task_body(self, task: CaptchaTask) -> dict[str, Any]:
        """Return the value of `task` in a `createTask` request."""
        if task.kind == "image":
            body = base64.b64encode(task.image).decode()
            return {"type": self.task_type(task), "body": body}
        return {
            "type": self.task_type(task),
            "websiteURL": task.url,
            "websiteKey": task.sitekey,
            **{name: value for name, value in self.extra_fields(task).items() if value},
        }


_MIN_SCORE = 0.7
"""The score that a reCAPTCHA v3 answer should reach. Sites rarely ask for more."""


def _two_captcha_fields(task: CaptchaTask) -> dict[str, Any]:
    if task.kind == "recaptcha_v2":
        # The documentation wants "google.com or recaptcha.net".
        api_domain = task.api_host.removeprefix("www.")
        fields = {"apiDomain": api_domain, "userAgent": task.user_agent}
        return {**_recaptcha_v2_fields(task), **fields}
    if task.kind == "recaptcha_v3":
        return {
            **_recaptcha_v3_fields(task),
            "isEnterprise": task.enterprise,
            "apiDomain": task.api_host.removeprefix("www."),
        }
    if task.kind == "hcaptcha":
        return {**_hcaptcha_fields(task), "userAgent": task.user_agent}
    return {"action": task.action, "data": task.data}


def _capsolver_fields(task: CaptchaTask) -> dict[str, Any]:
    if task.kind == "turnstile":
        metadata = {"action": task.action, "cdata": task.data}
        return {"metadata": {name: value for name, value in metadata.items() if value}}
    api_domain = f"http://{task.api_host}/" if task.api_host and task.enterprise else ""
    if task.kind == "recaptcha_v3":
        # This service has no minimum score.
        return {"pageAction": task.action, "apiDomain": api_domain}
    fields = {"apiDomain": api_domain, "userAgent": task.user_agent, "pageAction": task.action}
    return {**_recaptcha_v2_fields(task), **fields}


def _anti_captcha_fields(task: CaptchaTask) -> dict[str, Any]:
    if task.kind == "turnstile":
        return {"action": task.action, "cData": task.data}
    if task.kind == "hcaptcha":
        return {**_hcaptcha_fields(task), "userAgent": task.user_agent}
    if task.kind == "recaptcha_v3":
        return {**_recaptcha_v3_fields(task), "isEnterprise": task.enterprise}
    # Tasks without a proxy take no `userAgent`: the service's own browser solves them.
    api_domain = task.api_host if task.enterprise else ""
    return {**_recaptcha_v2_fields(task), "apiDomain": api_domain}


def _capmonster_fields(task: CaptchaTask) -> dict[str, Any]:
    if task.kind == "turnstile":
        return {"pageAction": task.action, "data": task.data}
    agent = {"userAgent": task.user_agent}
    if task.kind == "hcaptcha":
        return {"isInvisible": task.invisible, "data": task.data, **agent}
    if task.kind == "recaptcha_v3":
        return _recaptcha_v3_fields(task)
    fields = {**_recaptcha_v2_fields(task), **agent}
    if task.enterprise:
        del fields["isInvisible"]
        api_domain = f"http://{task.api_host}/" if task.api_host else ""
        fields |= {"pageAction": task.action, "apiDomain": api_domain}
    return fields


def _recaptcha_v2_fields(task: CaptchaTask) -> dict[str, Any]:
    fields: dict[str, Any] = {"isInvisible": task.invisible}
    if task.enterprise and task.data:
        fields["enterprisePayload"] = {"s": task.data}
    elif task.data:
        fields["recaptchaDataSValue"] = task.data
    return fields


def _recaptcha_v3_fields(task: CaptchaTask) -> dict[str, Any]:
    return {"minScore": _MIN_SCORE, "pageAction": task.action}


def _hcaptcha_fields(task: CaptchaTask) -> dict[str, Any]:
    payload = {"rqdata": task.data} if task.data else None
    return {"isInvisible": task.invisible, "enterprisePayload": payload}


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
    "turnstile": "AntiTurnstileTaskProxyLess",
    "image": "ImageToTextTask",
}
"""Task types of CapSolver's client (capsolver-npm 2.1.11). It has none for hCaptcha."""

_CAPMONSTER_TYPES = {
    "recaptcha_v2": "RecaptchaV2Task",
    "recaptcha_v2_enterprise": "RecaptchaV2EnterpriseTask",
    "recaptcha_v3": "RecaptchaV3TaskProxyless",
    "recaptcha_v3_enterprise": "RecaptchaV3EnterpriseTask",
    "hcaptcha": "HCaptchaTask",
    "turnstile": "TurnstileTask",
    "image": "ImageToTextTask",
}
"""Task types of CapMonster's client (capmonstercloudclient 4.3.1)."""

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
