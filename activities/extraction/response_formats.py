"""The response formats that a server accepts, learnt from its refusals.

Servers do not announce what they support. So the first request asks for the strictest format. A
format that the server refuses is not tried again while the worker lives.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

ResponseFormat = Literal["json_schema", "json_object", "prompt"]
"""How the form of an answer is enforced, from strict to loose.

- `json_schema`: the server makes the answer fit the schema.
- `json_object`: the server makes the answer a JSON object.
- `prompt`: only the instructions ask for JSON.
"""

_MAX_REFUSED_SCHEMAS = 10_000
"""Digests of refused schemas to remember: less than 2 MB."""


class ResponseFormats:
    """What is known about the formats of one model at one endpoint."""

    def __init__(self) -> None:
        self._strictest: ResponseFormat = "json_schema"
        self._refused_schemas: set[str] = set()

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
            if len(self._refused_schemas) >= _MAX_REFUSED_SCHEMAS:
                self._refused_schemas.clear()
            self._refused_schemas.add(_digest(schema))
        elif refused == "json_schema" and self._strictest == "json_schema":
            self._strictest = "json_object"
        elif refused == "json_object":
            self._strictest = "prompt"


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


def _digest(schema: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()
