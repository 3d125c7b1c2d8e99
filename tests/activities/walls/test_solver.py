"""The client of CAPTCHA-solving services, against a test service with the same protocol."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from activities.walls.providers import PROVIDERS, CaptchaTask, ProviderName, provider_of
from activities.walls.solver import AccountError, Solver, SolverError, UnsupportedKindError
from tests.support.servers import serving
from tests.support.site import closed_port
from tests.support.site.pages import solid_png
from tests.support.walls.service import IMAGE_SIZE, IMAGE_TEXT, KEY, POOR_KEY, Service

PAGE = "https://shop.example/"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0"


@pytest_asyncio.fixture(scope="module")
async def service() -> AsyncIterator[Service]:
    async with Service() as running:
        yield running


def solver_of(
    service: Service, *, key: str = KEY, timeout: float = 20, request_timeout: float = 5
) -> Solver:
    return Solver(
        service.origin,
        key,
        provider=service.provider,
        timeout=timeout,
        pause=0.05,
        request_timeout=request_timeout,
    )


async def error_of(solver: Solver, task: CaptchaTask) -> SolverError:
    with pytest.raises(SolverError) as caught:
        await solver.solve(task)
    await solver.close()
    assert solver._key not in f"{caught.value!r} {caught.value.__cause__!r}"
    return caught.value


CAPTCHAS = [
    CaptchaTask("recaptcha_v2", PAGE, "key", data="s", user_agent=BROWSER),
    CaptchaTask(
        "recaptcha_v2",
        PAGE,
        "key",
        invisible=True,
        enterprise=True,
        action="buy",
        data="s",
        user_agent=BROWSER,
        api_host="www.recaptcha.net",
    ),
    CaptchaTask("recaptcha_v3", PAGE, "key", action="visit"),
    CaptchaTask("recaptcha_v3", PAGE, "key", action="visit", enterprise=True),
    CaptchaTask("turnstile", PAGE, "key", action="visit", data="c"),
    CaptchaTask("image", PAGE, image=solid_png(*IMAGE_SIZE, (9, 9, 9))),
    CaptchaTask("hcaptcha", PAGE, "key", data="rq", user_agent=BROWSER),
]
WHERE = {"websiteURL": PAGE, "websiteKey": "key"}
DATA_S = {"recaptchaDataSValue": "s"}
PAYLOAD = {"enterprisePayload": {"s": "s"}}
RQDATA = {"enterprisePayload": {"rqdata": "rq"}}
SCORE = {"minScore": 0.7, "pageAction": "visit"}
AGENT = {"userAgent": BROWSER}
IMAGE: dict[str, object] = {
    "type": "ImageToTextTask",
    "body": base64.b64encode(solid_png(*IMAGE_SIZE, (9, 9, 9))).decode(),
}
BODIES: dict[ProviderName, list[dict[str, object]]] = {
    "2captcha": [
        {"type": "RecaptchaV2TaskProxyless", **WHERE, **DATA_S, **AGENT},
        {
            "type": "RecaptchaV2EnterpriseTaskProxyless",
            **WHERE,
            **PAYLOAD,
            **AGENT,
            "isInvisible": True,
            "apiDomain": "recaptcha.net",
        },
        {"type": "RecaptchaV3TaskProxyless", **WHERE, **SCORE},
        {"type": "RecaptchaV3TaskProxyless", **WHERE, **SCORE, "isEnterprise": True},
        {"type": "TurnstileTaskProxyless", **WHERE, "action": "visit", "data": "c"},
        IMAGE,
        {"type": "HCaptchaTaskProxyless", **WHERE, **RQDATA, **AGENT},
    ],
    "capsolver": [
        {"type": "ReCaptchaV2TaskProxyLess", **WHERE, **DATA_S, **AGENT},
        {
            "type": "ReCaptchaV2EnterpriseTaskProxyLess",
            **WHERE,
            **PAYLOAD,
            **AGENT,
            "isInvisible": True,
            "pageAction": "buy",
            "apiDomain": "http://www.recaptcha.net/",
        },
        {"type": "ReCaptchaV3TaskProxyLess", **WHERE, "pageAction": "visit"},
        {"type": "ReCaptchaV3EnterpriseTaskProxyLess", **WHERE, "pageAction": "visit"},
        {
            "type": "AntiTurnstileTaskProxyLess",
            **WHERE,
            "metadata": {"action": "visit", "cdata": "c"},
        },
        IMAGE,
    ],
    "anti-captcha": [
        {"type": "RecaptchaV2TaskProxyless", **WHERE, **DATA_S},
        {
            "type": "RecaptchaV2EnterpriseTaskProxyless",
            **WHERE,
            **PAYLOAD,
            "isInvisible": True,
            "apiDomain": "www.recaptcha.net",
        },
        {"type": "RecaptchaV3TaskProxyless", **WHERE, **SCORE},
        {"type": "RecaptchaV3TaskProxyless", **WHERE, **SCORE, "isEnterprise": True},
        {"type": "TurnstileTaskProxyless", **WHERE, "action": "visit", "cData": "c"},
        IMAGE,
        {"type": "HCaptchaTaskProxyless", **WHERE, **RQDATA, **AGENT},
    ],
    "capmonster": [
        {"type": "RecaptchaV2Task", **WHERE, **DATA_S, **AGENT},
        {
            "type": "RecaptchaV2EnterpriseTask",
            **WHERE,
            **PAYLOAD,
            **AGENT,
            "pageAction": "buy",
            "apiDomain": "http://www.recaptcha.net/",
        },
        {"type": "RecaptchaV3TaskProxyless", **WHERE, **SCORE},
        {"type": "RecaptchaV3EnterpriseTask", **WHERE, **SCORE},
        {"type": "TurnstileTask", **WHERE, "pageAction": "visit", "data": "c"},
        IMAGE,
        {"type": "HCaptchaTask", **WHERE, "data": "rq", **AGENT},
    ],
}


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_each_provider_gets_tasks_under_its_own_names(provider: ProviderName) -> None:
    captchas = CAPTCHAS[: len(BODIES[provider])]
    async with Service(provider) as service:
        solver = solver_of(service)
        answers = await asyncio.gather(*map(solver.solve, captchas))
        for answer in answers:
            await solver.report_wrong(answer)
        await solver.close()
    tasks = {task.id: task.body for task in service.tasks}
    assert [tasks[int(answer.task_id)] for answer in answers] == BODIES[provider]
    assert all(
        answer.value == IMAGE_TEXT
        if answer.kind == "image"
        else service.accepts(answer.value, "key")
        for answer in answers
    )
    # Anti-Captcha takes no reports of wrong answers to a Turnstile.
    expected = len(captchas) - (provider == "anti-captcha")
    assert len(service.reported) == expected


async def test_a_kind_without_a_task_is_told_at_the_start_and_costs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Service("capsolver") as service:
        solver = solver_of(service)
        await solver.check()
        error = await error_of(solver, CaptchaTask("hcaptcha", PAGE, "key"))
    assert "does not solve an hCaptcha" in caplog.text
    assert isinstance(error, UnsupportedKindError)
    assert service.tasks == []


async def test_a_kind_that_was_refused_is_not_submitted_again(service: Service) -> None:
    service.behave("gone", "unsupported")
    solver = solver_of(service)
    for _ in range(2):
        with pytest.raises(UnsupportedKindError, match="ERROR_TASK_NOT_SUPPORTED"):
            await solver.solve(CaptchaTask("hcaptcha", PAGE, "gone"))
    assert len(service.tasks_of("gone")) == 1
    await solver.solve(CaptchaTask("turnstile", PAGE, "gone"))
    await solver.close()


async def test_a_refused_enterprise_captcha_says_nothing_of_the_usual_ones(
    service: Service,
) -> None:
    service.behave("enterprise", "unsupported")
    solver = solver_of(service)
    for _ in range(2):
        with pytest.raises(UnsupportedKindError):
            await solver.solve(CaptchaTask("recaptcha_v2", PAGE, "enterprise", enterprise=True))
    answer = await solver.solve(CaptchaTask("recaptcha_v2", PAGE, "usual"))
    await solver.close()
    assert service.accepts(answer.value, "usual")
    assert len(service.tasks_of("enterprise")) == 1


async def test_a_known_refusal_does_not_grow_with_each_item(service: Service) -> None:
    service.behave("many", "unsupported")
    solver = solver_of(service)
    depths = []
    for _ in range(4):
        with pytest.raises(UnsupportedKindError) as caught:
            await solver.solve(CaptchaTask("turnstile", PAGE, "many"))
        depths.append(len(caught.traceback))
    await solver.close()
    assert depths[1] == depths[2] == depths[3]


async def test_a_task_goes_on_while_the_service_has_no_result(service: Service) -> None:
    service.behave("early", "http-429", "not-ready")
    solver = solver_of(service)
    answer = await solver.solve(CaptchaTask("hcaptcha", PAGE, "early"))
    await solver.close()
    assert service.accepts(answer.value, "early")
    refused, solved = service.tasks_of("early")
    assert (refused.polls, solved.polls) == (0, 4)


@pytest.mark.parametrize(
    ("code", "is_account"),
    [
        ("ERROR_KEY_TEMP_BLOCKED", True),
        ("ERROR_SETTLEMENT_FAILED", True),
        ("ERROR_KEY_DENIED_ACCESS", True),
        ("ERROR_IP_BLOCKED", True),
        ("ERROR_ACCOUNT_SUSPENDED", True),
        ("ERROR_PACKAGE_EXPIRED", True),
        ("ERROR_RECAPTCHA_INVALID_SITEKEY", False),
        ("ERROR_DOMAIN_NOT_ALLOWED", False),
        ("ERROR_TOKEN_EXPIRED", False),
    ],
)
async def test_an_error_code_tells_whether_the_account_is_the_cause(
    code: str, is_account: bool
) -> None:
    async def create(_: web.Request) -> web.Response:
        return web.json_response({"errorId": 1, "errorCode": code})

    app = web.Application()
    app.router.add_post("/createTask", create)
    async with serving(app) as origin:
        solver = Solver(origin, KEY, timeout=5, pause=0.01)
        error = await error_of(solver, CaptchaTask("turnstile", PAGE, "key"))
    assert isinstance(error, AccountError) is is_account
    assert str(error) == f"the service answered with {code}"


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.2captcha.com", "2captcha"),
        ("https://api.capsolver.com/", "capsolver"),
        ("https://API.anti-captcha.com", "anti-captcha"),
        ("https://api.capmonster.cloud", "capmonster"),
        ("http://solver.intranet:8080/v2", "2captcha"),
        ("https://notcapsolver.com", "2captcha"),
    ],
)
def test_the_host_tells_the_provider(url: str, provider: str) -> None:
    assert provider_of(url) == provider


async def test_the_solver_waits_for_slow_and_busy_services(service: Service) -> None:
    service.behave("patience", "busy", "http-500", "slow")
    solver = solver_of(service)
    answer = await solver.solve(CaptchaTask("hcaptcha", PAGE, "patience"))
    await solver.close()
    assert service.accepts(answer.value, "patience")
    busy, failing, slow = service.tasks_of("patience")
    assert (busy.polls, failing.polls, slow.polls) == (0, 0, 6)


@pytest.mark.parametrize(
    ("behaviours", "reason"),
    [
        (("unsolvable",), "the service answered with ERROR_CAPTCHA_UNSOLVABLE"),
        (("failed",), "the service gave up: the task's status is failed"),
        (("http-500",) * 3, "the service answered with HTTP status 500"),
        (("garbage",), "the service answered with something else than JSON"),
        (("stuck",), "it was not solved within 1 seconds"),
        (("hanging",), "the service did not answer"),
    ],
)
async def test_each_failure_has_its_own_reason(
    service: Service, behaviours: tuple[str, ...], reason: str
) -> None:
    name = f"fails-{behaviours[0]}"
    service.behave(name, *behaviours)  # type: ignore[arg-type]
    timeout = 1 if behaviours[0] == "stuck" else 20
    solver = solver_of(service, timeout=timeout, request_timeout=0.5 if timeout > 1 else 5)
    error = await error_of(solver, CaptchaTask("hcaptcha", PAGE, name))
    assert str(error) == reason
    assert not isinstance(error, AccountError)
    # A task that the service may have taken is not submitted again.
    assert len(service.tasks_of(name)) == len(behaviours)


@pytest.mark.parametrize(
    ("key", "code"),
    [("unknown-key-123", "ERROR_KEY_DOES_NOT_EXIST"), (POOR_KEY, "ERROR_ZERO_BALANCE")],
)
async def test_problems_of_the_account_are_account_errors(
    service: Service, key: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    solver = solver_of(service, key=key)
    await solver.check()
    error = await error_of(solver, CaptchaTask("hcaptcha", PAGE, "key"))
    assert isinstance(error, AccountError)
    assert str(error) == f"the service answered with {code}"
    [warning] = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "CAPTCHA solver" in warning.message
    assert key not in caplog.text


async def test_a_service_without_a_server_is_out_of_reach() -> None:
    solver = Solver(f"http://127.0.0.1:{closed_port()}", KEY, timeout=5, pause=0.01)
    error = await error_of(solver, CaptchaTask("hcaptcha", PAGE, "key"))
    assert str(error) == "the service is out of reach"
