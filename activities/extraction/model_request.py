"""One request to a language model, independent of any server."""

from __future__ import annotations

from dataclasses import dataclass
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
