"""The bodies of answers.

Most handlers build theirs from these; the answer about a batch is written piece by piece in
`api.batches.batch_stream`. The descriptions are what a reader of the OpenAPI document sees.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic.json_schema import SkipJsonSchema

from api.http.responses import timestamp
from domain.failures import FAILURE_KINDS

_ERROR_CODE_PATTERN = "^({})$".format(
    "|".join(["HTTP_[0-9]{3}", *(code for code in FAILURE_KINDS if not code.startswith("HTTP_"))])
)

Timestamp = Annotated[
    datetime,
    PlainSerializer(timestamp),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Uuid = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Count = Annotated[int, Field(ge=0)]
Megabytes = Annotated[float, Field(ge=0)]


def _left_out_if_none(description: str, **options: Any) -> Any:
    def no_default(schema: dict[str, Any]) -> None:
        del schema["default"]

    return Field(
        default=None,
        exclude_if=lambda value: value is None,
        description=description,
        json_schema_extra=no_default,
        **options,
    )


class Answer(BaseModel):
    """Part or whole of the body of an answer; its fields have camelCase names for clients."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


BatchStatusName = Annotated[
    Literal["pending", "running", "completed", "failed", "cancelled"],
    Field(
        description="`pending` until a worker has picked an item up. `completed` once all items "
        "have ended, failed ones included; `failed` only if the batch itself broke. After "
        "`cancelled`, items that had started still finish."
    ),
]


class SubmitAnswer(Answer):
    """The batch is accepted, its credits are reserved, and it will run."""

    status: Literal["queued"]
    batch_id: Uuid = Field(description="What to ask for the batch by.")
    total: int = Field(ge=1, description="How many items it has: one per URL.")
    schema_warnings: list[str] | SkipJsonSchema[None] = _left_out_if_none(
        "What the schema asks for that will not be enforced, a sentence each; absent if nothing.",
        alias="schema_warnings",
    )


class ItemAnswer(Answer):
    """One URL of a batch."""

    uuid: Uuid = Field(description="Names the item; a retry does not change it.")
    url: str = Field(description="As the client wrote it.")
    job_id: str | None = Field(description="Where the item is in Temporal: workflow/activity.")
    status: Literal["pending", "running", "completed", "failed", "cancelled"] = Field(
        description="`running` once a worker has picked the item up. `cancelled` if none had "
        "when the batch was cancelled."
    )
    result: dict[str, Any] | str | None = Field(
        description="The page: markdown, or an object for the output `json`. Null unless "
        "`status` is `completed`."
    )
    error: str | None = Field(
        description="Why the item failed, and what can be done; null unless it did."
    )
    error_code: str | None = Field(
        description="Why the item failed, for programs; null unless it did.\n\n"
        + "\n".join(f"- `{code}`: {kind.advice}" for code, kind in FAILURE_KINDS.items())
        + "\n\n`HTTP_4XX` and `HTTP_5XX` stand for the status itself, such as `HTTP_404`.",
        pattern=_ERROR_CODE_PATTERN,
    )
    retryable: bool | None = Field(
        description="Whether trying again may help; null unless the item failed."
    )
    credits_used: Count = Field(description="0 unless `status` is `completed`.")
    started_at: Timestamp | None = Field(
        description="When a worker last picked the item up; null if none did."
    )
    finished_at: Timestamp | None = Field(description="When the item ended; null until then.")
    screenshot_url: str | None = Field(
        description="A PNG. Good for an hour, and signed anew whenever the batch is asked for. "
        "Null unless one was asked for and taken.",
        json_schema_extra={"format": "uri"},
    )
    attempts: Count = Field(
        description="How often a worker started the item since it was last queued; 0 until it "
        "has ended."
    )
    http_status: int | None = Field(
        description="The status of the page's response, after redirects; null if there was none."
    )
    final_url: str | None = Field(
        description="Where redirects led; null if there was no response.",
    )
    warnings: list[str] = Field(description="What was not as it should be, a sentence each.")


class BatchAnswer(Answer):
    """How a batch stands, with everything that is known of its items."""

    status: BatchStatusName
    total_urls: int = Field(ge=1, description="How many items there are.")
    completed_count: Count = Field(description="How many of them are `completed`.")
    failed_count: Count = Field(description="How many of them are `failed`.")
    created_at: Timestamp = Field(description="When the batch was accepted.")
    finished_at: Timestamp | None = Field(description="When the last item ended; null until then.")
    items: list[ItemAnswer] = Field(
        min_length=1, description="One per URL, in the order of the request."
    )


class ListedBatch(Answer):
    """A batch without its items."""

    uuid: Uuid = Field(description="The `batchId`.")
    status: BatchStatusName
    total_urls: int = Field(ge=1, description="How many items there are.")
    completed_count: Count = Field(description="How many of them are `completed`.")
    failed_count: Count = Field(description="How many of them are `failed`.")
    output_format: Literal["json", "markdown"] = Field(description="The form of the results.")
    scraping_channel: Literal["api"] = Field(description="Always `api`.")
    created_at: Timestamp = Field(description="When the batch was accepted.")
    finished_at: Timestamp | None = Field(description="When the last item ended; null until then.")


class Pagination(Answer):
    """Where in the list this page is."""

    page: int = Field(ge=1)
    limit: int = Field(ge=1, description="How many batches a page has, but for the last.")
    total: Count = Field(description="How many batches the account has.")
    total_pages: Count


class BatchListAnswer(Answer):
    """A page of the account's batches, newest first. Of unfinished ones the numbers are those of
    this moment."""

    jobs: list[ListedBatch]
    pagination: Pagination


class RetryAnswer(Answer):
    """The failed items are queued again."""

    status: Literal["queued"]
    retried_count: int = Field(ge=1, description="How many items that are.")


class CancelAnswer(Answer):
    """The batch is cancelled. Both numbers are exact and final."""

    status: Literal["cancelled"]
    cancelled_items: Count = Field(description="Items that no worker had started, and none will.")
    credits_refunded: Count = Field(description="What had been reserved for those items.")


class Plan(Answer):
    """What the account is entitled to."""

    name: str


class Credits(Answer):
    """The credits of the account."""

    limit: Count = Field(description="What it may use.")
    used: Count = Field(description="What it has used, and what its open batches hold.")
    remaining: Count = Field(description="What it can still use.")
    billing_cycle_start: Timestamp = Field(description="Since when this is counted.")


class ProxyBandwidth(Answer):
    """The traffic of the account through proxy exits, both ways, in megabytes of 1,000,000
    bytes."""

    limit_mb: Megabytes = Field(description="What it may use; 0 if there is no limit.")
    used_mb: Megabytes = Field(description="What items that have ended used, failed ones too.")
    remaining_mb: Megabytes = Field(description="What it can still use; 0 if there is no limit.")


class Account(Answer):
    """The account that the key opens."""

    plan: Plan
    credits: Credits
    proxy_bandwidth: ProxyBandwidth
    subscription: None = Field(description="Always null: there is nothing to subscribe to.")


class AccountAnswer(Answer):
    """Plan, credits and proxy traffic."""

    data: Account


class HealthAnswer(Answer):
    """The process lives."""

    status: Literal["ok"]


class ReadinessAnswer(Answer):
    """Whether a batch would be worked on. Each part is `ok`, or says what is wrong with it."""

    status: Literal["ok", "unavailable"]
    database: str
    bucket: str
    temporal: str
    worker: str


class ErrorAnswer(Answer):
    """The one form of every error."""

    status: Literal["error"]
    message: str = Field(description="What is wrong, for a person.")
    error: str = Field(description="The same text.")
    code: str = Field(description="What is wrong, for a program.")
    errors: list[str] | SkipJsonSchema[None] = _left_out_if_none(
        "Everything that is wrong with the request, a sentence each, naming field and index. "
        "With 422 only."
    )
    retry_after: int | SkipJsonSchema[None] = _left_out_if_none(
        "Seconds to wait before the next try. With 429 and 503 only.", alias="retry_after"
    )
