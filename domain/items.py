"""What goes in and out of activities: small, serializable, free of secrets and page content."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

SCRAPE_ITEM = "scrape_item"
"""Name of the activity that scrapes one URL: `ScrapeInput` in, `ItemOutcome` out."""

ADMIT_BATCH = "admit_batch"
"""Name of the activity that lets a generation begin: `AdmitInput` in, bool out."""

SETTLE_ITEMS = "settle_items"
"""Name of the activity that settles items in the ledger: `SettleInput` in, nothing out."""

FORGET_SECRETS = "forget_secrets"
"""Name of the activity that deletes the secrets of a generation: `ForgetInput` in, nothing out."""

WAITING = "waiting"
"""The stage of an item that waits for its turn at the host of its page."""

EXTRACTING = "extracting"
"""The stage of an item that has its page, and waits for the model."""

ScrapeMode = Literal["default", "fast"]
OutputFormat = Literal["json", "markdown"]


class ModelUse(BaseModel):
    """How the model was asked for an item."""

    name: str
    """Of the model."""
    level: str = "prompt"
    """How the form of the latest answer was asked for: `json_schema`, `json_object` or `prompt`."""
    calls: int = 0
    """Requests, failed ones included."""
    seconds: float = 0
    """From sending to the end of the answer, of all requests together."""


class Usage(BaseModel):
    """What an item used beyond its own page."""

    tokens: int = 0
    """Tokens of the model, prompts and answers together."""
    captchas: int = 0
    """CAPTCHAs that were solved."""
    proxy_bytes: int = 0
    """Bytes that went through a proxy exit, both ways, of all attempts that are known."""
    model: ModelUse | None = None
    """None if no model was asked."""


HAS_SECRETS = Field(
    default=False,
    validation_alias=AliasChoices("has_secrets", "has_cookies"),
    serialization_alias="has_cookies",
)
"""The field `has_secrets` of payloads. Version 0.1.0 wrote `has_cookies`, and its workers may still
read what is written now."""


class ScrapeInput(BaseModel):
    """One URL of a batch, to be scraped."""

    model_config = ConfigDict(serialize_by_alias=True)

    batch_id: str
    item_uuid: str
    url: str
    generation: int
    """1 for the first time the item runs, one more for each retry that a client asked for."""
    timeout_seconds: float
    """How long one attempt may take from the moment a worker starts it."""
    earlier_attempts: int = 0
    """How often a worker started the item before, under activities that Temporal gave up."""
    earlier_usage: Usage = Field(default_factory=Usage)
    """What those used, as far as it is known."""
    earlier_postponed: int = 0
    """How many of those gave the item back to be started later."""
    earlier_refusals: int = 0
    """How many of those the host of the page had told to."""
    has_secrets: bool = HAS_SECRETS
    """Whether secrets are sealed for this generation of the batch."""


class Progress(BaseModel):
    """What a heartbeat tells of an item, and what comes with one that is given back: enough to go
    on with it."""

    stage: str
    attempts: int
    """How often a worker started the item, this time included."""
    started_at: datetime
    """When a worker picked it up this time."""
    usage: Usage = Field(default_factory=Usage)
    """What the item has used so far."""
    postponed: int = 0
    """How often a worker gave the item back to be started later, to wait for its host."""
    refusals: int = 0
    """How often the host itself had told it to."""


class Failure(BaseModel):
    """Why an item failed: a machine's code, a person's sentence, and whether to try again."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str
    retryable: bool


class ItemOutcome(BaseModel):
    """How an item ended. Completed if `failure` is None, and then `result_key` is set."""

    result_key: str | None = None
    """Object that holds the JSON encoding of the item's `result`."""
    screenshot_key: str | None = None
    failure: Failure | None = None
    http_status: int | None = None
    """Of the final response, after redirects."""
    final_url: str | None = None
    warnings: list[str] = Field(default_factory=list)
    usage: Usage = Field(default_factory=Usage)
    attempts: int = 1
    """How often a worker started the item, in its latest generation."""
    started_at: datetime | None = None
    """When a worker picked up the attempt that ended; None if none ever did."""
    finished_at: datetime


class AdmitInput(BaseModel):
    """A generation of a batch that is about to begin."""

    batch_id: str
    generation: int


class SettledItem(BaseModel):
    """An item that has ended; what is reserved for it is charged if it completed."""

    uuid: str
    is_completed: bool
    extra: int = 0
    """Credits that are charged on top of it, if it completed."""
    proxy_bytes: int = 0


class ForgetInput(BaseModel):
    """A generation of a batch whose secrets are not needed any more."""

    batch_id: str
    generation: int


class BatchEnd(BaseModel):
    """How a batch ended, with the items of all generations."""

    status: Literal["completed", "cancelled"]
    completed: int
    failed: int
    finished_at: datetime


class SettleInput(BaseModel):
    """Items of one generation that have ended."""

    batch_id: str
    generation: int
    items: list[SettledItem]
    end: BatchEnd | None = None
    """Set if these were the last, and the batch may be retried from now on."""
