"""What is known of an item, and what goes in and out of activities.

These payloads are in Temporal's histories: they are small, and free of secrets and page content.
Their field names are stored names. A field can be added; an old name must stay readable.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

SCRAPE_ITEM = "scrape_item"
"""Name of the activity that scrapes one URL: `ScrapeInput` in, `ItemOutcome` out."""

ADMIT_BATCH = "admit_batch"
"""Name of the activity that lets a generation begin: `AdmitInput` in, bool out."""

SETTLE_ITEMS = "settle_items"
"""Name of the activity that settles items in the ledger: `SettleInput` in, nothing out."""

FORGET_SECRETS = "forget_secrets"
"""Name of the activity that deletes the secrets of a generation: `ForgetInput` in, nothing out."""

WAITING = "waiting"
"""Stage of an item that waits until the host of its page lets it in."""

EXTRACTING = "extracting"
"""Stage of an item that has its page, and waits for the model."""

ScrapeMode = Literal["default", "fast"]
OutputFormat = Literal["json", "markdown"]

HAS_SECRETS = Field(
    default=False,
    validation_alias=AliasChoices("has_secrets", "has_cookies"),
    serialization_alias="has_cookies",
)
"""The field `has_secrets` of payloads. Version 0.1.0 called it `has_cookies`, and its workers may
still read what is written now."""


class ModelUse(BaseModel):
    """How a language model was asked for an item."""

    name: str
    """Name of the model."""
    level: str = "prompt"
    """What enforced the form of the latest answer: `json_schema`, `json_object` or `prompt`."""
    calls: int = 0
    """Number of requests, failed ones included."""
    seconds: float = 0
    """Time of all requests together, each from sending to the end of its answer."""


class Usage(BaseModel):
    """What an item used beyond its own page."""

    tokens: int = 0
    """Tokens of the model, prompts and answers together."""
    captchas: int = 0
    """Number of solved CAPTCHAs."""
    proxy_bytes: int = 0
    """Bytes that went through a proxy exit, in both directions, in all known attempts."""
    model: ModelUse | None = None
    """How the model was asked; None if no model was asked."""


class ScrapeInput(BaseModel):
    """One URL of a batch, to be scraped."""

    model_config = ConfigDict(serialize_by_alias=True)

    batch_id: str
    item_uuid: str
    url: str
    generation: int
    """1 for the first run of the item, and a higher number for each retry of a client."""
    timeout_seconds: float
    """Time that one attempt may take from the moment a worker starts it."""
    earlier_attempts: int = 0
    """Number of earlier starts by workers, under activities that Temporal gave up."""
    earlier_usage: Usage = Field(default_factory=Usage)
    """What the earlier attempts used, as far as it is known."""
    earlier_postponed: int = 0
    """Number of earlier attempts that gave the item back, to be started later."""
    earlier_refusals: int = 0
    """Number of earlier attempts that the host refused while it served other pages."""
    earlier_rested: float = 0
    """Seconds that the item has waited because the host of its page rested."""
    earlier_refused_status: int | None = None
    """HTTP status of the latest refusal of the page; None if it was not refused."""
    has_secrets: bool = HAS_SECRETS
    """Whether secrets are sealed for this generation of the batch."""
    max_batch_proxy_bytes: int | None = None
    """Bytes that all items of the batch together may take through proxy exits; None for any
    number."""
    batch_proxy_bytes: int = 0
    """Bytes that the batch had taken through proxy exits when this attempt was scheduled, without
    those of other attempts under way."""


class Progress(BaseModel):
    """What a heartbeat says of an item: enough for another worker to go on with it."""

    stage: str
    attempts: int
    """Number of starts by workers, this one included."""
    started_at: datetime
    """Time of this start."""
    usage: Usage = Field(default_factory=Usage)
    """What the item has used so far."""
    postponed: int = 0
    """Number of attempts that gave the item back, to wait for its host."""
    refusals: int = 0
    """Number of attempts that the host refused while it served other pages."""
    rested: float = 0
    """Seconds that the item has waited because its host rested."""
    refused_status: int | None = None
    """HTTP status of the latest refusal of the page; None if it was not refused."""


class Failure(BaseModel):
    """Why an item failed: a code for programs, a sentence for people, and whether to try again."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str
    retryable: bool


class ItemWarning(BaseModel):
    """What the client must know of a result: a code for programs, sentences for people."""

    model_config = ConfigDict(frozen=True)

    code: str
    """One of `domain.warnings.WARNING_KINDS`."""
    message: str

    @model_validator(mode="before")
    @classmethod
    def _read_sentence(cls, value: object) -> object:
        """Read what version 0.1.0 stored: a sentence without a code."""
        return {"code": "OTHER", "message": value} if isinstance(value, str) else value


class ItemOutcome(BaseModel):
    """How an item ended. It completed if `failure` is None; then `result_key` is set."""

    result_key: str | None = None
    """Key of the object that holds the item's `result` as JSON."""
    screenshot_key: str | None = None
    """Key of the screenshot, if one was asked for and taken."""
    failure: Failure | None = None
    http_status: int | None = None
    """HTTP status of the final response, after redirects."""
    final_url: str | None = None
    """URL of the final response, after redirects."""
    warnings: list[ItemWarning] = Field(default_factory=list)
    usage: Usage = Field(default_factory=Usage)
    attempts: int = 1
    """Number of starts by workers, in the item's latest generation."""
    started_at: datetime | None = None
    """When a worker started the attempt that ended; None if no worker ever did."""
    finished_at: datetime


class AdmitInput(BaseModel):
    """A generation of a batch that is about to begin."""

    batch_id: str
    generation: int


class ForgetInput(BaseModel):
    """A generation of a batch whose secrets are not needed any more."""

    batch_id: str
    generation: int


class SettledItem(BaseModel):
    """An item that has ended, as the ledger has to know it."""

    uuid: str
    is_completed: bool
    """Whether the reserved credits are charged. Otherwise they are given back."""
    extra: int = 0
    """Credits that are charged on top of the reserved ones, if the item completed."""
    proxy_bytes: int = 0
    """Bytes that went through a proxy for the item, also if it failed."""


class BatchEnd(BaseModel):
    """How a batch ended."""

    status: Literal["completed", "failed", "cancelled"]
    completed: int
    """Number of completed items, of all generations."""
    failed: int
    """Number of failed items, of all generations."""
    finished_at: datetime


class SettleInput(BaseModel):
    """Items of one generation that have ended."""

    batch_id: str
    generation: int
    items: list[SettledItem]
    end: BatchEnd | None = None
    """Set with the last items. The batch may be retried from then on."""
