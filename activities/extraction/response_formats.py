"""How far a server can be held to the form of an answer, as learnt from what it refuses.

Servers do not say what they can do, so each is asked for the most first. What it refuses is asked
for once, and remembered as long as the worker lives.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

Level = Literal["json_schema", "json_object", "prompt"]
"""`json_schema`: the server makes the answer fit the schema. `json_object`: it makes it JSON.
`prompt`: the model is only told."""

_KNOWN_SCHEMAS = 10_000


class Levels:
    """What is known of one model at one endpoint."""

    def __init__(self) -> None:
        self._highest: Level = "json_schema"
        self._refused: set[str] = set()

    def level(self, schema: dict[str, Any] | None) -> Level:
        """The highest level for `schema`, in the strict dialect; None has no such form."""
        if self._highest != "json_schema":
            return self._highest
        is_refused = schema is None or _digest(schema) in self._refused
        return "json_object" if is_refused else "json_schema"

    def refuse(self, level: Level, schema: dict[str, Any] | None, *, is_schema: bool) -> None:
        """That the server does not take `level`: for `schema`, or at all."""
        if level == "json_schema" and is_schema and schema is not None:
            if len(self._refused) >= _KNOWN_SCHEMAS:
                self._refused.clear()
            self._refused.add(_digest(schema))
        elif level == "json_schema" and self._highest == "json_schema":
            self._highest = "json_object"
        elif level == "json_object":
            self._highest = "prompt"


def response_format(level: Level, schema: dict[str, Any] | None) -> dict[str, Any] | None:
    """The parameter of that name; None if there is to be none."""
    if level == "json_schema":
        return {
            "type": "json_schema",
            "json_schema": {"name": "result", "strict": True, "schema": schema},
        }
    return {"type": "json_object"} if level == "json_object" else None


def _digest(schema: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()
