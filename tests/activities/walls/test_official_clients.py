"""Our tasks beside those of the services' own clients, where these are installed.

The clients are no requirements, because one of them pins the versions of others. To run these
tests: `pip install --no-deps capmonstercloudclient anticaptchaofficial requests` and
`npm install --no-save capsolver-npm`, both in the repository.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from activities.walls.providers import PROVIDERS, CaptchaTask, ProviderName
from activities.walls.signatures import CaptchaKind

PAGE = "https://shop.example/"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0"
CAPSOLVER_TYPES = Path("node_modules/capsolver-npm/src/types/tasks.ts")

V2 = CaptchaTask("recaptcha_v2", PAGE, "key", invisible=True, data="s", user_agent=BROWSER)
V2_ENTERPRISE = CaptchaTask(
    "recaptcha_v2", PAGE, "key", enterprise=True, action="buy", data="s", user_agent=BROWSER
)
V3 = CaptchaTask("recaptcha_v3", PAGE, "key", action="visit")
V3_ENTERPRISE = CaptchaTask("recaptcha_v3", PAGE, "key", action="visit", enterprise=True)
HCAPTCHA = CaptchaTask("hcaptcha", PAGE, "key", invisible=True, data="rq", user_agent=BROWSER)
TURNSTILE = CaptchaTask("turnstile", PAGE, "key", action="visit", data="c")


def ours(provider: ProviderName, task: CaptchaTask) -> dict[str, Any]:
    return PROVIDERS[provider].task_body(task)


def capmonster() -> Any:
    return pytest.importorskip("capmonstercloudclient.requests", reason="client not installed")


def test_capmonster_recaptcha_v2() -> None:
    client = capmonster()
    where = {"websiteUrl": PAGE, "websiteKey": "key", "userAgent": BROWSER}
    plain = client.RecaptchaV2Request(**where, dataSValue="s", isInvisible=True)
    enterprise = client.RecaptchaV2EnterpriseRequest(
        **where, enterprisePayload="s", pageAction="buy"
    )
    assert ours("capmonster", V2) == plain.getTaskDict()
    assert ours("capmonster", V2_ENTERPRISE) == enterprise.getTaskDict()


def test_capmonster_recaptcha_v3() -> None:
    client = capmonster()
    where = {"websiteUrl": PAGE, "websiteKey": "key", "minScore": 0.7, "pageAction": "visit"}
    plain = client.RecaptchaV3ProxylessRequest(**where)
    enterprise = client.RecaptchaV3EnterpriseRequest(**where)
    # The client's own method returns nothing for the first in some versions.
    if (task := plain.getTaskDict()) is not None:
        assert ours("capmonster", V3) == task
    assert ours("capmonster", V3_ENTERPRISE) == enterprise.getTaskDict()


def test_capmonster_hcaptcha_and_turnstile() -> None:
    client = capmonster()
    hcaptcha = client.HcaptchaRequest(
        websiteUrl=PAGE, websiteKey="key", is_invisible=True, data="rq", user_agent=BROWSER
    )
    turnstile = client.TurnstileRequest(
        websiteURL=PAGE, websiteKey="key", pageAction="visit", data="c"
    )
    assert ours("capmonster", HCAPTCHA) == hcaptcha.getTaskDict()
    assert ours("capmonster", TURNSTILE) == turnstile.getTaskDict()


def anti_captcha_task(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the task that the official client of Anti-Captcha would submit."""
    pytest.importorskip("anticaptchaofficial", reason="client not installed")
    module = importlib.import_module(f"anticaptchaofficial.{name.lower()}")
    client = getattr(module, name)()
    client.set_website_url(PAGE)
    client.set_website_key("key")
    for attribute, value in settings.items():
        setattr(client, attribute, value)
    sent: list[dict[str, Any]] = []

    def create_task(body: dict[str, Any]) -> int:
        sent.append(body["task"])
        return 0  # the client then gives up

    client.create_task = create_task
    client.solve_and_return_solution()
    [task] = sent
    return {field: value for field, value in task.items() if value}


@pytest.mark.parametrize(
    ("name", "settings", "task"),
    [
        ("recaptchaV2Proxyless", {"recaptcha_data_s": "s", "is_invisible": 1}, V2),
        (
            "recaptchaV2EnterpriseProxyless",
            {"recaptcha_enterprise_payload": {"s": "s"}},
            V2_ENTERPRISE,
        ),
        ("recaptchaV3Proxyless", {"min_score": 0.7, "page_action": "visit"}, V3),
        (
            "recaptchaV3EnterpriseProxyless",
            {"min_score": 0.7, "page_action": "visit"},
            V3_ENTERPRISE,
        ),
        ("turnstileProxyless", {"action": "visit", "cdata": "c"}, TURNSTILE),
        (
            "hCaptchaProxyless",
            {
                "recaptcha_enterprise_payload": {"rqdata": "rq"},
                "is_invisible": True,
                "user_agent": BROWSER,
            },
            HCAPTCHA,
        ),
    ],
)
def test_anti_captcha(name: str, settings: dict[str, Any], task: CaptchaTask) -> None:
    assert ours("anti-captcha", task) == anti_captcha_task(name, settings)


@pytest.mark.skipif(not CAPSOLVER_TYPES.exists(), reason="client not installed")
def test_capsolver_knows_our_types_and_fields() -> None:
    tasks = {
        type_.lower(): set(re.findall(r"^  (\w+)\??:", fields, re.MULTILINE))
        for fields, type_ in re.findall(
            r"\{\n((?:[^}]|\}[^\n])*?type: '(\w+)'[^}]*)\}", CAPSOLVER_TYPES.read_text()
        )
    }
    for task in (V2, V2_ENTERPRISE, V3, V3_ENTERPRISE, TURNSTILE):
        body = ours("capsolver", task)
        known = tasks[body["type"].lower()]
        # What the site gives is passed on, whether or not the client's types have it.
        extra = {"recaptchaDataSValue", "isInvisible", "pageAction"}
        assert body.keys() - extra <= known
    kinds: dict[CaptchaKind, str] = {"hcaptcha": "hcaptcha", "image": "imagetotext"}
    for kind, name in kinds.items():
        assert PROVIDERS["capsolver"].solves(kind) is any(name in type_ for type_ in tasks)
