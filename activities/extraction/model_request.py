"""One request to a language model, independent of any server."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

Message = dict[str, str]
"""One message of a chat: its `role` and its `content`."""


@dataclass(frozen=True)
class ModelRequest:
    """One request to the model."""

    messages: list[Message]
    max_tokens: int
    """Limit of the answer's length."""
    wants_json: bool = True
    schema: dict[str, Any] | None = None
    """Form of the answer in the strict dialect. None if the dialect cannot express the form."""

    def for_properties(self, names: Collection[str]) -> ModelRequest:
        """Return the same request with an answer that has only the properties `names`."""
        if self.schema is None:
            return self
        properties = self.schema["properties"]
        kept = {name: properties[name] for name in properties if name in names}
        return replace(self, schema={**self.schema, "properties": kept, "required": list(kept)})
