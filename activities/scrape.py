"""The activity that scrapes one URL. What it does is in `activities.item_run`."""

from __future__ import annotations

import asyncio

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.item_run import ItemRun, ItemServices
from domain.items import SCRAPE_ITEM, ItemOutcome, Progress, ScrapeInput

_HEARTBEAT_SECONDS = 1.0
"""Seconds between two heartbeats. The workflow counts a worker as lost after ten."""


class ScrapeActivities:
    """The activity that scrapes, with the services of one worker."""

    def __init__(self, services: ItemServices) -> None:
        self._services = services
        self._handing_over = False

    def hand_over(self) -> None:
        """Give up all running items within a second, for other workers to start again."""
        self._handing_over = True

    @activity.defn(name=SCRAPE_ITEM)
    async def scrape_item(self, item: ScrapeInput) -> ItemOutcome:
        """Scrape one URL. What goes wrong with the page is part of the outcome.

        A cancel request from the workflow is ignored: a started item finishes. Raises
        `ApplicationError` only where another attempt may help. The bucket is out of reach, or this
        worker shuts down, or the host or the model has to be waited for. In the last two cases it
        has a `next_retry_delay`.
        """
        info = activity.info()
        progress = Progress(
            stage="starting",
            attempts=item.earlier_attempts + info.attempt,
            started_at=info.started_time,
            usage=item.earlier_usage,
            postponed=item.earlier_postponed,
            refusals=item.earlier_refusals,
            rested=item.earlier_rested,
            refused_status=item.earlier_refused_status,
        )
        account = info.priority.fairness_key or ""
        work = asyncio.create_task(ItemRun(self._services, item, progress, account).run())
        try:
            await self._beat_until_done(work, progress)
        finally:
            if not work.done():
                work.cancel()
                await asyncio.wait([work])
        return work.result()

    async def _beat_until_done(self, work: asyncio.Task[ItemOutcome], progress: Progress) -> None:
        """Send heartbeats until `work` is done. Raises `ApplicationError` on a hand-over."""
        while not work.done():
            try:
                # Wait first: most items are done before there is anything to tell.
                await asyncio.wait([work], timeout=_HEARTBEAT_SECONDS)
            except asyncio.CancelledError:
                if activity.is_worker_shutdown():
                    self.hand_over()
            if work.done():
                return
            if self._handing_over:
                raise ApplicationError("The worker was shut down.", progress, type="WORKER_LOST")
            activity.heartbeat(progress)
