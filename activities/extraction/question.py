"""What a batch asks about each of its pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from activities.content.tokens import estimate_tokens
from activities.extraction import prompts
from domain.options import BatchOptions
from domain.schema.strict import strict_schema

_SAMPLE_BOUNDARY = "0" * 32
"""A boundary as long as those of requests."""


@dataclass(frozen=True)
class Question:
    """The prompt, the schema and the form of the answer."""

    prompt: str | None
    schema: dict[str, Any] | None
    """JSON Schema of the client."""
    strict_schema: dict[str, Any] | None
    """The same in the strict dialect. None if the dialect cannot express the schema."""
    wants_json: bool

    @classmethod
    def from_options(cls, options: BatchOptions) -> Question:
        """Return the question that `options` ask about each page."""
        schema = options.json_schema
        return cls(
            prompt=options.prompt,
            schema=schema,
            strict_schema=None if schema is None else strict_schema(schema),
            wants_json=options.output_format != "markdown",
        )

    def instructions(self, boundary: str, part: tuple[int, int] | None = None) -> str:
        """Return the system message; `part` is number and count if the page has several parts."""
        return prompts.page_instructions(
            boundary,
            prompt=self.prompt,
            wants_json=self.wants_json,
            schema=self.schema,
            part=part,
        )

    @property
    def tokens(self) -> int:
        """Estimated tokens of everything in a request except the page."""
        instructions = estimate_tokens(self.instructions(_SAMPLE_BOUNDARY))
        # Servers add the schema in `response_format` to the prompt.
        return instructions + estimate_tokens(json.dumps(self.strict_schema, ensure_ascii=False))
