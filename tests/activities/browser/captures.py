"""Capture pages in tests: one page alone, or several items of one batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from activities.browser.capture import capture_page
from activities.browser.pool import TabPool
from activities.browser.visit import Visit
from activities.capture import PageCapture, PageLimits
from activities.egress.gateway import Gateway
from activities.visitor.profile import profile_for
from domain.failures import ScrapeError
from domain.options import BatchOptions
from tests.support.gateways import running_gateway

MAX_BYTES = 20 * 2**20
VISITOR = profile_for("de", "test")


async def capture(
    pool: TabPool,
    url: str,
    *,
    timeout: float = 30,
    max_bytes: int = MAX_BYTES,
    screenshot: bool = False,
    full_page: bool = False,
    on_stage: Callable[[str], None] = lambda _: None,
) -> PageCapture:
    """Capture one page in a new tab."""
    limits = PageLimits(max_bytes=max_bytes, navigation_timeout=timeout)
    options = BatchOptions(screenshot=screenshot, full_page_screenshot=full_page)
    async with running_gateway() as gateway, gateway.open_session() as egress:
        visit = Visit(url, limits, options, on_stage, profile=VISITOR)
        return await capture_page(pool, egress, visit)


async def failure_of(
    pool: TabPool, url: str, *, timeout: float = 30, max_bytes: int = MAX_BYTES
) -> ScrapeError:
    """Capture one page that must fail, and return its failure."""
    with pytest.raises(ScrapeError) as caught:
        await capture(pool, url, timeout=timeout, max_bytes=max_bytes)
    return caught.value


class Batch:
    """Items of one batch, in the tabs of one pool."""

    def __init__(self, pool: TabPool, gateway: Gateway, name: str = "batch") -> None:
        self._pool = pool
        self._gateway = gateway
        self._name = name

    async def item(self, url: str, *, timeout: float = 30) -> PageCapture:
        """Capture `url` as the next item of the batch."""
        limits = PageLimits(max_bytes=2**24, navigation_timeout=timeout)
        async with self._gateway.open_session() as egress:
            visit = Visit(url, limits, reuse_key=self._name)
            return await capture_page(self._pool, egress, visit)
