"""Fetchers of pages without a worker: the gateway, the exits and the fast mode are real."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from activities.browser.pool import TabPool
from activities.capture import PageCapture, PageLimits
from activities.egress.dialer import Resolver
from activities.egress.routes import ExitPool
from activities.fetching import PageFetcher, WallPolicy
from activities.http.client import HttpClient
from activities.item_context import ItemContext
from domain.addresses import Network
from domain.failures import ScrapeError
from domain.items import ItemOutcome, Progress, ScrapeInput
from domain.options import StoredOptions
from tests.support.gateways import SITE_ONLY, running_gateway


@dataclass
class ExitFetcher:
    """Fetches pages through the exits of a pool, by the fast mode or with a browser."""

    fetcher: PageFetcher
    mode: str

    async def fetch(self, url: str) -> PageCapture:
        """Return the page at `url`. Raises `ScrapeError`."""
        item = ScrapeInput(batch_id="b", item_uuid="i", url=url, generation=1, timeout_seconds=120)
        now = datetime.now(UTC)
        options = StoredOptions(scrape_mode=cast("Any", self.mode), use_proxy=True)
        run = ItemContext(
            item,
            options,
            ItemOutcome(finished_at=now),
            Progress(stage="starting", attempts=1, started_at=now),
        )
        return await self.fetcher.fetch(run)

    async def failure(self, url: str) -> tuple[str, str]:
        """Return code and message of the failure to fetch `url`."""
        try:
            page = await self.fetch(url)
        except ScrapeError as error:
            return error.failure.code, error.failure.message
        raise AssertionError(f"{url} was fetched: {page.html[:200]}")


@asynccontextmanager
async def exit_fetcher(
    exits: ExitPool,
    *,
    browsers: TabPool | None = None,
    navigation_timeout: float = 30.0,
    allow: tuple[Network, ...] = tuple(SITE_ONLY),
    resolver: Resolver | None = None,
    authorities: Path | None = None,
) -> AsyncIterator[ExitFetcher]:
    """Open a fetcher through `exits`; by the fast mode, if there are no `browsers`."""
    client = HttpClient(threads=8, authorities=authorities)
    try:
        async with running_gateway(allow=allow, resolver=resolver) as gateway:
            fetcher = PageFetcher(
                cast("Any", browsers),
                client,
                gateway,
                exits,
                None,
                limits=PageLimits(max_bytes=2**20, navigation_timeout=navigation_timeout),
                walls=WallPolicy(),
                country=None,
            )
            yield ExitFetcher(fetcher, "fast" if browsers is None else "default")
    finally:
        client.close()
