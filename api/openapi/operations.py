"""What each route answers: successes, errors, examples.

`api.openapi.document` puts it into its form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from api.batches.idempotency import MAX_CHARACTERS, PATTERN
from api.batches.listing import DEFAULT_LIMIT, MAX_LIMIT, MAX_PAGE
from api.http.errors import ApiError
from api.http.middlewares import MAX_BODY_BYTES
from api.openapi import examples
from api.openapi.examples import Examples
from api.openapi.response_models import (
    AccountAnswer,
    BatchAnswer,
    BatchListAnswer,
    CancelAnswer,
    HealthAnswer,
    ReadinessAnswer,
    RetryAnswer,
    SubmitAnswer,
)
from domain.options import BatchScrapeRequest, RetryRequestBody


@dataclass(frozen=True)
class Reply:
    """An answer with a body of its own, other than the envelope of errors."""

    status: int
    model: type[BaseModel]
    examples: Examples
    headers: tuple[str, ...] = ()
    """Those that it has besides the request's id, by their names in the document."""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Link:
    """An operation that goes on with a batch that an answer is about."""

    operation_id: str
    description: str
    batch_id: str
    """Where its `batchId` is: a runtime expression of OpenAPI."""


@dataclass(frozen=True)
class Parameter:
    """What a request may have besides the id in its path and its body."""

    name: str
    where: Literal["query", "header"]
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """An error."""

    status: int
    code: str
    when: str
    """Completes the sentence "It is answered if …"."""
    message: str
    """As the server words it."""
    has_list: bool = False
    """Whether the answer has `errors`."""
    retry_after: int | None = None

    @property
    def example(self) -> dict[str, Any]:
        """It, as it is answered."""
        error = ApiError(
            self.status,
            self.code,
            self.message,
            errors=[self.message] if self.has_list else None,
            retry_after=self.retry_after,
        )
        return error.answer.model_dump(by_alias=True)


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: Literal["get", "post", "delete"]
    path: str
    id: str
    tag: str
    summary: str
    description: str
    replies: tuple[Reply, ...]
    problems: tuple[Problem, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    not_modified: str | None = None
    """When it answers 304, if it ever does."""
    body: type[BaseModel] | None = None
    body_examples: Examples = field(default_factory=dict)
    is_body_required: bool = True
    is_public: bool = False
    """Whether it needs no key."""


_INTERNAL_ERROR = Problem(
    500,
    "INTERNAL_ERROR",
    "the server has a fault",
    "The server met an unforeseen error. Its log has more under 17cf3ff5f03f49f293609da8a4ce527e.",
)
_SERVICE_BUSY = Problem(
    503,
    "SERVICE_BUSY",
    "the database, the object store or the workers are out of reach",
    "The database is out of reach. The request was not accepted; it is safe to repeat it.",
    retry_after=2,
)
_QUEUE_UNAVAILABLE = Problem(
    503,
    "QUEUE_UNAVAILABLE",
    "Temporal is out of reach",
    "Temporal is out of reach. The request was not accepted; it is safe to repeat it.",
    retry_after=2,
)
_WITH_KEY = (
    Problem(
        401,
        "MISSING_API_KEY",
        "the request has no API key",
        "Send your API key in the header `x-api-key`, or as `Authorization: Bearer KEY`.",
    ),
    Problem(
        403,
        "INVALID_API_KEY",
        "the key is unknown, revoked or expired",
        "This API key is unknown, revoked or expired.",
    ),
    Problem(
        406,
        "NOT_ACCEPTABLE",
        "the `Accept` header rules out JSON",
        "Answers are application/json, which the Accept header of the request rules out.",
    ),
    Problem(
        429,
        "RATE_LIMITED",
        "the account has made too many requests; see the `RateLimit` headers",
        "The account has made its 300 requests for now; it can make the next in 412 seconds.",
        retry_after=412,
    ),
    _INTERNAL_ERROR,
    _SERVICE_BUSY,
)
_WITH_BODY = (
    Problem(
        400,
        "INVALID_JSON",
        "the body is not one JSON object in UTF-8",
        "The body is not valid JSON: Expecting value: line 1 column 1 (char 0).",
    ),
    Problem(
        408,
        "REQUEST_TIMEOUT",
        "the body does not arrive",
        "The body did not arrive within 10 seconds.",
    ),
    Problem(
        413,
        "PAYLOAD_TOO_LARGE",
        f"the body has more than {MAX_BODY_BYTES} bytes",
        f"The body is larger than {MAX_BODY_BYTES} bytes.",
    ),
    Problem(
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "the body is declared to be something other than JSON",
        "The body must be application/json, not text/plain.",
    ),
)
_NOT_FOUND = Problem(
    404,
    "NOT_FOUND",
    "there is no such batch, or it is another account's",
    "There is no such batch.",
)
_CREDIT_LIMIT_REACHED = Problem(
    403,
    "CREDIT_LIMIT_REACHED",
    "the account cannot pay for all of the URLs; nothing is queued",
    "This needs 6 credits, and 4 remain of your account's limit.",
)
_PROXY_LIMIT_REACHED = Problem(
    403,
    "PROXY_LIMIT_REACHED",
    "`useProxy`, and the account has no proxy traffic left; nothing is queued",
    "The account has used the 500 MB of proxy traffic that it may use; leave out useProxy.",
)
_TOO_MANY_PENDING_JOBS = Problem(
    429,
    "TOO_MANY_PENDING_JOBS",
    "the account has as many unfinished batches as it may",
    "The account has 50 unfinished batches, which is as many as it may have at once; wait for one "
    "to end, or cancel one.",
    retry_after=5,
)


def _links(batch_id: str, *operation_ids: str) -> tuple[Link, ...]:
    return tuple(Link(name, _FOLLOW_UPS[name], batch_id) for name in operation_ids)


_FOLLOW_UPS = {
    "getBatch": "How it stands.",
    "retryBatch": "Its failed items again, once it has ended.",
    "cancelBatch": "What of it has not started.",
}


OPERATIONS = (
    Operation(
        method="post",
        path="/api/batch/scrape",
        id="submitBatch",
        tag="Batches",
        summary="Submit a batch",
        description="Reserves the credits of all URLs and queues them. All of it is accepted, or "
        "nothing is.",
        body=BatchScrapeRequest,
        body_examples=examples.SUBMIT_BODIES,
        replies=(
            Reply(
                202,
                SubmitAnswer,
                examples.SUBMIT,
                headers=("Location", "Idempotency-Replayed"),
                links=_links("$response.body#/batchId", "getBatch", "retryBatch", "cancelBatch"),
            ),
        ),
        parameters=(
            Parameter(
                "Idempotency-Key",
                "header",
                "A text of your own that names this request. Sent again within 24 hours with the "
                "same body, in whatever order its fields are, it is answered with the batch that "
                "it made the first time, however often and at once. A request that was answered "
                "with an error has not used its key.",
                {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": MAX_CHARACTERS,
                    "pattern": PATTERN,
                },
            ),
        ),
        problems=(
            *_WITH_KEY,
            *_WITH_BODY,
            _CREDIT_LIMIT_REACHED,
            _PROXY_LIMIT_REACHED,
            Problem(
                422,
                "VALIDATION_FAILED",
                "a field is wrong, or a URL may not be scraped",
                "urls[0]: has the scheme ftp: but only http and https are allowed.",
                has_list=True,
            ),
            Problem(
                422,
                "INVALID_SCHEMA",
                "`schema` is not a JSON Schema that can be used",
                'schema.type: the root must be of type "object".',
                has_list=True,
            ),
            Problem(
                409,
                "IDEMPOTENCY_CONFLICT",
                "the `Idempotency-Key` was used with another body",
                "This Idempotency-Key was used with another body within the last 24 hours.",
            ),
            _TOO_MANY_PENDING_JOBS,
            _QUEUE_UNAVAILABLE,
        ),
    ),
    Operation(
        method="get",
        path="/api/batch/scrape",
        id="listBatches",
        tag="Batches",
        summary="List the account's batches",
        description="Newest first, without their items. A batch is there once, however often it "
        "was retried.",
        parameters=(
            Parameter(
                "page",
                "query",
                "Which page, counted from 1. One after the last is empty.",
                {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1},
            ),
            Parameter(
                "limit",
                "query",
                "How many batches a page has.",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            ),
        ),
        replies=(
            # No links: OpenAPI has no way to say "each of them", and there may be none.
            Reply(200, BatchListAnswer, examples.BATCH_LIST),
        ),
        problems=(
            *_WITH_KEY,
            Problem(
                422,
                "VALIDATION_FAILED",
                "`page` or `limit` is wrong",
                'limit: must be a whole number from 1 to 50, not "100".',
                has_list=True,
            ),
        ),
    ),
    Operation(
        method="get",
        path="/api/batch/scrape/{batchId}",
        id="getBatch",
        tag="Batches",
        summary="Get a batch",
        description="How the batch stands, with the results that are there so far.",
        parameters=(
            Parameter(
                "If-None-Match",
                "header",
                "The `ETag` of an answer that you have, or several, or `*`. If the batch stands "
                "as it did, the answer is an empty 304. Leave it out to have screenshot URLs "
                "signed anew.",
                {"type": "string"},
            ),
        ),
        replies=(
            Reply(
                200,
                BatchAnswer,
                examples.BATCH,
                headers=("ETag", "Cache-Control"),
                links=_links("$request.path.batchId", "retryBatch", "cancelBatch"),
            ),
        ),
        not_modified="The batch stands as it did when it was answered with that `ETag`.",
        problems=(*_WITH_KEY, _NOT_FOUND, _QUEUE_UNAVAILABLE),
    ),
    Operation(
        method="delete",
        path="/api/batch/scrape/{batchId}",
        id="cancelBatch",
        tag="Batches",
        summary="Cancel a batch",
        description="Items that a worker has started finish and are charged; all others never "
        "start, and their credits are given back.",
        replies=(Reply(200, CancelAnswer, examples.CANCEL),),
        problems=(
            *_WITH_KEY,
            _NOT_FOUND,
            Problem(
                409,
                "ALREADY_TERMINAL",
                "the batch has ended or was cancelled before",
                "Cannot cancel a batch that is already completed.",
            ),
            _QUEUE_UNAVAILABLE,
        ),
    ),
    Operation(
        method="post",
        path="/api/batch/scrape/{batchId}/retry",
        id="retryBatch",
        tag="Batches",
        summary="Retry what failed",
        description="Runs the failed items again, in the same batch and under the same `uuid`s. "
        "What had completed stays as it is. Credits are reserved anew. Of several such requests "
        "at once one is accepted.",
        body=RetryRequestBody,
        body_examples=examples.RETRY_BODIES,
        is_body_required=False,
        replies=(Reply(202, RetryAnswer, examples.RETRY),),
        problems=(
            *_WITH_KEY,
            *_WITH_BODY,
            Problem(
                400,
                "NO_FAILED_ITEMS",
                "nothing failed",
                "No item of this batch has failed.",
            ),
            Problem(
                400,
                "COOKIES_REQUIRED",
                "the batch had cookies, and the retry brings none",
                "This batch had cookies, which were deleted when it ended: send them again, as "
                '{"cookies": "…"}.',
            ),
            _CREDIT_LIMIT_REACHED,
            _PROXY_LIMIT_REACHED,
            _NOT_FOUND,
            Problem(
                409,
                "NOT_TERMINAL",
                "the batch has not ended yet",
                "The batch is still running; retry it when it has ended.",
            ),
            Problem(
                409,
                "ALREADY_TERMINAL",
                "the batch was cancelled",
                "Cannot retry a batch that was cancelled; submit it again.",
            ),
            Problem(
                422,
                "VALIDATION_FAILED",
                "a field is wrong",
                "urls: is not a known field. Known are cookies.",
                has_list=True,
            ),
            _TOO_MANY_PENDING_JOBS,
            _QUEUE_UNAVAILABLE,
        ),
    ),
    Operation(
        method="get",
        path="/api/account",
        id="getAccount",
        tag="Account",
        summary="Get the account's credits and proxy traffic",
        description="Plan, credits and proxy traffic of the account that the key opens.",
        replies=(Reply(200, AccountAnswer, examples.ACCOUNT),),
        problems=_WITH_KEY,
    ),
    Operation(
        method="get",
        path="/healthz",
        id="getHealth",
        tag="Health",
        summary="Does the process live?",
        description="200 as long as it answers at all.",
        replies=(Reply(200, HealthAnswer, examples.HEALTH),),
        is_public=True,
    ),
    Operation(
        method="get",
        path="/readyz",
        id="getReadiness",
        tag="Health",
        summary="Would a batch be worked on?",
        description="Whether the database, the bucket, Temporal and a worker are there.",
        replies=(
            Reply(200, ReadinessAnswer, examples.READY),
            Reply(503, ReadinessAnswer, examples.NOT_READY),
        ),
        is_public=True,
        problems=(_INTERNAL_ERROR,),
    ),
)
