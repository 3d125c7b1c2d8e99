"""Tests of pages behind walls, in a real browser: solved CAPTCHAs, and the errors of the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from activities.browser.capture import capture_page
from activities.browser.executable import find_browser
from activities.browser.pool import TabPool
from activities.browser.visit import Visit
from activities.browser.wall_handler import WallHandler
from activities.capture import PageCapture, PageLimits
from activities.walls.solver import Solver
from domain.failures import ScrapeError
from tests.support.client import ApiClient
from tests.support.gateways import running_gateway
from tests.support.walls.samples import SAMPLES
from tests.support.walls.service import IMAGE_TEXT, KEY, POOR_KEY, Behaviour, Service
from tests.support.walls.site import CONTENT, WalledSite


@dataclass
class World:
    """A browser, a site behind walls, and a service that solves CAPTCHAs."""

    pool: TabPool
    site: WalledSite
    service: Service
    solver: Solver

    async def capture(self, path: str, wall_handler: WallHandler) -> PageCapture:
        limits = PageLimits(max_bytes=2**20, navigation_timeout=30)
        async with running_gateway() as gateway, gateway.open_session() as egress:
            visit = Visit(self.site.url(path), limits, wall_handler=wall_handler)
            return await capture_page(self.pool, egress, visit)

    async def failure_of(self, path: str, wall_handler: WallHandler) -> ScrapeError:
        with pytest.raises(ScrapeError) as caught:
            await self.capture(path, wall_handler)
        return caught.value


@pytest_asyncio.fixture(scope="module")
async def world() -> AsyncIterator[World]:
    pool = TabPool(find_browser(None), tabs=4)
    async with Service() as service, WalledSite(service) as site:
        solver = Solver(service.origin, KEY, timeout=60, pause=0.2, request_timeout=5)
        await pool.start()
        yield World(pool, site, service, solver)
        await pool.close()
        await solver.close()


TASKS: dict[str, dict[str, object]] = {
    "v2-form": {"type": "RecaptchaV2TaskProxyless"},
    "v2-callback": {"type": "RecaptchaV2TaskProxyless"},
    "v2-explicit": {"type": "RecaptchaV2TaskProxyless"},
    "v2-invisible": {"type": "RecaptchaV2TaskProxyless", "isInvisible": True},
    "v2-enterprise": {
        "type": "RecaptchaV2EnterpriseTaskProxyless",
        "apiDomain": "recaptcha.net",
    },
    "v3": {"type": "RecaptchaV3TaskProxyless", "pageAction": "visit"},
    "v3-enterprise": {"type": "RecaptchaV3TaskProxyless", "isEnterprise": True},
    "hcaptcha-form": {"type": "HCaptchaTaskProxyless"},
    "hcaptcha-explicit": {"type": "HCaptchaTaskProxyless"},
    "hcaptcha-execute": {"type": "HCaptchaTaskProxyless", "isInvisible": True},
    "turnstile-form": {"type": "TurnstileTaskProxyless", "action": "visit"},
    "turnstile-explicit": {"type": "TurnstileTaskProxyless"},
    "framed/v2-callback": {"type": "RecaptchaV2TaskProxyless"},
}
"""The task that the service gets, by the kind of wall."""

WITH_DATA = {"v2-enterprise", "hcaptcha-execute", "turnstile-form"}


@pytest.mark.parametrize("family", ["v2", "v3", "hcaptcha", "turnstile", "framed"])
async def test_captchas_are_solved(world: World, family: str) -> None:
    async def check(flavour: str) -> None:
        name = f"solved-{flavour.replace('/', '-')}"
        wall_handler = WallHandler(world.solver)
        page = await world.capture(f"/{flavour}/{name}", wall_handler)
        assert CONTENT in page.html, flavour
        assert f"<p>{name}</p>" in page.html
        assert wall_handler.solved == 1, flavour
        [asked] = world.service.tasks_of(f"0x6Le-{name}'")
        assert {**asked.body, **TASKS[flavour]} == asked.body
        has_browser = "Chrome/" in asked.body.get("userAgent", "")
        assert has_browser == (not flavour.startswith(("v3", "turnstile")))
        assert (f"data-of-0x6Le-{name}" in str(asked.body)) == (flavour in WITH_DATA)

    await asyncio.gather(*(check(flavour) for flavour in TASKS if flavour.startswith(family)))


async def test_images_are_read(world: World) -> None:
    world.service.behave("ImageToTextTask", "wrong")
    reported = len(world.service.reported)
    wall_handler = WallHandler(world.solver)
    page = await world.capture("/image/any", wall_handler)
    assert CONTENT in page.html
    assert IMAGE_TEXT not in page.html
    assert wall_handler.solved == 1
    assert len(world.service.reported) == reported + 1


async def test_a_wrong_answer_is_reported_and_another_one_tried(world: World) -> None:
    async def check(flavour: str) -> None:
        name = f"wrong-{flavour}"
        world.service.behave(name, "wrong")
        wall_handler = WallHandler(world.solver)
        page = await world.capture(f"/{flavour}/{name}", wall_handler)
        assert CONTENT in page.html, flavour
        assert wall_handler.solved == 1
        wrong, right = world.service.tasks_of(name)
        assert wrong.id in world.service.reported
        assert right.id not in world.service.reported

    await asyncio.gather(*map(check, ("v2-form", "hcaptcha-explicit", "v3")))


@pytest.mark.parametrize(
    ("name", "behaviours", "reason"),
    [
        ("always-wrong", ("wrong", "wrong"), "2 answers did not lead past it"),
        (
            "too-hard",
            ("unsolvable", "unsolvable"),
            "the service answered with ERROR_CAPTCHA_UNSOLVABLE",
        ),
        ("broken-service", ("garbage", "garbage"), "something else than JSON"),
    ],
)
async def test_the_error_says_why_a_captcha_is_not_solved(
    world: World, name: str, behaviours: tuple[Behaviour, ...], reason: str
) -> None:
    world.service.behave(name, *behaviours)
    wall_handler = WallHandler(world.solver)
    error = await world.failure_of(f"/v2-form/{name}", wall_handler)
    assert error.failure.code == "CAPTCHA_FAILED"
    assert error.failure.retryable
    assert error.failure.message.startswith("The page is behind a reCAPTCHA v2, and ")
    assert reason in error.failure.message
    assert wall_handler.solved == 0
    assert len(world.service.tasks_of(name)) == 2


async def test_a_solver_stops_at_the_deadline_of_the_item(world: World) -> None:
    now = asyncio.get_running_loop().time()
    world.service.behave("for-ever", "stuck")
    late, slow = await asyncio.gather(
        world.failure_of("/v2-form/too-late", WallHandler(world.solver, deadline=now + 1)),
        world.failure_of("/v2-form/for-ever", WallHandler(world.solver, deadline=now + 12)),
    )
    assert late.failure.message.startswith(
        "The page is behind a reCAPTCHA v2, and there was no time left to solve it. "
    )
    assert "it was not solved in the item's time" in slow.failure.message
    assert {late.failure.code, slow.failure.code} == {"CAPTCHA_FAILED"}
    assert world.service.tasks_of("too-late") == []


async def test_an_item_asks_for_a_limited_number_of_answers(world: World) -> None:
    world.service.behave("thrifty", "wrong")
    error = await world.failure_of("/v2-form/thrifty", WallHandler(world.solver, max_captchas=1))
    assert error.failure.code == "CAPTCHA_FAILED"
    assert "1 answers only" in error.failure.message


@pytest.mark.parametrize("key", [POOR_KEY, "unknown-key-123"])
async def test_an_account_problem_has_its_own_error_code(world: World, key: str) -> None:
    solver = Solver(world.service.origin, key, timeout=10, pause=0.1)
    error = await world.failure_of("/v2-form/poor", WallHandler(solver))
    await solver.close()
    assert error.failure.code == "CAPTCHA_ACCOUNT"
    assert not error.failure.retryable
    assert key not in error.failure.message


async def test_without_a_solver_the_error_names_the_kind_of_captcha(world: World) -> None:
    kinds = {
        "/v2-form/no-solver": "a reCAPTCHA v2",
        "/v3/no-solver": "a reCAPTCHA v3",
        "/hcaptcha-explicit/no-solver": "an hCaptcha",
        "/turnstile-form/no-solver": "a Turnstile",
        "/image/no-solver": "an image CAPTCHA",
        "/framed/v2-callback/no-solver": "a reCAPTCHA v2",
    }

    async def check(path: str) -> None:
        error = await world.failure_of(path, WallHandler(challenge_timeout=1))
        assert error.failure.code == "CAPTCHA_REQUIRED", path
        said = f"The page is behind {kinds[path]}, and no CAPTCHA solver is configured. "
        assert error.failure.message.startswith(said)
        assert error.final_url == world.site.url(path)

    await asyncio.gather(*map(check, kinds))


async def test_a_widget_on_an_ordinary_page_is_left_alone(world: World) -> None:
    async def check(page: str) -> None:
        wall_handler = WallHandler(world.solver)
        captured = await world.capture(f"/ordinary/{page}/let-be-{page}", wall_handler)
        assert captured.http_status == 200
        assert world.service.tasks_of(f"let-be-{page}") == []
        assert wall_handler.solved == 0

    await asyncio.gather(*map(check, ("contact", "scored", "article")))


async def test_a_challenge_that_resolves_leads_to_the_page(world: World) -> None:
    page = await world.capture("/challenge/resolves", WallHandler())
    assert CONTENT in page.html
    assert page.http_status == 200


async def test_a_challenge_that_never_resolves_is_a_block(world: World) -> None:
    error = await world.failure_of("/challenge/never", WallHandler(challenge_timeout=2))
    assert error.failure.code == "BLOCKED"
    assert (error.http_status, error.final_url) == (503, world.site.url("/challenge/never"))


async def test_block_pages_are_failures(world: World) -> None:
    async def check(number: int) -> None:
        error = await world.failure_of(f"/sample/{number}", WallHandler())
        assert error.failure.code == "BLOCKED"
        assert SAMPLES[number].name in error.failure.message
        assert error.http_status == SAMPLES[number].status

    wanted = ("block page of Akamai", "block page of F5", "ModSecurity")
    numbers = [number for number, sample in enumerate(SAMPLES) if sample.name in wanted]
    await asyncio.gather(*map(check, numbers))


async def test_a_challenge_that_goes_round_is_named(world: World) -> None:
    async def check(name: str) -> None:
        number = next(number for number, sample in enumerate(SAMPLES) if sample.name == name)
        error = await world.failure_of(f"/sample/{number}", WallHandler())
        assert error.failure.code == "BLOCKED"
        assert name in error.failure.message

    await asyncio.gather(*map(check, ("challenge of Reddit", "challenge of Jiasule")))


async def test_other_refusals_keep_their_status(world: World) -> None:
    async def check(status: int) -> None:
        error = await world.failure_of(f"/refused/{status}", WallHandler())
        assert (error.failure.code, error.http_status) == (f"HTTP_{status}", status)

    await asyncio.gather(*map(check, (401, 403, 429, 503)))


async def test_solved_captchas_are_charged(api: ApiClient, captcha_service: Service) -> None:
    async with WalledSite(captcha_service) as site:
        captcha_service.behave("gives-up", "unsolvable", "unsolvable")
        urls = [site.url("/v2-form/charged"), site.url("/v2-form/gives-up")]
        batch = await api.finished(await api.submit(urls))
    charged, free = batch["items"]
    assert CONTENT in charged["result"]
    assert charged["creditsUsed"] == 12
    assert (free["errorCode"], free["creditsUsed"]) == ("CAPTCHA_FAILED", 0)
