"""The OpenAPI 3.1 document.

It is made from the operations in `api.openapi.operations`. The schemas of bodies come from the
models that check requests and build responses. Tests compare the documented operations with the
routes of the application, and its responses with the document.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from api.http.response_models import ErrorResponse
from api.openapi.headers import HEADERS, RATE_LIMIT_HEADERS
from api.openapi.operations import account, batches, health
from api.openapi.operations.terms import ErrorCase, Examples, Operation, Parameter, Response
from spidra_batch import __version__

OPERATIONS = (*batches.OPERATIONS, *account.OPERATIONS, *health.OPERATIONS)

_DESCRIPTION = """\
Send up to 50 URLs in one request. Each page is opened in a real browser and becomes markdown, with
a screenshot if you want one.

1. `POST /api/batch/scrape` returns a `batchId` at once.
2. Poll `GET /api/batch/scrape/{batchId}` every few seconds until `status` is `completed`,
   `failed` or `cancelled`. Every URL keeps its item, with its result or the reason of its failure.
3. `POST …/retry` runs the failed items again. `DELETE` cancels the items that have not started.

All errors have the form of `ErrorResponse`; programs should decide by its `code`. An unknown path
is a 404 `NOT_FOUND`. A wrong method is a 405 `METHOD_NOT_ALLOWED` with an `Allow` header. An
`Expect` header other than `100-continue` is a 417 `EXPECTATION_FAILED`. Bytes that are not a valid
HTTP request are a 400 `BAD_REQUEST`. After a 503 it is safe to repeat the request. All times are
UTC.
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
    "description": "The id from the response to the submit. Any other text is an unknown batch.",
    "schema": {"type": "string", "format": "uuid"},
}

_GIVEN_REQUEST_ID = {
    "name": "X-Request-Id",
    "in": "header",
    "description": "An id of your choice for this request: at most 64 letters, digits, `.`, `_` "
    "and `-`. Any other text is replaced by a new id.",
    "schema": {"type": "string"},
}


def openapi_document() -> dict[str, Any]:
    """Return the document as plain JSON values."""
    paths: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.path][operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "spidra-batch",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "security": [{name: []} for name in _SECURITY_SCHEMES],
        "paths": dict(paths),
        "components": {
            "schemas": _schemas(),
            "headers": HEADERS,
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
        "responses": _responses(operation),
    }
    if operation.is_public:
        documented["security"] = []
    if operation.body is not None:
        documented["requestBody"] = {
            "required": operation.is_body_required,
            "content": _content(_reference(operation.body), operation.body_examples),
        }
    return documented


def _responses(operation: Operation) -> dict[str, Any]:
    """Document all responses by status: the operation's own, 304, then errors."""
    responses = {str(response.status): _response(response) for response in operation.responses}
    if operation.not_modified is not None:
        responses["304"] = {
            "description": operation.not_modified,
            "headers": _headers("ETag", "Cache-Control"),
        }
    by_status: defaultdict[int, list[ErrorCase]] = defaultdict(list)
    for case in operation.errors:
        by_status[case.error.status].append(case)
    for status in sorted(by_status):
        responses[str(status)] = _error(by_status[status])
    if not operation.is_public:
        for key, response in responses.items():
            if key != "401":  # without a key there is no account, so no limit
                response["headers"] |= _headers(*RATE_LIMIT_HEADERS)
    return responses


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _response(response: Response) -> dict[str, Any]:
    documented: dict[str, Any] = {
        "description": inspect.getdoc(response.model),
        "headers": _headers(*response.headers),
        "content": _content(_reference(response.model), response.examples),
    }
    if response.links:
        documented["links"] = {
            link.operation_id: {
                "operationId": link.operation_id,
                "parameters": {"batchId": link.batch_id},
                "description": link.description,
            }
            for link in response.links
        }
    return documented


def _error(cases: Sequence[ErrorCase]) -> dict[str, Any]:
    """Document the response for errors that share a status."""
    errors = [case.error for case in cases]
    has_retry_after = any(error.retry_after is not None for error in errors)
    has_list = any(error.errors is not None for error in errors)
    narrowed = {
        "properties": {"code": {"enum": [error.code for error in errors]}},
        "required": ["retry_after"] * has_retry_after + ["errors"] * has_list,
    }
    return {
        "description": "\n".join(f"- `{case.error.code}`: {case.when}" for case in cases),
        "headers": _headers(*(["Retry-After"] if has_retry_after else [])),
        "content": _content(
            {"allOf": [_reference(ErrorResponse), narrowed]},
            {error.code: error.body.model_dump(by_alias=True) for error in errors},
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
    """A generator without the titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def _schemas() -> dict[str, Any]:
    models: dict[type[BaseModel], JsonSchemaMode] = {ErrorResponse: "serialization"}
    for operation in OPERATIONS:
        models |= {response.model: "serialization" for response in operation.responses}
        if operation.body is not None:
            models[operation.body] = "validation"
    _, schema = models_json_schema(
        list(models.items()),
        ref_template="#/components/schemas/{model}",
        schema_generator=_SchemaGenerator,
    )
    found: dict[str, Any] = schema["$defs"]
    return found
