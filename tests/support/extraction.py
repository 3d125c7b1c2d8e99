"""An extractor that asks the model's server of the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from activities.conversion.tasks import ConformedAnswer, ModelPage, conform
from activities.extraction.client import ModelClient
from activities.extraction.extractor import Extractor
from domain.failures import ScrapeError
from domain.items import ItemWarning, Usage
from domain.options import BatchOptions
from tests.support.model_server import KEY, MODEL, ModelServer

PAGE = ModelPage(
    url="https://shop.example/lantern",
    main="# Tin lantern\n\nA lantern of tin, made by hand in a small workshop by the sea. It burns "
    "for nine hours with one filling.\n\nPrice: $1,299.00",
    rest="[Home](https://shop.example/) [Contact](https://shop.example/contact)",
    evidence={"url": "https://shop.example/lantern", "title": "Tin lantern"},
)

LANTERN = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "price": {"type": "number"},
        "color": {"type": "string"},
    },
    "required": ["name", "price"],
}


FOUND = {"name": "Tin lantern", "price": 1299}
"""An answer that fits `LANTERN`."""


async def conform_here(
    answer: dict[str, Any], schema: dict[str, Any], language: str | None
) -> ConformedAnswer:
    """Conform `answer` to `schema` like the converter, but in this process."""
    return conform(answer, schema, language)


@asynccontextmanager
async def extractor_of(
    url: str,
    *,
    key: str | None = KEY,
    model: str = MODEL,
    timeout: float = 10,
    concurrency: int = 8,
    context_tokens: int = 32_000,
    max_output_tokens: int = 1000,
    max_parts: int = 8,
) -> AsyncIterator[Extractor]:
    """Run an extractor that asks the server at `url`."""
    client = ModelClient(
        model,
        key=key,
        base_url=url,
        concurrency=concurrency,
        timeout=timeout,
        first_pause=0.01,
    )
    try:
        yield Extractor(
            client,
            conform_here,
            context_tokens=context_tokens,
            max_output_tokens=max_output_tokens,
            max_parts=max_parts,
        )
    finally:
        await client.close()


async def extract(
    extractor: Extractor, page: ModelPage = PAGE, **request: Any
) -> tuple[Any, Usage, list[ItemWarning]]:
    """Return the result for `page`, the usage and the warnings."""
    usage, warnings = Usage(), list[ItemWarning]()
    if "schema" in request:
        request["json_schema"] = request.pop("schema")
        request["output"] = "json"
    result = await extractor.extract(page, BatchOptions(**request), usage, warnings)
    return result, usage, warnings


def codes(warnings: list[ItemWarning]) -> list[str]:
    """Return the codes of `warnings`."""
    return [warning.code for warning in warnings]


async def error_of(model: ModelServer | str, **options: Any) -> ScrapeError:
    """Return the error of an extraction, and check that it does not show the key."""
    request = options.pop("request", {"schema": LANTERN})
    url = model if isinstance(model, str) else model.url
    async with extractor_of(url, **options) as extractor:
        with pytest.raises(ScrapeError) as caught:
            await extract(extractor, **request)
    assert KEY not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.failure.message}"
    return caught.value


def formats_of(model: ModelServer) -> list[str]:
    """Return the response format of each request."""
    return [body.get("response_format", {"type": "none"})["type"] for body in model.requests]
