"""One run of an item: fetch the page, convert or extract it, store the result."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.exceptions import ApplicationError

from activities.capture import PageCapture
from activities.checkpoints import PageCheckpoint
from activities.extraction.errors import ModelError, item_timed_out
from activities.fetching import PageFetcher
from activities.item_context import ItemContext
from activities.item_store import ItemStore
from activities.politeness.hosts import HostBusyError, HostPermit, Hosts
from activities.postponing import own_failure, postponed_for_host, postponed_for_model, visitor_of
from activities.processing import PageProcessor
from activities.slots import PageSlots
from domain.failures import ScrapeError, failure
from domain.items import EXTRACTING, WAITING, ItemOutcome, Progress, ScrapeInput, ScrapeMode
from storage.bucket import StorageUnavailableError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ItemServices:
    """What all runs of one worker share."""

    fetcher: PageFetcher
    processor: PageProcessor
    store: ItemStore
    hosts: Hosts
    slots: Mapping[ScrapeMode, PageSlots]


class ItemRun:
    """One run of `item` for `account`. Heartbeats may send `progress` while `run` is at work."""

    def __init__(
        self, services: ItemServices, item: ScrapeInput, progress: Progress, account: str
    ) -> None:
        self._services = services
        self._item = item
        self._account = account
        self._progress = progress
        self._outcome = ItemOutcome(
            attempts=progress.attempts,
            started_at=progress.started_at,
            finished_at=progress.started_at,
        )
        self._outcome.usage = progress.usage  # The same object: heartbeats send it as well.

    async def run(self) -> ItemOutcome:
        """Return the outcome. What goes wrong with the page is part of it.

        Raises `ApplicationError` where another run may help.
        """
        try:
            await self._run()
        except ModelError as error:
            self._fail_or_postpone(error)
        except ScrapeError as error:
            self._fail(error)
        except ApplicationError:
            raise
        except TimeoutError:
            self._time_out()
        except StorageUnavailableError:
            logger.warning("the bucket is out of reach", extra={"item": self._item.item_uuid})
            raise ApplicationError(
                "The bucket is out of reach.", self._progress, type="STORAGE_UNAVAILABLE"
            ) from None
        except Exception:
            # Logged here and not raised to Temporal: the text may hold content of the page.
            logger.exception("unforeseen error", extra={"item": self._item.item_uuid})
            self._outcome.failure = failure("INTERNAL_ERROR", "The worker met an unforeseen error.")
        self._outcome.finished_at = datetime.now(UTC)
        _log(self._item, self._outcome)
        return self._outcome

    async def _run(self) -> None:
        clock = asyncio.get_running_loop()
        began = clock.time()
        options = await self._services.store.load_options(self._item.batch_id)
        run = ItemContext(self._item, options, self._outcome, self._progress)
        checkpoint = await self._load_checkpoint(run)
        # A slow bucket takes from the item's time, since the server's own timeout counts it too.
        seconds_left = self._item.timeout_seconds - (clock.time() - began)
        if checkpoint is not None:
            async with asyncio.timeout(seconds_left):
                with self._without_page(run):
                    await self._extract(run, checkpoint)
            return
        # The time of an item begins when its host lets it in: a queue is no work.
        async with self._host_permit(run) as permit, asyncio.timeout(seconds_left):
            page = await self._fetch(run)
            permit.end()
            with self._without_page(run):
                if self._services.processor.asks_model(options):
                    await self._extract(run, await self._keep(run, page))
                else:
                    await self._convert(run, page)

    async def _fetch(self, run: ItemContext) -> PageCapture:
        self._services.processor.require_model(run.options)
        secrets = await self._services.store.load_secrets(run)
        run.options = run.options.with_secrets(secrets)
        page = await self._services.fetcher.fetch(run)
        run.outcome.http_status = page.http_status
        run.outcome.final_url = page.final_url
        return page

    async def _convert(self, run: ItemContext, page: PageCapture) -> None:
        """Store what can be made of `page` without a model."""
        run.warn(*page.warnings)
        result = await self._services.processor.convert(run, page)
        run.enter("uploading")
        run.outcome.screenshot_key = await self._services.store.put_screenshot(run, page.screenshot)
        await self._services.store.put_result(run, result)

    async def _keep(self, run: ItemContext, page: PageCapture) -> PageCheckpoint:
        """Store `page` until the model has answered, so that no page is fetched twice."""
        reading = await self._services.processor.read_for_model(run, page)
        run.enter("uploading")
        screenshot_key = await self._services.store.put_screenshot(run, page.screenshot)
        checkpoint = PageCheckpoint(
            reading=reading,
            http_status=page.http_status,
            final_url=page.final_url,
            # Those of the proxy's exits are in the outcome already.
            warnings=[*run.outcome.warnings, *page.warnings],
            screenshot_key=screenshot_key,
        )
        run.outcome.warnings.clear()
        await self._services.store.save_checkpoint(run, checkpoint)
        return checkpoint

    async def _extract(self, run: ItemContext, page: PageCheckpoint) -> None:
        """Store what the model makes of `page`."""
        run.outcome.http_status = page.http_status
        run.outcome.final_url = page.final_url
        run.outcome.screenshot_key = page.screenshot_key
        run.warn(*page.warnings)
        run.enter(EXTRACTING)
        result = await self._services.processor.extract(run, page)
        run.enter("uploading")
        await self._services.store.put_result(run, result)
        await self._services.store.delete_checkpoint(run)

    async def _load_checkpoint(self, run: ItemContext) -> PageCheckpoint | None:
        """Return the item's page, if an earlier run has fetched it and was interrupted since."""
        is_first_run = run.outcome.attempts == 1 and run.item.generation == 1
        if is_first_run or not self._services.processor.asks_model(run.options):
            return None
        return await self._services.store.load_checkpoint(run)

    def _without_page(self, run: ItemContext) -> AbstractContextManager[None]:
        """Let the worker start the next item while this one needs no page."""
        return self._services.slots[run.options.scrape_mode].without_page()

    @asynccontextmanager
    async def _host_permit(self, run: ItemContext) -> AsyncIterator[HostPermit]:
        """Wait for the host of the page, and yield the permit to visit it.

        Raises `ApplicationError` if the item is to come back later, and `ScrapeError` if it has
        waited too often.
        """
        run.enter(WAITING)
        visitor = visitor_of(run, self._account)
        try:
            async with self._services.hosts.permit(visitor) as permit:
                yield permit
        except HostBusyError as busy:
            raise postponed_for_host(busy, run.progress) from None
        except ScrapeError as error:
            raise own_failure(error, run.progress) from None

    def _fail(self, error: ScrapeError) -> None:
        self._outcome.failure = error.failure
        self._outcome.http_status = error.http_status or self._outcome.http_status
        self._outcome.final_url = error.final_url or self._outcome.final_url

    def _fail_or_postpone(self, error: ModelError) -> None:
        postponed = postponed_for_model(error, self._progress)
        if postponed is not None:
            raise postponed from None
        self._outcome.failure = error.failure

    def _time_out(self) -> None:
        if self._progress.stage == EXTRACTING:
            postponed = postponed_for_model(item_timed_out(), self._progress)
            if postponed is not None:
                raise postponed from None
        what = f"The item was not done after {self._item.timeout_seconds:g} seconds."
        self._outcome.failure = failure("ITEM_TIMEOUT", what)


def _log(item: ScrapeInput, outcome: ItemOutcome) -> None:
    extra: dict[str, Any] = {}
    if (model := outcome.usage.model) is not None:
        extra = {
            "tokens": outcome.usage.tokens,
            "model": model.name,
            "response_format": model.level,
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
