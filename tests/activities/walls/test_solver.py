"""The client of CAPTCHA-solving services, against a test service with the same protocol."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from activities.walls.providers import PROVIDERS, CaptchaTask, ProviderName, provider_of
from activities.walls.solver import AccountError, Solver, SolverError
from tests.support.site import closed_port
from tests.support.site.pages import solid_png
from tests.support.walls.service import IMAGE_SIZE, IMAGE_TEXT, KEY, POOR_KEY, Service

PAGE = "https://shop.example/"


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


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_each_provider_gets_tasks_under_its_own_names(provider: ProviderName) -> None:
    captchas = [
        CaptchaTask("recaptcha_v2", PAGE, "key", data="s"),
        CaptchaTask("recaptcha_v2", PAGE, "key", invisible=True, enterprise=True, data="s"),
        CaptchaTask("recaptcha_v3", PAGE, "key", action="visit"),
        CaptchaTask("recaptcha_v3", PAGE, "key", action="visit", enterprise=True),
        CaptchaTask("hcaptcha", PAGE, "key", data="rq"),
        CaptchaTask("turnstile", PAGE, "key", action="visit", data="c"),
        CaptchaTask("image", PAGE, image=solid_png(*IMAGE_SIZE, (9, 9, 9))),
    ]
    async with Service(provider) as service:
        solver = solver_of(service)
        answers = await asyncio.gather(*map(solver.solve, captchas))
        for answer in answers:
            await solver.report_wrong(answer)
        await solver.close()
    tasks = {task.id: task.body for task in service.tasks}
    *tokens, image = answers
    assert all(service.accepts(token.value, "key") for token in tokens)
    assert image.value == IMAGE_TEXT
    bodies = [tasks[int(answer.task_id)] for answer in answers]
    proxyless = "ProxyLess" if provider == "capsolver" else "Proxyless"
    re = "ReCaptcha" if provider == "capsolver" else "Recaptcha"
    turnstile = "AntiTurnstile" if provider == "capsolver" else "Turnstile"
    v3_enterprise = {
        "capsolver": "ReCaptchaV3EnterpriseTaskProxyLess",
        "capmonster": "RecaptchaV3EnterpriseTask",
    }.get(provider, "RecaptchaV3TaskProxyless")
    assert [body["type"] for body in bodies] == [
        f"{re}V2Task{proxyless}",
        f"{re}V2EnterpriseTask{proxyless}",
        f"{re}V3Task{proxyless}",
        v3_enterprise,
        f"HCaptchaTask{proxyless}",
        f"{turnstile}Task{proxyless}",
        "ImageToTextTask",
    ]
    v2, enterprise, v3, v3_paid, hcaptcha, widget, _ = bodies
    assert (v2["websiteURL"], v2["websiteKey"]) == (PAGE, "key")
    assert v2["recaptchaDataSValue"] == "s"
    assert enterprise["enterprisePayload"] == {"s": "s"}
    assert enterprise["isInvisible"] is True
    assert (v3["pageAction"], v3["minScore"]) == ("visit", 0.7)
    is_in_name = provider in ("capsolver", "capmonster")
    assert v3_paid.get("isEnterprise") is (None if is_in_name else True)
    rqdata = {"data": "rq"} if provider == "capmonster" else {"enterprisePayload": {"rqdata": "rq"}}
    assert {**hcaptcha, **rqdata} == hcaptcha
    extras: dict[ProviderName, dict[str, object]] = {
        "2captcha": {"action": "visit", "data": "c"},
        "capsolver": {"metadata": {"action": "visit", "cdata": "c"}},
        "anti-captcha": {"action": "visit", "cData": "c"},
        "capmonster": {"pageAction": "visit", "data": "c"},
    }
    assert {**widget, **extras[provider]} == widget
    # Anti-Captcha takes no reports of wrong answers to a Turnstile.
    assert len(service.reported) == (6 if provider == "anti-captcha" else 7)


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
