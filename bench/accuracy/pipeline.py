"""A page through the product, and through one plain prompt beside it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from activities.content.markdown import full_page
from activities.conversion.tasks import read_for_model
from activities.extraction.client import ModelClient
from activities.extraction.errors import InputTooLongError, OutputTooLongError
from activities.extraction.extractor import Extractor
from activities.extraction.model_request import ModelRequest
from bench.accuracy.page import Page
from domain.failures import ScrapeError
from domain.items import Usage
from domain.options import BatchOptions
from domain.schema.strict import strict_schema
from tests.support.extraction import conform_here

MAX_OUTPUT_TOKENS = 400
"""Enough for each truth. A model that repeats itself is stopped there."""

_TIMEOUT = 300.0


@dataclass
class Outcome:
    """What became of one page."""

    result: dict[str, Any] | None
    """None if there is no usable answer."""
    problem: str | None = None
    """The code of the failure."""
    tokens: int = 0
    calls: int = 0
    seconds: float = 0
    warnings: list[str] = field(default_factory=list)


Way = Callable[[Page], Awaitable[Outcome]]
"""A way from a page to its values."""


@asynccontextmanager
async def ways(
    url: str, *, key: str | None, model: str, context_tokens: int
) -> AsyncIterator[dict[str, Way]]:
    """Yield the product and its rival, both with the same model at `url`."""
    client = ModelClient(model, key=key, base_url=url, concurrency=1, timeout=_TIMEOUT)
    extractor = Extractor(
        client,
        conform_here,
        context_tokens=context_tokens,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        max_parts=4,
    )

    async def product(page: Page) -> Outcome:
        return await _with_product(extractor, page)

    async def plain(page: Page) -> Outcome:
        return await _with_plain_prompt(client, page)

    try:
        yield {"product": product, "plain prompt": plain}
    finally:
        await client.close()


async def _with_product(extractor: Extractor, page: Page) -> Outcome:
    began = time.monotonic()
    usage, outcome = Usage(), Outcome(None)
    options = BatchOptions(output="json", json_schema=page.schema)
    read = read_for_model(page.html, page.url, False, frozenset(), page.schema).page
    warnings: list[Any] = []
    try:
        found = await extractor.extract(read, options, usage, warnings)
        outcome.result = found if isinstance(found, dict) else None
    except ScrapeError as error:
        outcome.problem = error.failure.code
    outcome.warnings = [warning.code for warning in warnings]
    return _with_cost(outcome, usage, began)


async def _with_plain_prompt(client: ModelClient, page: Page) -> Outcome:
    """Return what the model makes of the page and the schema in one message, without rules."""
    began = time.monotonic()
    usage, outcome = Usage(), Outcome(None)
    prompt = (
        f"{full_page(page.html, page.url)}\n\nExtract the data from this page as JSON that fits "
        f"this JSON Schema:\n{json.dumps(page.schema, ensure_ascii=False)}"
    )
    messages = [{"role": "user", "content": prompt}]
    request = ModelRequest(messages, MAX_OUTPUT_TOKENS, True, strict_schema(page.schema))
    try:
        found = json.loads(await client.complete(request, usage))
        outcome.result = found if isinstance(found, dict) else None
    except (ValueError, InputTooLongError, OutputTooLongError, ScrapeError) as error:
        outcome.problem = type(error).__name__
    return _with_cost(outcome, usage, began)


def _with_cost(outcome: Outcome, usage: Usage, began: float) -> Outcome:
    outcome.seconds = time.monotonic() - began
    outcome.tokens = usage.tokens
    outcome.calls = usage.model.calls if usage.model else 0
    return outcome
