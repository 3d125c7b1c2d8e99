"""What a batch asks about each of its pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from activities.content.tokens import estimate_tokens
from activities.extraction import prompts
from domain.failures import ScrapeError
from domain.options import BatchOptions
from domain.schema.strict import strict_schema


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

    @cached_property
    def instructions(self) -> str:
        """The system message."""
        return prompts.page_instructions(
            prompt=self.prompt, wants_json=self.wants_json, schema=self.schema
        )

    @property
    def tokens(self) -> int:
        """Estimated tokens of everything in a request except the page and its marks."""
        # Servers add the schema in `response_format` to the prompt.
        return estimate_tokens(self.instructions) + _tokens_of(self.strict_schema)

    def too_long(self, context_tokens: int, answer_tokens: int) -> ScrapeError:
        """Return the error of a question that leaves no room for a page."""
        shares = f"the answer may take {answer_tokens}"
        if self.prompt:
            shares = f"the prompt takes about {estimate_tokens(self.prompt)}, {shares}"
        if self.schema is not None:
            schema_tokens = _tokens_of(self.schema) + _tokens_of(self.strict_schema)
            shares = f"the schema takes about {schema_tokens}, {shares}"
        return ScrapeError(
            "QUESTION_TOO_LONG",
            f"Nothing is left for the page of the model's {context_tokens} tokens: {shares}.",
        )


def _tokens_of(schema: dict[str, Any] | None) -> int:
    return 0 if schema is None else estimate_tokens(json.dumps(schema, ensure_ascii=False))
