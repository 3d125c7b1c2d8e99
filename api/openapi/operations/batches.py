"""The documented operations of `/api/batch/scrape`."""

from __future__ import annotations

from api.batches.errors import (
    batch_not_found,
    budget_used_up,
    cannot_cancel,
    cannot_retry_cancelled,
    credit_limit_reached,
    idempotency_conflict,
    invalid_schema,
    no_failed_items,
    none_is_retryable,
    not_terminal,
    proxy_limit_reached,
    secrets_required,
    too_many_pending_jobs,
)
from api.batches.idempotency import KEY_PATTERN, MAX_KEY_CHARACTERS
from api.batches.listing import DEFAULT_LIMIT, MAX_LIMIT, MAX_PAGE
from api.batches.response_models import (
    BatchListResponse,
    BatchResponse,
    CancelResponse,
    RetryResponse,
    SubmitResponse,
)
from api.http.errors import validation_failed
from api.openapi.examples import batches as examples
from api.openapi.operations.common_errors import BODY_ERRORS, KEY_ERRORS, QUEUE_UNAVAILABLE
from api.openapi.operations.terms import ErrorCase, Link, Operation, Parameter, Response
from domain.options import BatchScrapeRequest, RetryRequestBody

_TAG = "Batches"
_COLLECTION = "/api/batch/scrape"
_BATCH = "/api/batch/scrape/{batchId}"

_NOT_FOUND = ErrorCase(batch_not_found(), "the batch does not exist, or belongs to another account")
_CREDIT_LIMIT_REACHED = ErrorCase(
    credit_limit_reached(needed=6, remaining=4),
    "the account cannot pay for all of the URLs; nothing is queued",
)
_PROXY_LIMIT_REACHED = ErrorCase(
    proxy_limit_reached(500),
    "`useProxy` is set, and the account has no proxy traffic left; nothing is queued",
)
_TOO_MANY_PENDING_JOBS = ErrorCase(
    too_many_pending_jobs(50), "the account has as many unfinished batches as it may"
)

_LINK_DESCRIPTIONS = {
    "getBatch": "Get the status and the results of the batch.",
    "retryBatch": "Run the failed items again, after the batch has ended.",
    "cancelBatch": "Cancel the items that have not started.",
}


def _links(batch_id: str, *operation_ids: str) -> tuple[Link, ...]:
    return tuple(Link(name, _LINK_DESCRIPTIONS[name], batch_id) for name in operation_ids)


_IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "A text of your choice that names this request. If you send the request again within 24 hours, "
    "with the same key and the same body, the response is about the batch that the first request "
    "made. That holds however often you send it, and also at the same time. The order of the "
    "body's fields does not matter. A request that was answered with an error has not used its "
    "key.",
    {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_KEY_CHARACTERS,
        "pattern": KEY_PATTERN,
    },
)

SUBMIT = Operation(
    method="post",
    path=_COLLECTION,
    id="submitBatch",
    tag=_TAG,
    summary="Submit a batch",
    description="Reserves the credits of all URLs and queues them. Either all URLs are accepted, "
    "or none.",
    body=BatchScrapeRequest,
    body_examples=examples.SUBMIT_BODIES,
    responses=(
        Response(
            202,
            SubmitResponse,
            examples.SUBMIT,
            headers=("Location", "Idempotency-Replayed"),
            links=_links("$response.body#/batchId", "getBatch", "retryBatch", "cancelBatch"),
        ),
    ),
    parameters=(_IDEMPOTENCY_KEY,),
    errors=(
        *KEY_ERRORS,
        *BODY_ERRORS,
        _CREDIT_LIMIT_REACHED,
        _PROXY_LIMIT_REACHED,
        ErrorCase(
            validation_failed(
                ["urls[0]: has the scheme ftp: but only http and https are allowed."]
            ),
            "a field is wrong, or a URL may not be scraped",
        ),
        ErrorCase(
            invalid_schema(['schema.type: the root must be of type "object".']),
            "`schema` is not a JSON Schema that can be used",
        ),
        ErrorCase(idempotency_conflict(), "the `Idempotency-Key` was used with another body"),
        _TOO_MANY_PENDING_JOBS,
        QUEUE_UNAVAILABLE,
    ),
)

LIST = Operation(
    method="get",
    path=_COLLECTION,
    id="listBatches",
    tag=_TAG,
    summary="List the account's batches",
    description="The batches without their items, newest first. Each batch is listed once, "
    "however often it was retried.",
    parameters=(
        Parameter(
            "page",
            "query",
            "The number of the page, counted from 1. A page after the last is empty.",
            {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1},
        ),
        Parameter(
            "limit",
            "query",
            "The number of batches per page.",
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        ),
    ),
    # No links: OpenAPI cannot say "each batch of the list", and the list may be empty.
    responses=(Response(200, BatchListResponse, examples.BATCH_LIST),),
    errors=(
        *KEY_ERRORS,
        ErrorCase(
            validation_failed(['limit: must be a whole number from 1 to 50, not "100".']),
            "`page` or `limit` is wrong",
        ),
    ),
)

GET = Operation(
    method="get",
    path=_BATCH,
    id="getBatch",
    tag=_TAG,
    summary="Get a batch",
    description="The status of the batch, with the results that exist so far.",
    parameters=(
        Parameter(
            "If-None-Match",
            "header",
            "The `ETag` of a response that you have, a list of several, or `*`. If the batch has "
            "not changed, the response is an empty 304. Omit this header to get newly signed "
            "screenshot URLs.",
            {"type": "string"},
        ),
    ),
    responses=(
        Response(
            200,
            BatchResponse,
            examples.BATCH,
            headers=("ETag", "Cache-Control"),
            links=_links("$request.path.batchId", "retryBatch", "cancelBatch"),
        ),
    ),
    not_modified="The batch has not changed since the response with that `ETag`.",
    errors=(*KEY_ERRORS, _NOT_FOUND, QUEUE_UNAVAILABLE),
)

CANCEL = Operation(
    method="delete",
    path=_BATCH,
    id="cancelBatch",
    tag=_TAG,
    summary="Cancel a batch",
    description="Items that a worker has started finish and are charged. All other items never "
    "start, and their credits are given back.",
    responses=(Response(200, CancelResponse, examples.CANCEL),),
    errors=(
        *KEY_ERRORS,
        _NOT_FOUND,
        ErrorCase(cannot_cancel("completed"), "the batch has ended or was cancelled before"),
        QUEUE_UNAVAILABLE,
    ),
)

RETRY = Operation(
    method="post",
    path=f"{_BATCH}/retry",
    id="retryBatch",
    tag=_TAG,
    summary="Retry the failed items",
    description="Runs the failed items again, in the same batch and with the same `uuid`s. "
    "Completed items stay as they are. Credits are reserved anew. If several such requests arrive "
    "at once, one is accepted.",
    body=RetryRequestBody,
    body_examples=examples.RETRY_BODIES,
    is_body_required=False,
    responses=(Response(202, RetryResponse, examples.RETRY),),
    errors=(
        *KEY_ERRORS,
        *BODY_ERRORS,
        ErrorCase(no_failed_items(), "no item has failed"),
        ErrorCase(none_is_retryable(), "no failed item is retryable, and only those are to run"),
        ErrorCase(secrets_required(["cookies"]), "the batch had cookies, and the retry has none"),
        _CREDIT_LIMIT_REACHED,
        _PROXY_LIMIT_REACHED,
        ErrorCase(
            budget_used_up(used=10_012_345, limit=10_000_000),
            "the batch has used up its own proxy traffic",
        ),
        _NOT_FOUND,
        ErrorCase(not_terminal(), "the batch has not ended yet"),
        ErrorCase(cannot_retry_cancelled(), "the batch was cancelled"),
        ErrorCase(
            validation_failed(
                ["urls: is not a known field. Known are onlyRetryable, maxProxyMb, cookies."]
            ),
            "a field is wrong",
        ),
        _TOO_MANY_PENDING_JOBS,
        QUEUE_UNAVAILABLE,
    ),
)

OPERATIONS = (SUBMIT, LIST, GET, CANCEL, RETRY)
