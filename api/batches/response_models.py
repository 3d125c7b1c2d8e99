"""The bodies of responses about batches.

Most handlers build theirs from these. `BatchResponse` is only documented: the response is written
piece by piece in `api.batches.batch_stream`. The descriptions are what a reader of the OpenAPI
document sees.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from api.batches.status import StatusName
from api.http.response_models import (
    Count,
    Megabytes,
    ResponseModel,
    Timestamp,
    Uuid,
    left_out_if_none,
)
from domain.failures import FAILURE_KINDS
from domain.warnings import WARNING_KINDS

_ERROR_CODE_PATTERN = "^({})$".format(
    "|".join(["HTTP_[0-9]{3}", *(code for code in FAILURE_KINDS if not code.startswith("HTTP_"))])
)

BatchStatusName = Annotated[
    StatusName,
    Field(
        description="`pending` until a worker picks up the first item. `completed` when all items "
        "have ended, even if some failed. `failed` only if the batch itself broke. `cancelled` "
        "from the cancel on; items that a worker had started still finish."
    ),
]


class SubmitResponse(ResponseModel):
    """The batch is accepted, its credits are reserved, and it will run."""

    status: Literal["queued"]
    batch_id: Uuid = Field(description="The id of the batch, for all further requests.")
    total: int = Field(ge=1, description="The number of items: one per URL.")
    schema_warnings: list[str] | SkipJsonSchema[None] = left_out_if_none(
        "What the schema asks for that will not be enforced, one sentence each, and whether this "
        "server has no language model to fill it. Absent if there is nothing to say.",
        alias="schema_warnings",
    )


class WarningResponse(ResponseModel):
    """What the client must know of a result."""

    code: str = Field(
        description="\n".join(f"- `{code}`: {meaning}" for code, meaning in WARNING_KINDS.items()),
        json_schema_extra={"enum": list(WARNING_KINDS)},
    )
    message: str = Field(description="What it means for this item, in full sentences.")


class ItemResponse(ResponseModel):
    """One URL of a batch."""

    uuid: Uuid = Field(description="The id of the item. A retry does not change it.")
    url: str = Field(description="The URL as the client wrote it.")
    job_id: str | None = Field(
        description="The place of the item in Temporal, as `workflow/activity`."
    )
    status: StatusName = Field(
        description="`running` after a worker has picked up the item. `cancelled` if no worker had "
        "picked it up when the batch was cancelled."
    )
    result: dict[str, Any] | str | None = Field(
        description="The page: markdown, or an object if the output is `json`. Null unless "
        "`status` is `completed`."
    )
    error: str | None = Field(
        description="Why the item failed, and what can be done. Null unless it failed."
    )
    error_code: str | None = Field(
        description="Why the item failed, for programs. Null unless it failed.\n\n"
        + "\n".join(f"- `{code}`: {kind.advice}" for code, kind in FAILURE_KINDS.items())
        + "\n\n`HTTP_4XX` and `HTTP_5XX` stand for codes with the status itself, such as "
        "`HTTP_404`.",
        pattern=_ERROR_CODE_PATTERN,
    )
    retryable: bool | None = Field(
        description="Whether another try may help. Null unless the item failed."
    )
    credits_used: Count = Field(
        description="The credits that the item cost: 0 unless `status` is `completed`."
    )
    proxy_mb: Megabytes = Field(
        description="The megabytes of 1,000,000 bytes that went through proxies for the item, in "
        "its latest run and in all tries that have ended.",
    )
    started_at: Timestamp | None = Field(
        description="When a worker last picked up the item. Null if no worker has."
    )
    finished_at: Timestamp | None = Field(description="When the item ended. Null until then.")
    screenshot_url: str | None = Field(
        description="The URL of a PNG. It is valid for an hour, and signed anew each time the "
        "batch is requested. Null unless a screenshot was requested and taken.",
        json_schema_extra={"format": "uri"},
    )
    attempts: Count = Field(
        description="How often a worker has started the item since it was last queued. 0 until "
        "the item has ended."
    )
    http_status: int | None = Field(
        description="The status of the page's response, after redirects. Null if there was no "
        "response."
    )
    final_url: str | None = Field(
        description="The URL of the page after redirects. Null if there was no response.",
    )
    warnings: list[WarningResponse] = Field(
        description="What the client must know of the result. Empty if nothing is missing."
    )


class BatchResponse(ResponseModel):
    """The status of a batch, with all of its items."""

    status: BatchStatusName
    total_urls: int = Field(ge=1, description="The number of items.")
    completed_count: Count = Field(description="The number of items that are `completed`.")
    failed_count: Count = Field(description="The number of items that are `failed`.")
    proxy_mb: Megabytes = Field(
        description="The megabytes that went through proxies for the batch, in all of its runs.",
    )
    created_at: Timestamp = Field(description="When the batch was accepted.")
    finished_at: Timestamp | None = Field(description="When the last item ended. Null until then.")
    items: list[ItemResponse] = Field(
        min_length=1, description="One item per URL, in the order of the request."
    )


class ListedBatch(ResponseModel):
    """A batch without its items."""

    uuid: Uuid = Field(description="The `batchId`.")
    status: BatchStatusName
    total_urls: int = Field(ge=1, description="The number of items.")
    completed_count: Count = Field(description="The number of items that are `completed`.")
    failed_count: Count = Field(description="The number of items that are `failed`.")
    output_format: Literal["json", "markdown"] = Field(description="The format of the results.")
    scraping_channel: Literal["api"] = Field(description="Always `api`.")
    created_at: Timestamp = Field(description="When the batch was accepted.")
    finished_at: Timestamp | None = Field(description="When the last item ended. Null until then.")


class Pagination(ResponseModel):
    """The place of this page in the list."""

    page: int = Field(ge=1, description="The number of this page, counted from 1.")
    limit: int = Field(
        ge=1, description="The number of batches per page; the last page may have fewer."
    )
    total: Count = Field(description="The number of batches that the account has.")
    total_pages: Count = Field(description="The number of pages.")


class BatchListResponse(ResponseModel):
    """A page of the account's batches, newest first.

    The counts of an unfinished batch are those of this moment.
    """

    jobs: list[ListedBatch]
    pagination: Pagination


class RetryResponse(ResponseModel):
    """The failed items are queued again."""

    status: Literal["queued"]
    retried_count: int = Field(ge=1, description="The number of items that were queued again.")


class CancelResponse(ResponseModel):
    """The batch is cancelled. Both numbers are exact and final."""

    status: Literal["cancelled"]
    cancelled_items: Count = Field(
        description="The number of items that no worker had started. None of them will start."
    )
    credits_refunded: Count = Field(description="The credits that were reserved for those items.")
