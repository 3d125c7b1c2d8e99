"""The first stage of an item: from its URL to its page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from activities.browser.capture import capture_page
from activities.browser.pool import TabPool
from activities.browser.visit import Visit
from activities.browser.wall_handler import CHALLENGE_TIMEOUT, MAX_CAPTCHAS, WallHandler
from activities.capture import PageCapture, PageLimits
from activities.egress.exit_counts import ExitCounts
from activities.egress.gateway import Gateway
from activities.egress.routes import ExitPool, Route
from activities.egress.session import EgressSession
from activities.egress.traffic import ItemTraffic, TrafficCounter
from activities.fetch_errors import host
from activities.http.capture import HttpVisit, fetch_page
from activities.http.client import HttpClient
from activities.item_context import ItemContext
from activities.politeness.robots import Robots
from activities.visitor.profile import VisitorProfile, profile_for
from activities.walls.solver import Solver
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.proxies import bytes_of_megabytes

_ATTEMPTS = 3
"""Times that a page is fetched within one run, if our own parts fail each time."""

_TRANSIENT = frozenset({"BROWSER_LOST", "EGRESS_UNAVAILABLE"})
"""Failures of our own parts. They say nothing about the page, so it is fetched again at once."""

_AFTER_WALLS = 15.0
"""Seconds at the end of an item's time in which no CAPTCHA is solved: its page has to load yet."""


@dataclass(frozen=True)
class WallPolicy:
    """What may be done about walls."""

    solver: Solver | None = None
    """The service that solves CAPTCHAs. Without one they are only reported."""
    max_captchas: int = MAX_CAPTCHAS
    """Answers that one item may ask the service for."""
    challenge_timeout: float = CHALLENGE_TIMEOUT
    """Seconds for challenges that a page may pass by itself."""


@dataclass(frozen=True)
class _ProxyWay:
    """The way of one item through proxy exits."""

    route: Route
    traffic: ItemTraffic
    counts: ExitCounts

    def record_success(self) -> list[ItemWarning]:
        """See `Route`."""
        warnings = self.route.record_success()
        self.counts.add_try(self.route.exit.proxy, None)
        return warnings

    def try_next(self, error: ScrapeError) -> bool:
        """See `Route`. An item that may take no more tries no other exit."""
        self.counts.add_try(self.route.exit.proxy, error.failure.code)
        return self.traffic.may_take_some and self.route.try_next(error)


class PageFetcher:
    """Fetches pages with a browser or without one, directly or through a proxy exit."""

    def __init__(
        self,
        browsers: TabPool,
        http: HttpClient,
        gateway: Gateway,
        exits: ExitPool,
        robots: Robots | None,
        *,
        limits: PageLimits,
        walls: WallPolicy,
        country: str | None,
    ) -> None:
        self._browsers = browsers
        self._http = http
        self._gateway = gateway
        self._exits = exits
        self._robots = robots
        self._limits = limits
        self._walls = walls
        self._country = country
        self._traffic = TrafficCounter()

    async def fetch(self, run: ItemContext) -> PageCapture:
        """Return the page of `run`, fetched by another exit or once more if that may help.

        Raises `ScrapeError`.
        """
        options = run.options
        if not options.use_proxy:
            return await self._fetch_with_tries(run, None)
        limit = bytes_of_megabytes(options.max_item_proxy_mb)
        with self._traffic.attempt(run.item, run.usage, limit) as traffic:
            traffic.require_some()
            way = _ProxyWay(self._exits.route(options.proxy_country), traffic, self._exits.counts)
            # Another exit is to have time enough for the whole page.
            seconds = run.item.timeout_seconds
            seconds -= min(self._limits.navigation_timeout, seconds / 2)
            way.route.ends_at = self._exits.clock() + seconds
            return await self._fetch_with_tries(run, way)

    async def _fetch_with_tries(self, run: ItemContext, way: _ProxyWay | None) -> PageCapture:
        wall_handler = self._wall_handler(run)
        earlier_captchas = run.usage.captchas
        losses = 0
        while True:
            try:
                page = await self._fetch_by(way, run, wall_handler)
                if way is not None:
                    # Raises if the exit was lost while the page loaded.
                    run.warn(*way.record_success())
                return page
            except ScrapeError as error:
                code = error.failure.code
                if code in _TRANSIENT:
                    losses += 1
                    if losses == _ATTEMPTS:
                        raise
                elif way is None:
                    raise
                elif not way.try_next(error):
                    raise way.route.verdict(error, host(run.item.url)) from None
            finally:
                run.usage.captchas = earlier_captchas + wall_handler.solved

    async def _fetch_by(
        self, way: _ProxyWay | None, run: ItemContext, wall_handler: WallHandler
    ) -> PageCapture:
        country = self._country if way is None else way.route.exit.country
        # One item is one visitor, from whatever country it is seen.
        profile = profile_for(country, run.item.item_uuid)
        async with self._egress(way) as egress:
            if self._robots is not None:
                await self._robots.check(egress, run.item.url, profile)
            if run.options.is_fast:
                return await self._fetch_fast(run, egress, profile)
            return await self._capture(run, egress, profile, wall_handler)

    async def _fetch_fast(
        self, run: ItemContext, egress: EgressSession, profile: VisitorProfile
    ) -> PageCapture:
        visit = HttpVisit(run.item.url, self._limits, profile, run.options, run.enter)
        return await fetch_page(self._http, egress, visit)

    async def _capture(
        self,
        run: ItemContext,
        egress: EgressSession,
        profile: VisitorProfile,
        wall_handler: WallHandler,
    ) -> PageCapture:
        item = run.item
        # Items that leave by exits of their own are to look like visitors of their own.
        reuse_key = None if run.options.use_proxy else (item.batch_id, item.generation)
        visit = Visit(
            item.url,
            self._limits,
            run.options,
            run.enter,
            reuse_key=reuse_key,
            profile=profile,
            wall_handler=wall_handler,
        )
        return await capture_page(self._browsers, egress, visit)

    @asynccontextmanager
    async def _egress(self, way: _ProxyWay | None) -> AsyncIterator[EgressSession]:
        """Open an egress session. Each try has its own, which also restarts a lost gateway."""
        if way is None:
            async with self._gateway.open_session() as egress:
                yield egress
            return
        exit_ = way.route.exit
        async with self._gateway.open_session(exit_, way.traffic) as egress:
            exit_.watch = egress.watch
            egress.watch.patience = way.route.patience(self._limits.navigation_timeout)
            try:
                yield egress
            finally:
                way.counts.add_traffic(exit_.proxy, sent=egress.sent, received=egress.received)

    def _wall_handler(self, run: ItemContext) -> WallHandler:
        now = asyncio.get_running_loop().time()
        return WallHandler(
            self._walls.solver,
            deadline=now + run.item.timeout_seconds - _AFTER_WALLS,
            max_captchas=self._walls.max_captchas,
            challenge_timeout=self._walls.challenge_timeout,
        )
