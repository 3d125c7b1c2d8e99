"""The state of a batch: the workflow's input, its answer to queries, and its result.

Its field names are stored names: histories hold them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from domain.items import HAS_SECRETS, ItemOutcome, Progress, ScrapeMode, SettledItem, Usage

ItemStatus = Literal["pending", "completed", "failed", "cancelled"]
"""Status of an item, as far as the workflow decides it. `running` is missing here: only the
Temporal server knows what a worker has started."""


class ItemState(BaseModel):
    """One URL of a batch."""

    model_config = ConfigDict(serialize_by_alias=True)

    uuid: str
    url: str
    """The URL as the client wrote it."""
    status: ItemStatus = "pending"
    generation: int = 1
    """Latest generation of the batch in which the item ran, or will run."""
    outcome: ItemOutcome | None = None
    """How the latest run ended; None until then."""
    last_progress: Progress | None = Field(
        default=None,
        validation_alias=AliasChoices("last_progress", "begun"),
        serialization_alias="begun",  # the name in version 0.1.0
    )
    """How far the last worker got that was lost or gave the item back. None if no worker has
    started the item. An item that has started goes on, so a cancel comes too late for it."""

    @property
    def is_retryable(self) -> bool:
        """Whether the item has failed, and the same request may succeed later."""
        failure = self.outcome.failure if self.outcome else None
        return failure is not None and failure.retryable

    @property
    def proxy_bytes(self) -> int:
        """Bytes that went through proxy exits in the latest run, as far as attempts have ended."""
        latest = self.outcome or self.last_progress
        return latest.usage.proxy_bytes if latest else 0

    def settle(self, outcome: ItemOutcome) -> None:
        """Record how the item ended."""
        self.status = "completed" if outcome.failure is None else "failed"
        self.outcome = outcome

    def cancel(self, at: datetime) -> None:
        """Record that no worker will start the item."""
        self.status = "cancelled"
        self.outcome = ItemOutcome(attempts=0, finished_at=at)

    def requeue(self) -> None:
        """Turn the item back into one that has not run."""
        self.status = "pending"
        self.outcome = None
        self.last_progress = None


class Rates(BaseModel):
    """Rates of what is charged for a completed item on top of its reserved credits."""

    credits_per_captcha: int = 10
    credits_per_10k_tokens: int = 1
    """Credits for each 10,000 tokens that were started."""

    def credits_for(self, usage: Usage) -> int:
        """Return the credits for `usage`."""
        started = -(-usage.tokens // 10_000)
        return usage.captchas * self.credits_per_captcha + started * self.credits_per_10k_tokens


class Cancellation(BaseModel):
    """The cancel request of a client, and its effect."""

    request_id: str
    """Id of the request. Only the first request is answered with the numbers."""
    cancelled_items: int = 0
    """Number of items that never start; 0 until the Temporal server has decided each."""
    credits_refunded: int = 0
    """Credits that were reserved for those items."""


CANCELLATION_MEMO = "cancellation"
"""Name of the workflow's memo that holds the `Cancellation`, once its numbers are final."""


class BatchState(BaseModel):
    """Everything that is known of a batch, except its options and content, which the bucket has.

    An item takes a few hundred bytes, so 50 items stay far below Temporal's limit of 2 MiB. A new
    run can start from the state: it leaves items with an outcome alone.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    batch_id: str
    account: str
    created_at: datetime
    finished_at: datetime | None = None
    """When the last item ended; None until then."""
    generation: int = 1
    """1, and a higher number for each retry. Numbers may be left out."""
    item_timeout_seconds: float
    credits_per_item: int
    """Credits that are reserved for an item, and charged if it completes."""
    rates: Rates = Field(default_factory=Rates)
    scrape_mode: ScrapeMode = "default"
    use_proxy: bool = False
    """Whether a retry needs proxy traffic. It is accepted also while the bucket is away, which
    holds the options."""
    max_proxy_bytes: int | None = None
    """Bytes that the batch may take through proxy exits, in all generations; None for no limit."""
    replaced_proxy_bytes: int = 0
    """Bytes of runs that a retry has replaced. Their outcomes are not kept."""
    has_secrets: bool = HAS_SECRETS
    """Whether secrets are sealed for this generation. A retry must bring its own then."""
    cancellation: Cancellation | None = None
    items: list[ItemState]

    @property
    def status(self) -> Literal["running", "completed", "cancelled"]:
        """Status of the batch as a whole. Items of a cancelled batch may still be at work."""
        if self.cancellation is not None:
            return "cancelled"
        return "completed" if self.finished_at is not None else "running"

    @property
    def has_pending(self) -> bool:
        """Whether at least one item has not ended."""
        return any(item.status == "pending" for item in self.items)

    @property
    def proxy_bytes(self) -> int:
        """Bytes that the batch has taken through proxy exits, as far as attempts have ended."""
        return self.replaced_proxy_bytes + sum(item.proxy_bytes for item in self.items)

    @property
    def has_used_its_traffic(self) -> bool:
        """Whether the limit of proxy traffic is reached."""
        return self.max_proxy_bytes is not None and self.proxy_bytes >= self.max_proxy_bytes

    def count(self, status: ItemStatus) -> int:
        """Return how many items have that status."""
        return sum(item.status == status for item in self.items)

    def credits_used(self, item: ItemState) -> int:
        """Return what `item` costs in credits: 0 unless it is completed."""
        return self.credits_per_item + self._extra(item) if item.status == "completed" else 0

    def settled(self, item: ItemState) -> SettledItem:
        """Return what the ledger has to know of `item`, which has ended."""
        return SettledItem(
            uuid=item.uuid,
            is_completed=item.status == "completed",
            extra=self._extra(item),
            proxy_bytes=item.proxy_bytes,
        )

    def _extra(self, item: ItemState) -> int:
        if item.status != "completed" or item.outcome is None:
            return 0
        return self.rates.credits_for(item.outcome.usage)

    def to_retry(self, *, only_retryable: bool = False) -> list[ItemState]:
        """Return the failed items, or only those that the same request may help."""
        return [
            item
            for item in self.items
            if item.status == "failed" and (item.is_retryable or not only_retryable)
        ]

    def retry(self, request: RetryRequest) -> None:
        """Queue the items `to_retry` again, as a generation of their own."""
        for item in self.to_retry(only_retryable=request.only_retryable):
            self.replaced_proxy_bytes += item.proxy_bytes
            item.generation = request.generation
            item.requeue()
        if request.max_proxy_bytes is not None:
            self.max_proxy_bytes = request.max_proxy_bytes
        self.generation = request.generation
        self.finished_at = None

    def settled_in(self, generation: int) -> list[SettledItem]:
        """Return what the ledger has to know of the items that ran in `generation`."""
        return [self.settled(item) for item in self.items if item.generation == generation]


class CancelRequest(BaseModel):
    """Argument of the signal `cancel`: items that no worker has started never start."""

    request_id: str
    not_after: datetime
    """Deadline of the request. The client got another answer then, so a later signal is ignored."""


class RetryRequest(BaseModel):
    """Argument of the signal `retry`, which starts a new run: failed items run again."""

    generation: int
    """Generation under which the credits are reserved."""
    only_retryable: bool = False
    """Whether the failed items that would fail again stay as they are."""
    max_proxy_bytes: int | None = None
    """The batch's limit of proxy traffic from now on; None if it stays as it is."""


def workflow_id(batch_id: str) -> str:
    """Return the id of the batch's workflow."""
    return f"batch-{batch_id}"


def fast_task_queue(task_queue: str) -> str:
    """Return the task queue of items that need no browser, beside `task_queue`."""
    return f"{task_queue}-fast"


def activity_id(index: int) -> str:
    """Return the id of the activity of the item at `index`, from 0 in the order of the request.

    It is not the bare number, since Temporal itself numbers activities that are given no id.
    """
    return f"item-{index}"


def item_index(activity_id: str) -> int | None:
    """Return the index in `activity_id`; None if it is the id of another kind of activity."""
    prefix, _, index = activity_id.partition("-")
    return int(index) if prefix == "item" and index.isdecimal() else None
