"""The fetching stage: which failures are tried again, and by which exit."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from activities import fetching
from activities.capture import PageCapture, PageLimits
from activities.egress.item_exit import ItemExit
from activities.egress.routes import ExitPool
from activities.egress.session import EgressSession
from activities.fetching import PageFetcher, WallPolicy
from activities.http.capture import HttpVisit
from activities.item_context import ItemContext
from domain.failures import ScrapeError
from domain.items import ItemOutcome, Progress, ScrapeInput
from domain.options import StoredOptions
from domain.proxies import parse_proxies
from tests.support.gateways import running_gateway

EXITS = ExitPool(parse_proxies('{"de": ["http://127.0.0.1:1", "http://127.0.0.1:2"]}'))


class Site:
    """A fetcher of pages without a browser, whose visits are scripted."""

    def __init__(self, *lost: bool | str) -> None:
        self._script = list(lost)
        self.exits: list[object] = []

    async def fetch(self, _: object, egress: EgressSession, visit: HttpVisit) -> PageCapture:
        """Return a page; True in the script loses the exit meanwhile, a text fails with a code."""
        self.exits.append(egress.exit)
        egress.count_received(50)
        event = self._script.pop(0)
        if isinstance(event, str):
            raise ScrapeError(event, "It was scripted.")
        if event:
            assert isinstance(egress.exit, ItemExit)
            egress.exit.is_lost = True
        return PageCapture("<p>Here.</p>", "text/html", 200, visit.url, None, ())


def run_of(max_batch_proxy_bytes: int | None = None, **options: Any) -> ItemContext:
    item = ScrapeInput(
        batch_id="b",
        item_uuid="i",
        url="http://a.example/",
        generation=1,
        timeout_seconds=60,
        max_batch_proxy_bytes=max_batch_proxy_bytes,
        batch_proxy_bytes=100,
    )
    now = datetime.now(UTC)
    return ItemContext(
        item,
        StoredOptions(scrape_mode="fast", **options),
        ItemOutcome(finished_at=now),
        Progress(stage="starting", attempts=1, started_at=now),
    )


async def fetch(monkeypatch: pytest.MonkeyPatch, site: Site, **options: Any) -> PageCapture:
    return await fetch_run(monkeypatch, site, run_of(**options))


async def fetch_run(monkeypatch: pytest.MonkeyPatch, site: Site, run: ItemContext) -> PageCapture:
    monkeypatch.setattr(fetching, "fetch_page", site.fetch)
    async with running_gateway() as gateway:
        fetcher = PageFetcher(
            cast("Any", None),
            cast("Any", None),
            gateway,
            EXITS,
            None,
            limits=PageLimits(max_bytes=2**20),
            walls=WallPolicy(),
            country=None,
        )
        return await fetcher.fetch(run)


async def test_an_exit_that_is_lost_while_the_page_loads_gives_way_to_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = Site(True, False)
    page = await fetch(monkeypatch, site, use_proxy=True)
    assert page.http_status == 200
    assert len({exit_.proxy for exit_ in cast("list[ItemExit]", site.exits)}) == 2


async def test_failures_of_our_own_parts_are_tried_again_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await fetch(monkeypatch, Site("BROWSER_LOST", "BROWSER_LOST", False))).http_status
    site = Site(*["EGRESS_UNAVAILABLE"] * 4)
    with pytest.raises(ScrapeError) as caught:
        await fetch(monkeypatch, site)
    assert caught.value.failure.code == "EGRESS_UNAVAILABLE"
    assert len(site.exits) == 3


async def test_failures_of_the_page_are_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site("HTTP_404", False)
    with pytest.raises(ScrapeError):
        await fetch(monkeypatch, site)
    assert len(site.exits) == 1


async def test_what_goes_through_exits_is_counted_at_once_and_over_all_tries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = run_of(use_proxy=True)
    site = Site(True, False)
    before = sum(EXITS.counts.received.values())
    await fetch_run(monkeypatch, site, run)
    assert run.usage.proxy_bytes == 100
    assert sum(EXITS.counts.received.values()) - before == 100
    results = Counter(result for (_, result), n in EXITS.counts.tries.items() for _ in range(n))
    assert results["OK"] > 0
    assert results["PROXY_FAILED"] > 0


async def test_no_page_is_asked_for_once_the_batch_may_take_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = Site(False)
    with pytest.raises(ScrapeError) as caught:
        await fetch_run(monkeypatch, site, run_of(100, use_proxy=True))
    assert caught.value.failure.code == "TRAFFIC_BUDGET"
    assert site.exits == []
