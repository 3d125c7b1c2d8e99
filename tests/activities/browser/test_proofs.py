"""CAPTCHAs that a browser solves by itself, once their box is clicked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from activities.browser.capture import capture_page
from activities.browser.executable import find_browser
from activities.browser.pool import TabPool
from activities.browser.visit import Visit
from activities.browser.wall_handler import WallHandler
from activities.capture import PageCapture, PageLimits
from domain.failures import ScrapeError
from tests.support.gateways import running_gateway
from tests.support.walls.proof_site import CONTENT, ProofSite


@pytest_asyncio.fixture(scope="module")
async def pool() -> AsyncIterator[TabPool]:
    tabs = TabPool(find_browser(None), tabs=2)
    await tabs.start()
    yield tabs
    await tabs.close()


async def captured(pool: TabPool, url: str, patience: float = 15) -> PageCapture:
    limits = PageLimits(max_bytes=2**20, navigation_timeout=30)
    async with running_gateway() as gateway, gateway.open_session() as egress:
        wall_handler = WallHandler(challenge_timeout=patience)
        return await capture_page(pool, egress, Visit(url, limits, wall_handler=wall_handler))


async def test_a_proof_of_work_is_started_and_sent(pool: TabPool) -> None:
    async with ProofSite() as site:
        urls = [f"{site.origin}/{kind}" for kind in ("altcha", "cap")]
        for page in await asyncio.gather(*(captured(pool, url) for url in urls)):
            assert CONTENT in page.html


async def test_a_proof_of_work_that_does_not_end_is_a_block(pool: TabPool) -> None:
    async with ProofSite() as site:
        with pytest.raises(ScrapeError) as caught:
            await captured(pool, f"{site.origin}/idle", patience=3)
    assert caught.value.failure.code == "BLOCKED"
    assert "ALTCHA" in caught.value.failure.message


async def test_an_answer_is_sent_once_if_the_page_does_not_go_on(pool: TabPool) -> None:
    async with ProofSite() as site:
        with pytest.raises(ScrapeError):
            await captured(pool, f"{site.origin}/kept", patience=5)
    assert site.answers == ["/kept"]
