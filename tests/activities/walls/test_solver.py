"""The client of solving services, against one that speaks their protocol."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from activities.walls.providers import DIALECTS, DialectName, Puzzle, dialect_of
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
        dialect=service.dialect,
        timeout=timeout,
        pause=0.05,
        request_timeout=request_timeout,
    )


async def error_of(solver: Solver, puzzle: Puzzle) -> SolverError:
    with pytest.raises(SolverError) as caught:
        await solver.solve(puzzle)
    await solver.close()
    assert solver._key not in f"{caught.value!r} {caught.value.__cause__!r}"
    return caught.value


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_each_dialect_names_tasks_its_way(dialect: DialectName) -> None:
    puzzles = [
        Puzzle("recaptcha_v2", PAGE, "key", data="s"),
        Puzzle("recaptcha_v2", PAGE, "key", invisible=True, enterprise=True, data="s"),
        Puzzle("recaptcha_v3", PAGE, "key", action="visit"),
        Puzzle("recaptcha_v3", PAGE, "key", action="visit", enterprise=True),
        Puzzle("hcaptcha", PAGE, "key", data="rq"),
        Puzzle("turnstile", PAGE, "key", action="visit", data="c"),
        Puzzle("image", PAGE, image=solid_png(*IMAGE_SIZE, (9, 9, 9))),
    ]
    async with Service(dialect) as service:
        solver = solver_of(service)
        answers = await asyncio.gather(*map(solver.solve, puzzles))
        for answer in answers:
            await solver.report_wrong(answer)
        await solver.close()
    tasks = {task.id: task.body for task in service.tasks}
    *tokens, image = answers
    assert all(service.accepts(token.value, "key") for token in tokens)
    assert image.value == IMAGE_TEXT
    bodies = [tasks[int(answer.task_id)] for answer in answers]
    proxyless = "ProxyLess" if dialect == "capsolver" else "Proxyless"
    re = "ReCaptcha" if dialect == "capsolver" else "Recaptcha"
    turnstile = "AntiTurnstile" if dialect == "capsolver" else "Turnstile"
    v3_enterprise = {
        "capsolver": "ReCaptchaV3EnterpriseTaskProxyLess",
        "capmonster": "RecaptchaV3EnterpriseTask",
    }.get(dialect, "RecaptchaV3TaskProxyless")
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
    is_in_name = dialect in ("capsolver", "capmonster")
    assert v3_paid.get("isEnterprise") is (None if is_in_name else True)
    rqdata = {"data": "rq"} if dialect == "capmonster" else {"enterprisePayload": {"rqdata": "rq"}}
    assert {**hcaptcha, **rqdata} == hcaptcha
    extras: dict[DialectName, dict[str, object]] = {
        "2captcha": {"action": "visit", "data": "c"},
        "capsolver": {"metadata": {"action": "visit", "cdata": "c"}},
        "anti-captcha": {"action": "visit", "cData": "c"},
        "capmonster": {"pageAction": "visit", "data": "c"},
    }
    assert {**widget, **extras[dialect]} == widget
    # Anti-Captcha does not want to hear of wrong answers to a Turnstile.
    assert len(service.reported) == (6 if dialect == "anti-captcha" else 7)


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("https://api.2captcha.com", "2captcha"),
        ("https://api.capsolver.com/", "capsolver"),
        ("https://API.anti-captcha.com", "anti-captcha"),
        ("https://api.capmonster.cloud", "capmonster"),
        ("http://solver.intranet:8080/v2", "2captcha"),
        ("https://notcapsolver.com", "2captcha"),
    ],
)
def test_the_host_tells_the_dialect(url: str, dialect: str) -> None:
    assert dialect_of(url) == dialect


async def test_slow_and_busy_services_are_waited_for(service: Service) -> None:
    service.behave("patience", "busy", "http-500", "slow")
    solver = solver_of(service)
    answer = await solver.solve(Puzzle("hcaptcha", PAGE, "patience"))
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
async def test_what_goes_wrong_is_told_apart(
    service: Service, behaviours: tuple[str, ...], reason: str
) -> None:
    name = f"fails-{behaviours[0]}"
    service.behave(name, *behaviours)  # type: ignore[arg-type]
    timeout = 1 if behaviours[0] == "stuck" else 20
    solver = solver_of(service, timeout=timeout, request_timeout=0.5 if timeout > 1 else 5)
    error = await error_of(solver, Puzzle("hcaptcha", PAGE, name))
    assert str(error) == reason
    assert not isinstance(error, AccountError)
    # What may have been taken is not handed in again.
    assert len(service.tasks_of(name)) == len(behaviours)


@pytest.mark.parametrize(
    ("key", "code"),
    [("unknown-key-123", "ERROR_KEY_DOES_NOT_EXIST"), (POOR_KEY, "ERROR_ZERO_BALANCE")],
)
async def test_the_operators_problems_are_told_apart(
    service: Service, key: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    solver = solver_of(service, key=key)
    await solver.check()
    error = await error_of(solver, Puzzle("hcaptcha", PAGE, "key"))
    assert isinstance(error, AccountError)
    assert str(error) == f"the service answered with {code}"
    [warning] = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "CAPTCHA solver" in warning.message
    assert key not in caplog.text


async def test_a_service_that_is_not_there() -> None:
    solver = Solver(f"http://127.0.0.1:{closed_port()}", KEY, timeout=5, pause=0.01)
    error = await error_of(solver, Puzzle("hcaptcha", PAGE, "key"))
    assert str(error) == "the service is out of reach"
