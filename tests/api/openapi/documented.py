"""The OpenAPI document as tests use it, and a client that checks responses against it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import aiohttp
from jsonschema import Draft202012Validator, FormatChecker

from api.openapi.document import openapi_document
from tests.support.client import Json

METHODS = ("get", "post", "delete")

DOCUMENT = openapi_document()


def operations() -> Iterator[tuple[str, str, Json]]:
    """Yield method, path and operation of everything that is documented."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def deviations(value: object, schema: Json) -> list[str]:
    """Return how `value` deviates from `schema`. Fields that are not documented count as well."""
    schemas = {
        name: {"additionalProperties": False, **component}
        for name, component in DOCUMENT["components"]["schemas"].items()
    }
    root = {**schema, "components": {"schemas": schemas}}
    validator = Draft202012Validator(root, format_checker=FormatChecker(["date-time", "uuid"]))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


class CheckedClient:
    """A client that checks every response against the document."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key
        self.seen: set[tuple[str, str]] = set()
        """Pairs of an operation and the outcome: the status, or the code of the error."""
        self.last_etag = ""
        """The `ETag` of the latest response."""

    async def call(
        self,
        operation_id: str,
        batch_id: str = "",
        *,
        expect: str = "200",
        key: str | None = None,
        body: Json | bytes | AsyncIterator[bytes] | None = None,
        content_type: str = "application/json",
        query: str = "",
        headers: dict[str, str] | None = None,
    ) -> Json:
        """Call an operation, check the response, and return its body.

        `expect` is the status, or the code of the error. `key` replaces the client's own key.
        """
        method, path, operation = next(
            found for found in operations() if found[2]["operationId"] == operation_id
        )
        sent = {"x-api-key": self._key if key is None else key, **(headers or {})}
        if body is not None:
            sent["Content-Type"] = content_type
        async with (
            aiohttp.ClientSession(self._url) as session,
            session.request(
                method,
                path.format(batchId=batch_id) + query,
                headers=sent,
                data=json.dumps(body).encode() if isinstance(body, dict) else body,
            ) as response,
        ):
            answer: Json = {} if response.status == 304 else await response.json()
            outcome = str(answer.get("code", response.status))
            assert outcome == expect, answer
            assert str(response.status) in operation["responses"], answer
            documented = operation["responses"][str(response.status)]
            if response.status != 304:
                schema = documented["content"][response.content_type]["schema"]
                assert deviations(answer, schema) == []
            check_headers(response, documented["headers"])
            self.last_etag = response.headers.get("ETag", "")
        self.seen.add((operation_id, outcome))
        return answer

    async def submit(self, *urls: str, **options: object) -> str:
        """Submit a batch and return its id."""
        body = {"urls": urls, **options}
        answer = await self.call("submitBatch", body=body, expect="202")
        return str(answer["batchId"])


def check_headers(response: aiohttp.ClientResponse, documented: Json) -> None:
    """Check that the response has the documented headers, with values as documented."""
    for name, reference in documented.items():
        header = DOCUMENT["components"]["headers"][reference["$ref"].rpartition("/")[2]]
        if not header.get("required") and name not in response.headers:
            continue
        value = response.headers[name]
        is_integer = header["schema"]["type"] == "integer"
        assert deviations(int(value) if is_integer else value, header["schema"]) == [], name


def documented_outcomes() -> set[tuple[str, str]]:
    """Return what `CheckedClient.seen` holds after every documented outcome was seen."""
    outcomes = set()
    for _, _, operation in operations():
        for status, answer in operation["responses"].items():
            schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
            narrowed = schema.get("allOf")
            codes = narrowed[1]["properties"]["code"]["enum"] if narrowed else [status]
            outcomes |= {(operation["operationId"], code) for code in codes}
    return outcomes
