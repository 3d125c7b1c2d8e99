"""The activity that scrapes one URL: page, content, upload, outcome."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.browser.capture import capture_page
from activities.browser.pool import BrowserPool
from activities.browser.wall_handler import WallHandler
from activities.capture import PageCapture, PageOptions
from activities.checkpoints import Checkpoints, TakenPage
from activities.conversion.pool import ContentConverter
from activities.egress.gateway import Gateway
from activities.egress.routes import ExitPool, Route
from activities.egress.session import EgressSession
from activities.extraction import without_model
from activities.extraction.errors import LeftAloneError, ModelError, item_timed_out
from activities.extraction.extractor import Extractor
from activities.http.capture import fetch_page
from activities.http.client import HttpClient
from activities.http.headers import headers_of
from activities.politeness.hosts import BACKOFF_CODES, HostBusyError, HostPermit, Hosts
from activities.politeness.robots import Robots
from activities.slots import PageSlots
from activities.visitor.profile import VisitorProfile, profile_for
from activities.walls.solver import Solver
from domain.cookies import Cookie, jar_lines, parse_cookies
from domain.failures import ScrapeError, failure
from domain.items import (
    EXTRACTING,
    SCRAPE_ITEM,
    WAITING,
    BatchRequest,
    ItemOutcome,
    Progress,
    ScrapeInput,
    ScrapeMode,
    Usage,
)
from storage.bucket import (
    Bucket,
    ObjectMissingError,
    StorageUnavailableError,
    item_prefix,
    request_key,
)
from storage.vault import SecretUnavailableError, Vault

logger = logging.getLogger(__name__)

_HEARTBEAT_SECONDS = 1.0
_CACHED_REQUESTS = 1000
_PAGE_ATTEMPTS = 3
_TRANSIENT = frozenset({"BROWSER_LOST", "EGRESS_UNAVAILABLE"})
"""What is tried again at once, since it says nothing about the page."""

_AFTER_WALLS = 15.0
"""Seconds of an item's time in which no CAPTCHA is solved any more: its page has to come still."""

_MODEL_ATTEMPTS = 8
"""How often an item is started at most, crashes included, because its model is down for the moment.
With the pauses in between that is about three minutes; after them the client may retry."""

_SLOW_MODEL_ATTEMPTS = 3
"""... because its model takes too long, which is as likely the next time, and is paid for."""

_LONGEST_MODEL_PAUSE = 60.0
"""Seconds until it is started again; one at first, then twice as long each time, or what its
server asks for."""

_STORAGE_PAUSE = 1.0
"""Seconds before the bucket is tried again."""

_STORAGE_PATIENCE = 30.0
"""Seconds after which an attempt gives up on the bucket; Temporal then starts another."""

_MAX_POSTPONED = 50
"""How often an item is given back to wait for its host: hours, and a history that stays far below
Temporal's limit of 51,200 events, for 50 of them."""

T = TypeVar("T")


class ScrapeActivities:
    """The activity that scrapes; holds what its runs share within one worker."""

    def __init__(
        self,
        browsers: BrowserPool,
        converter: ContentConverter,
        bucket: Bucket,
        gateway: Gateway,
        http: HttpClient,
        exits: ExitPool,
        vault: Vault,
        hosts: Hosts,
        robots: Robots | None,
        *,
        navigation_timeout: float,
        max_page_bytes: int,
        max_frames: int,
        solver: Solver | None,
        max_captchas: int,
        challenge_timeout: float,
        country: str | None,
        extractor: Extractor | None,
        slots: Mapping[ScrapeMode, PageSlots],
    ) -> None:
        self._browsers = browsers
        self._converter = converter
        self._bucket = bucket
        self._gateway = gateway
        self._http = http
        self._exits = exits
        self._vault = vault
        self._hosts = hosts
        self._robots = robots
        self._navigation_timeout = navigation_timeout
        self._max_page_bytes = max_page_bytes
        self._max_frames = max_frames
        self._solver = solver
        self._max_captchas = max_captchas
        self._challenge_timeout = challenge_timeout
        self._extractor = extractor
        self._slots = slots
        self._checkpoints = Checkpoints(bucket)
        self._country = country
        self._requests: OrderedDict[str, BatchRequest] = OrderedDict()
        self._handing_over = False

    def hand_over(self) -> None:
        """Gives up all running items within a second, for other workers to start anew."""
        self._handing_over = True

    @activity.defn(name=SCRAPE_ITEM)
    async def scrape_item(self, item: ScrapeInput) -> ItemOutcome:
        """Scrapes one URL. What goes wrong with the page is part of the outcome.

        Raises `ApplicationError` only where another attempt may help: the bucket is out of reach,
        this worker shuts down before the item is done, or the host of the page or the model has to
        be waited for, and then with a `next_retry_delay`. A cancel request from the workflow is
        ignored: a started item finishes.
        """
        info = activity.info()
        progress = Progress(
            stage="starting",
            attempts=item.earlier_attempts + info.attempt,
            started_at=info.started_time,
            usage=item.earlier_usage,
            postponed=item.earlier_postponed,
            refusals=item.earlier_refusals,
        )

        def on_stage(name: str) -> None:
            progress.stage = name

        work = asyncio.create_task(self._scrape_within_deadline(item, progress, on_stage))
        try:
            while not work.done():
                try:
                    # Most are done before there is anything to tell.
                    await asyncio.wait([work], timeout=_HEARTBEAT_SECONDS)
                except asyncio.CancelledError:
                    if activity.is_worker_shutdown():
                        self.hand_over()
                if work.done():
                    break
                if self._handing_over:
                    raise ApplicationError(
                        "The worker was shut down.",
                        progress,
                        type="WORKER_LOST",
                    )
                activity.heartbeat(progress)
        finally:
            if not work.done():
                work.cancel()
                await asyncio.wait([work])
        return work.result()

    async def _scrape_within_deadline(
        self, item: ScrapeInput, progress: Progress, on_stage: Callable[[str], None]
    ) -> ItemOutcome:
        # Filled in step by step: what is known of a page when it fails belongs to the outcome.
        outcome = ItemOutcome(
            attempts=progress.attempts,
            started_at=progress.started_at,
            finished_at=progress.started_at,
        )
        outcome.usage = progress.usage  # the very same: heartbeats tell it as well
        try:
            taken = await self._taken_earlier(item, outcome)
            if taken is not None:
                async with asyncio.timeout(item.timeout_seconds):
                    request = await self._request(item.batch_id)
                    with self._without_page(item):
                        await self._extract(item, request, outcome, taken, on_stage)
            else:
                # Only then does the time of the item begin: in a queue it does no work.
                async with self._permit(item, progress, on_stage) as permit:
                    async with asyncio.timeout(item.timeout_seconds):
                        await self._scrape(item, outcome, on_stage, permit)
        except ModelError as error:
            self._put_off(progress, error)
            outcome.failure = error.failure
        except ScrapeError as error:
            outcome.failure = error.failure
            outcome.http_status = error.http_status or outcome.http_status
            outcome.final_url = error.final_url or outcome.final_url
        except ApplicationError:
            raise
        except TimeoutError:
            if progress.stage == EXTRACTING:
                self._put_off(progress, item_timed_out())
            what = f"The item was not done after {item.timeout_seconds:g} seconds."
            outcome.failure = failure("ITEM_TIMEOUT", what)
        except StorageUnavailableError:
            logger.warning("the bucket is out of reach", extra={"item": item.item_uuid})
            raise ApplicationError(
                "The bucket is out of reach.", progress, type="STORAGE_UNAVAILABLE"
            ) from None
        except Exception:
            # Here and not in Temporal: the text of an unforeseen error may hold page content.
            logger.exception("unforeseen error", extra={"item": item.item_uuid})
            outcome.failure = failure("INTERNAL_ERROR", "The worker met an unforeseen error.")
        outcome.finished_at = datetime.now(UTC)
        _log(item, outcome)
        return outcome

    @asynccontextmanager
    async def _permit(
        self, item: ScrapeInput, progress: Progress, on_stage: Callable[[str], None]
    ) -> AsyncIterator[HostPermit]:
        """A visit to the item's host. Raises `ApplicationError` if the item is to come back later,
        and `ScrapeError` if it has waited too often."""
        on_stage(WAITING)
        try:
            async with self._hosts.permit(item.url, is_direct=not item.use_proxy) as permit:
                try:
                    yield permit
                except ScrapeError as error:
                    if error.failure.code not in BACKOFF_CODES:
                        raise
                    delay = permit.refused(error, progress.refusals)
                    if delay is None or progress.postponed >= _MAX_POSTPONED:
                        raise
                    progress.refusals += 1
                    raise _postponed(error.failure.code, delay, progress) from None
        except HostBusyError as busy:
            if progress.postponed >= _MAX_POSTPONED:
                what = f"The item was given back {_MAX_POSTPONED} times to wait for its host."
                raise ScrapeError("HOST_BUSY", what) from None
            raise _postponed("HOST_BUSY", busy.delay, progress) from None

    def _put_off(self, progress: Progress, error: ModelError) -> None:
        """Gives the item back if `error` may have passed a little later: it then goes on with the
        page that was taken."""
        code = error.failure.code
        is_slow = code == "LLM_TIMEOUT" and not isinstance(error, LeftAloneError)
        most = _SLOW_MODEL_ATTEMPTS if is_slow else _MODEL_ATTEMPTS
        attempts = progress.attempts - progress.postponed
        if not error.is_transient or attempts >= most:
            return
        pause = min(2.0 ** (attempts - 1), _LONGEST_MODEL_PAUSE)
        raise ApplicationError(
            error.what,
            progress,
            type=code,
            next_retry_delay=timedelta(seconds=max(pause, error.retry_after or 0)),
        ) from None

    async def _scrape(
        self,
        item: ScrapeInput,
        outcome: ItemOutcome,
        on_stage: Callable[[str], None],
        permit: HostPermit,
    ) -> None:
        request = await self._request(item.batch_id)
        if self._extractor is None and request.needs_extraction and request.output == "markdown":
            raise without_model.needs_model("Only a model can write what the prompt asks for")
        page = await self._capture(item, request, outcome, on_stage)
        permit.end()
        outcome.http_status = page.http_status
        outcome.final_url = page.final_url
        with self._without_page(item):
            if request.needs_extraction and self._extractor is not None:
                taken = await self._keep(item, request, outcome, page, on_stage)
                await self._extract(item, request, outcome, taken, on_stage)
            else:
                await self._convert(item, request, outcome, page, on_stage)

    def _without_page(self, item: ScrapeInput) -> AbstractContextManager[None]:
        """Around what `item` does once it needs no page, so that the next one can be started."""
        return self._slots[item.scrape_mode].without_page()

    async def _convert(
        self,
        item: ScrapeInput,
        request: BatchRequest,
        outcome: ItemOutcome,
        page: PageCapture,
        on_stage: Callable[[str], None],
    ) -> None:
        """What can be made of `page` without a model, as the item's result."""
        outcome.warnings.extend(page.warnings)
        on_stage("converting")
        result: str | dict[str, Any]
        if request.needs_extraction:
            result = await without_model.extract(self._converter, page, request, outcome.warnings)
        else:
            result = await self._converter.to_markdown(
                page.html, page.final_url, main_only=request.extract_content_only
            )
            if not result:
                outcome.warnings.append("The page has no text.")

        on_stage("uploading")
        outcome.screenshot_key = await self._put_screenshot(item, outcome, page)
        await self._put_result(item, outcome, result)

    async def _extract(
        self,
        item: ScrapeInput,
        request: BatchRequest,
        outcome: ItemOutcome,
        page: TakenPage,
        on_stage: Callable[[str], None],
    ) -> None:
        """What the model makes of `page`, as the item's result."""
        assert self._extractor is not None  # noqa: S101 -- the callers have looked
        outcome.http_status = page.http_status
        outcome.final_url = page.final_url
        outcome.screenshot_key = page.screenshot_key
        outcome.warnings.extend(page.warnings)
        on_stage(EXTRACTING)
        result = await self._extractor.extract(
            page.reading, request, outcome.usage, outcome.warnings
        )
        on_stage("uploading")
        await self._put_result(item, outcome, result)
        await self._checkpoints.forget(item.batch_id, item.item_uuid)

    async def _taken_earlier(self, item: ScrapeInput, outcome: ItemOutcome) -> TakenPage | None:
        """The item's page, if it was taken before the item was interrupted or the model failed."""
        if self._extractor is None or (outcome.attempts == 1 and item.generation == 1):
            return None
        if not (await self._request(item.batch_id)).needs_extraction:
            return None
        return await _persistently(lambda: self._checkpoints.load(item.batch_id, item.item_uuid))

    async def _keep(
        self,
        item: ScrapeInput,
        request: BatchRequest,
        outcome: ItemOutcome,
        page: PageCapture,
        on_stage: Callable[[str], None],
    ) -> TakenPage:
        """Keeps `page` until the model has answered."""
        on_stage("converting")
        reading = await self._converter.read_for_model(
            page.html, page.final_url, main_only=request.extract_content_only
        )
        on_stage("uploading")
        taken = TakenPage(
            reading=reading,
            http_status=page.http_status,
            final_url=page.final_url,
            # Those of the proxy's exits are in the outcome already.
            warnings=[*outcome.warnings, *page.warnings],
            screenshot_key=await self._put_screenshot(item, outcome, page),
        )
        outcome.warnings.clear()
        await _persistently(lambda: self._checkpoints.save(item.batch_id, item.item_uuid, taken))
        return taken

    async def _put_screenshot(
        self, item: ScrapeInput, outcome: ItemOutcome, page: PageCapture
    ) -> str | None:
        if page.screenshot is None:
            return None
        key = f"{_prefix(item, outcome)}/screenshot.png"
        await self._put(key, page.screenshot, "image/png")
        return key

    async def _put_result(
        self, item: ScrapeInput, outcome: ItemOutcome, result: str | dict[str, Any]
    ) -> None:
        key = f"{_prefix(item, outcome)}/result.json"
        body = json.dumps(result, ensure_ascii=False).encode(errors="replace")
        await self._put(key, body, "application/json")
        outcome.result_key = key

    async def _capture(
        self,
        item: ScrapeInput,
        request: BatchRequest,
        outcome: ItemOutcome,
        on_stage: Callable[[str], None],
    ) -> PageCapture:
        options = PageOptions(
            screenshot=request.screenshot,
            full_page=request.full_page_screenshot,
            navigation_timeout=self._navigation_timeout,
            max_bytes=self._max_page_bytes,
            max_frames=self._max_frames,
            cookies=await self._cookies(item),
        )
        wall_handler = self._wall_handler(item)
        earlier_captchas = outcome.usage.captchas
        route = self._exits.route(request.proxy_country) if request.use_proxy else None
        losses = 0
        while True:
            try:
                country = self._country if route is None else route.exit.country
                # One item is one visitor, wherever it is seen from.
                profile = profile_for(country, item.item_uuid)
                async with self._egress(route, outcome.usage) as egress:
                    page = await self._load(
                        egress, item, request, options, on_stage, wall_handler, profile
                    )
                if route is not None:
                    outcome.warnings.extend(route.arrived())
                return page
            except ScrapeError as error:
                code = error.failure.code
                if code in _TRANSIENT:
                    losses += 1
                    if losses == _PAGE_ATTEMPTS:
                        raise
                elif route is None or not route.try_next(code):
                    raise
            finally:
                outcome.usage.captchas = earlier_captchas + wall_handler.solved

    async def _load(
        self,
        egress: EgressSession,
        item: ScrapeInput,
        request: BatchRequest,
        options: PageOptions,
        on_stage: Callable[[str], None],
        wall_handler: WallHandler,
        profile: VisitorProfile,
    ) -> PageCapture:
        if self._robots is not None:
            await self._robots.check(egress, item.url, profile)
        if request.scrape_mode == "fast":
            return await fetch_page(
                self._http,
                egress,
                item.url,
                options,
                headers_of(profile),
                on_stage,
                cookies=jar_lines(options.cookies, item.url),
            )
        # Items that leave by exits of their own are to look like visitors of their own.
        reuse_key = None if request.use_proxy else (item.batch_id, item.generation)
        return await capture_page(
            self._browsers,
            egress,
            item.url,
            options,
            on_stage,
            wall_handler,
            reuse_key=reuse_key,
            profile=profile,
        )

    @asynccontextmanager
    async def _egress(self, route: Route | None, usage: Usage) -> AsyncIterator[EgressSession]:
        """The way out, opened anew for each try, since that also opens the gateway if it was
        lost. What goes through an exit is counted."""
        async with self._gateway.open_session(None if route is None else route.exit) as egress:
            try:
                yield egress
            finally:
                if route is not None:
                    usage.proxy_bytes += egress.sent + egress.received

    async def _cookies(self, item: ScrapeInput) -> tuple[Cookie, ...]:
        if not item.has_cookies:
            return ()
        try:
            given = await _persistently(lambda: self._vault.get(item.batch_id, item.generation))
        except SecretUnavailableError as error:
            what = f"The batch's cookies cannot be opened: {error}."
            raise ScrapeError("COOKIES_UNAVAILABLE", what) from None
        return parse_cookies(given)

    def _wall_handler(self, item: ScrapeInput) -> WallHandler:
        return WallHandler(
            self._solver,
            deadline=asyncio.get_running_loop().time() + item.timeout_seconds - _AFTER_WALLS,
            max_captchas=self._max_captchas,
            challenge_timeout=self._challenge_timeout,
        )

    async def _request(self, batch_id: str) -> BatchRequest:
        if batch_id not in self._requests:
            try:
                body = await _persistently(lambda: self._bucket.get(request_key(batch_id)))
            except ObjectMissingError:
                what = "The batch's request is not in the bucket any more."
                raise ScrapeError("REQUEST_MISSING", what) from None
            self._requests[batch_id] = BatchRequest.model_validate_json(body)
            if len(self._requests) > _CACHED_REQUESTS:
                self._requests.popitem(last=False)
        return self._requests[batch_id]

    async def _put(self, key: str, body: bytes, content_type: str) -> None:
        await _persistently(lambda: self._bucket.put(key, body, content_type))


def _postponed(code: str, delay: float, progress: Progress) -> ApplicationError:
    """Gives the item back, to be started again after `delay` seconds."""
    progress.postponed += 1
    progress.stage = WAITING
    return ApplicationError(
        "The host of the page has to be waited for.",
        progress,
        type=code,
        next_retry_delay=timedelta(seconds=delay),
    )


def _prefix(item: ScrapeInput, outcome: ItemOutcome) -> str:
    return item_prefix(item.batch_id, item.item_uuid, item.generation, outcome.attempts)


async def _persistently(call: Callable[[], Awaitable[T]]) -> T:
    """`call()`, repeated while the bucket is out of reach, since the page would otherwise have to
    be fetched again. Raises `StorageUnavailableError` after `_STORAGE_PATIENCE` seconds."""
    give_up = time.monotonic() + _STORAGE_PATIENCE
    while True:
        try:
            return await call()
        except StorageUnavailableError:
            if time.monotonic() > give_up:
                raise
        await asyncio.sleep(_STORAGE_PAUSE)


def _log(item: ScrapeInput, outcome: ItemOutcome) -> None:
    extra: dict[str, Any] = {}
    if (model := outcome.usage.model) is not None:
        extra = {
            "tokens": outcome.usage.tokens,
            "model": model.name,
            "level": model.level,
            "calls": model.calls,
            "model_seconds": model.seconds,
        }
    logger.info(
        "item finished",
        extra={
            "batch": item.batch_id,
            "item": item.item_uuid,
            "code": outcome.failure.code if outcome.failure else "OK",
            "attempts": outcome.attempts,
            **extra,
        },
    )
