"""The OpenAPI document: what `api.app` answers to whom, in the words of OpenAPI 3.1.

Bodies come from the models that check requests and build answers. A test compares the operations
with the routes of the application, and the application with the document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from api.openapi.examples import Examples
from api.openapi.operations import OPERATIONS, Operation, Parameter, Problem, Reply
from api.openapi.response_models import ErrorAnswer

VERSION = "0.1.0"
"""The version of the project."""

_DESCRIPTION = """\
Send up to 50 URLs in one request. Each is opened in a real browser and comes back as markdown,
with a screenshot if you want one.

1. `POST /api/batch/scrape` answers at once with a `batchId`.
2. Poll `GET /api/batch/scrape/{batchId}` every few seconds until `status` is `completed`,
   `failed` or `cancelled`. Every URL keeps its row, with its result or the reason why there is
   none.
3. `POST …/retry` runs what failed again; `DELETE` cancels what has not started.

Every error, of every kind, has the form of `ErrorAnswer`; decide by its `code`. An unknown path
is a 404 `NOT_FOUND`, a wrong method a 405 `METHOD_NOT_ALLOWED` with an `Allow` header, an `Expect`
other than `100-continue` a 417 `EXPECTATION_FAILED`, and what is not a valid HTTP request a 400
`BAD_REQUEST`. After a 503 it is safe to repeat the request. All times are UTC.
"""

_SECURITY_SCHEMES = {
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "The API key.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The same key, as `Authorization: Bearer KEY`.",
    },
}

_BATCH_ID = {
    "name": "batchId",
    "in": "path",
    "required": True,
    "description": "As the answer to the submit has it. Any other text is an unknown batch.",
    "schema": {"type": "string", "format": "uuid"},
}

_GIVEN_REQUEST_ID = {
    "name": "X-Request-Id",
    "in": "header",
    "description": "An id of your own for this request: letters, digits, `.`, `_` and `-`, at "
    "most 64. Anything else is replaced by a new id.",
    "schema": {"type": "string"},
}

_HEADERS = {
    "X-Request-Id": {
        "description": "Names the request in the server's log.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "Location": {
        "description": "The path of the new batch.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "Idempotency-Replayed": {
        "description": "There if the answer is that of an earlier request with the same "
        "`Idempotency-Key`.",
        "schema": {"type": "string", "const": "true"},
    },
    "ETag": {
        "description": "Names what the answer says, the signatures of screenshot URLs apart; for "
        "`If-None-Match`.",
        "required": True,
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]+"$'},
    },
    "Cache-Control": {
        "description": "An answer that is kept has to be asked for again, with `If-None-Match`.",
        "required": True,
        "schema": {"type": "string", "const": "private, no-cache"},
    },
    "RateLimit-Limit": {
        "description": "Requests that the account may make in 15 minutes. This header and the "
        "next two are absent if the server has no limit, or the key is not known.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimit-Remaining": {
        "description": "How many of them are left.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit-Reset": {
        "description": "Seconds until all of them are there again.",
        "schema": {"type": "integer", "minimum": 1},
    },
}

_RATE_LIMIT_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def openapi_document() -> dict[str, Any]:
    """The document, as plain JSON."""
    paths: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.path][operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "spidra-batch",
            "version": VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "security": [{name: []} for name in _SECURITY_SCHEMES],
        "paths": dict(paths),
        "components": {
            "schemas": _schemas(),
            "headers": _HEADERS,
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    documented: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [
            *([_BATCH_ID] if "{batchId}" in operation.path else []),
            *(_parameter(parameter) for parameter in operation.parameters),
            _GIVEN_REQUEST_ID,
        ],
        "responses": {str(reply.status): _reply(reply) for reply in operation.replies},
    }
    if operation.not_modified is not None:
        documented["responses"]["304"] = {
            "description": operation.not_modified,
            "headers": _headers("ETag", "Cache-Control"),
        }
    if operation.is_public:
        documented["security"] = []
    if operation.body is not None:
        documented["requestBody"] = {
            "required": operation.is_body_required,
            "content": _content(_reference(operation.body), operation.body_examples),
        }
    by_status: defaultdict[int, list[Problem]] = defaultdict(list)
    for problem in operation.problems:
        by_status[problem.status].append(problem)
    for status in sorted(by_status):
        documented["responses"][str(status)] = _error(by_status[status])
    if not operation.is_public:
        for status, response in documented["responses"].items():
            if status != "401":
                response["headers"] |= _headers(*_RATE_LIMIT_HEADERS)
    return documented


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _reply(reply: Reply) -> dict[str, Any]:
    documented: dict[str, Any] = {
        "description": reply.model.__doc__,
        "headers": _headers(*reply.headers),
        "content": _content(_reference(reply.model), reply.examples),
    }
    if reply.links:
        documented["links"] = {
            link.operation_id: {
                "operationId": link.operation_id,
                "parameters": {"batchId": link.batch_id},
                "description": link.description,
            }
            for link in reply.links
        }
    return documented


def _error(problems: Sequence[Problem]) -> dict[str, Any]:
    """The answer for problems that share a status."""
    has_retry_after = any(problem.retry_after for problem in problems)
    has_list = any(problem.has_list for problem in problems)
    narrowed = {
        "properties": {"code": {"enum": [problem.code for problem in problems]}},
        "required": ["retry_after"] * has_retry_after + ["errors"] * has_list,
    }
    return {
        "description": "\n".join(f"- `{problem.code}`: {problem.when}" for problem in problems),
        "headers": _headers(*(["Retry-After"] if has_retry_after else [])),
        "content": _content(
            {"allOf": [_reference(ErrorAnswer), narrowed]},
            {problem.code: problem.example for problem in problems},
        ),
    }


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def _content(schema: dict[str, Any], examples: Examples) -> dict[str, Any]:
    named = {name: {"value": value} for name, value in examples.items()}
    return {"application/json": {"schema": schema, "examples": named}}


def _reference(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


class _SchemaGenerator(GenerateJsonSchema):
    """Leaves out the titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def _schemas() -> dict[str, Any]:
    models: dict[type[BaseModel], JsonSchemaMode] = {ErrorAnswer: "serialization"}
    for operation in OPERATIONS:
        models |= {reply.model: "serialization" for reply in operation.replies}
        if operation.body is not None:
            models[operation.body] = "validation"
    _, schema = models_json_schema(
        list(models.items()),
        ref_template="#/components/schemas/{model}",
        schema_generator=_SchemaGenerator,
    )
    found: dict[str, Any] = schema["$defs"]
    return found
