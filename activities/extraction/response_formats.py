"""The response formats that a server accepts and enforces, learnt from its refusals and answers.

Servers do not announce what they support. So the first request asks for the strictest format. A
format that the server refuses is not tried again while the worker lives. A format that the server
accepts and does not enforce is still asked for, since it may help. It is not reported as enforced.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from activities.extraction.enforcement import breaks_format

ResponseFormat = Literal["json_schema", "json_object", "prompt"]
"""How the form of an answer is enforced, from strict to loose.

- `json_schema`: the server makes the answer fit the schema.
- `json_object`: the server makes the answer a JSON object.
- `prompt`: only the instructions ask for JSON.
"""

_MAX_SCHEMAS = 10_000
"""Digests of schemas to remember: less than 2 MB."""


class ResponseFormats:
    """What is known about the formats of one model at one endpoint."""

    def __init__(self) -> None:
        self._strictest: ResponseFormat = "json_schema"
        self._refused_schemas: set[str] = set()
        self._unenforced: set[ResponseFormat] = set()
        self._unenforced_schemas: set[str] = set()

    def strictest_for(self, schema: dict[str, Any] | None) -> ResponseFormat:
        """Return the strictest format to ask for.

        `schema` is in the strict dialect. It is None if the dialect cannot express the client's
        schema.
        """
        if self._strictest != "json_schema":
            return self._strictest
        is_refused = schema is None or _digest(schema) in self._refused_schemas
        return "json_object" if is_refused else "json_schema"

    def record_refusal(
        self, refused: ResponseFormat, schema: dict[str, Any] | None, *, only_schema: bool
    ) -> None:
        """Remember that the server refuses a format, for all requests or for `schema` only."""
        if refused == "json_schema" and only_schema and schema is not None:
            _remember(schema, self._refused_schemas)
        elif refused == "json_schema" and self._strictest == "json_schema":
            self._strictest = "json_object"
        elif refused == "json_object":
            self._strictest = "prompt"

    def enforced(self, asked: ResponseFormat, schema: dict[str, Any] | None) -> ResponseFormat:
        """Return the format that the server enforces if `asked` is asked for, as far as known."""
        if asked in self._unenforced:
            return "prompt"
        has_schema = asked == "json_schema" and schema is not None and self._unenforced_schemas
        if has_schema and _digest(schema) in self._unenforced_schemas:
            return "prompt"
        return asked

    def record_answer(
        self, asked: ResponseFormat, schema: dict[str, Any] | None, text: str
    ) -> ResponseFormat:
        """Learn from an answer that was not cut off, and return the format that was enforced.

        An answer that is no JSON object proves that the server does not enforce the format at all.
        One that only breaks the schema proves this for the schema.
        """
        if asked == "prompt":
            return asked
        if breaks_format(text, None):
            self._unenforced.add(asked)
        elif asked == "json_schema" and schema is not None and breaks_format(text, schema):
            _remember(schema, self._unenforced_schemas)
        return self.enforced(asked, schema)


def response_format_parameter(
    wanted: ResponseFormat, schema: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Return the request parameter `response_format`, or None to leave the parameter out."""
    if wanted == "json_schema":
        return {
            "type": "json_schema",
            "json_schema": {"name": "result", "strict": True, "schema": schema},
        }
    return {"type": "json_object"} if wanted == "json_object" else None


def _remember(schema: dict[str, Any], schemas: set[str]) -> None:
    if len(schemas) >= _MAX_SCHEMAS:
        schemas.clear()
    schemas.add(_digest(schema))


def _digest(schema: dict[str, Any] | None) -> str:
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()
