"""The state of a batch: the workflow's input, its answer to queries, and its result."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.items import HAS_SECRETS, ItemOutcome, Progress, ScrapeMode, SettledItem, Usage

ItemStatus = Literal["pending", "completed", "failed", "cancelled"]
"""Where an item is, as far as the workflow decides. That one is `running` right now is a fact of
the Temporal server, which knows what a worker has picked up."""


class ItemState(BaseModel):
    """One URL of a batch."""

    uuid: str
    url: str
    """As the client wrote it."""
    status: ItemStatus = "pending"
    generation: int = 1
    """The latest generation of the batch in which the item ran, or is to run."""
    outcome: ItemOutcome | None = None
    """How the latest run ended; None as long as it has not."""
    begun: Progress | None = None
    """How far the last worker was that went away with the item, or gave it back to be started
    later. Since the item has started, it goes on, and a cancel comes too late for it."""

    def settle(self, outcome: ItemOutcome) -> None:
        """Records how the item ended."""
        self.status = "completed" if outcome.failure is None else "failed"
        self.outcome = outcome

    def cancel(self, at: datetime) -> None:
        """Records that no worker will start the item."""
        self.status = "cancelled"
        self.outcome = ItemOutcome(attempts=0, finished_at=at)

    def requeue(self) -> None:
        """Makes it an item that has not run."""
        self.status = "pending"
        self.outcome = None
        self.begun = None


class Rates(BaseModel):
    """What is charged for a completed item on top of what was reserved for it."""

    credits_per_captcha: int = 10
    credits_per_10k_tokens: int = 1
    """For each 10,000 tokens that were started."""

    def credits_for(self, usage: Usage) -> int:
        """The credits for `usage`."""
        started = -(-usage.tokens // 10_000)
        return usage.captchas * self.credits_per_captcha + started * self.credits_per_10k_tokens


class Cancellation(BaseModel):
    """That a client cancelled the batch, and what came of it."""

    request_id: str
    """Tells requests apart: only the first one is answered with the numbers."""
    cancelled_items: int = 0
    """How many items never start; 0 until the Temporal server has decided each."""
    credits_refunded: int = 0
    """What was reserved for those items."""


CANCELLATION_MEMO = "cancellation"
"""Entry of the workflow's memo that holds the `Cancellation`, once its numbers are final."""


class BatchState(BaseModel):
    """Everything there is to know of a batch except its content, which is in the bucket.

    A few hundred bytes per item, so that 50 of them stay far below Temporal's limit of 2 MiB.
    A new run can be started from it: items with an outcome are left alone.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    batch_id: str
    account: str
    created_at: datetime
    finished_at: datetime | None = None
    """When the last item ended; None as long as one has not."""
    generation: int = 1
    """1, and a higher one each time the failed items are retried; not always by one."""
    item_timeout_seconds: float
    credits_per_item: int
    """What is reserved for an item, and charged if it completes."""
    rates: Rates = Field(default_factory=Rates)
    scrape_mode: ScrapeMode = "default"
    use_proxy: bool = False
    """Whether a retry needs proxy traffic. It is accepted also while the bucket is away, which
    holds the options."""
    has_secrets: bool = HAS_SECRETS
    """Whether secrets are sealed for this generation. A retry must bring its own then."""
    cancellation: Cancellation | None = None
    items: list[ItemState]

    @property
    def status(self) -> Literal["running", "completed", "cancelled"]:
        """Of the batch as a whole. Of one that is cancelled, items may still be at work."""
        if self.cancellation is not None:
            return "cancelled"
        return "completed" if self.finished_at is not None else "running"

    @property
    def has_pending(self) -> bool:
        """Whether an item has not ended."""
        return any(item.status == "pending" for item in self.items)

    def count(self, status: ItemStatus) -> int:
        """How many items have that status."""
        return sum(item.status == status for item in self.items)

    def credits_used(self, item: ItemState) -> int:
        """What `item` costs: 0 unless it is completed."""
        return self.credits_per_item + self._extra(item) if item.status == "completed" else 0

    def settled(self, item: ItemState) -> SettledItem:
        """What the ledger has to know of `item`, which has ended."""
        return SettledItem(
            uuid=item.uuid,
            is_completed=item.status == "completed",
            extra=self._extra(item),
            proxy_bytes=item.outcome.usage.proxy_bytes if item.outcome else 0,
        )

    def _extra(self, item: ItemState) -> int:
        if item.status != "completed" or item.outcome is None:
            return 0
        return self.rates.credits_for(item.outcome.usage)

    def retry_failed(self, generation: int) -> None:
        """Queues the failed items again, as a generation of their own."""
        self.generation = generation
        self.finished_at = None
        for item in self.items:
            if item.status == "failed":
                item.generation = generation
                item.requeue()


class CancelRequest(BaseModel):
    """The signal `cancel`: items that no worker has started shall never start."""

    request_id: str
    not_after: datetime
    """When the client was told otherwise; a workflow that comes to it later ignores it."""


class RetryRequest(BaseModel):
    """The signal `retry`, which comes with the start of a new run: failed items run again."""

    generation: int
    """The one under which their credits are reserved."""


def workflow_id(batch_id: str) -> str:
    """The id of the batch's workflow."""
    return f"batch-{batch_id}"


def fast_task_queue(task_queue: str) -> str:
    """Where those who poll `task_queue` take items from that need no browser."""
    return f"{task_queue}-fast"


def activity_id(index: int) -> str:
    """The id of the activity of the item at `index`, counted from 0 in the order of the request.

    Not the bare number: Temporal numbers the activities that are given no id.
    """
    return f"item-{index}"


def item_index(activity_id: str) -> int | None:
    """The index that `activity_id` was made of; None if it is the id of another activity."""
    prefix, _, index = activity_id.partition("-")
    return int(index) if prefix == "item" and index.isdecimal() else None
