"""An extractor whose model is the server of the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from activities.conversion.tasks import ConformedAnswer, ModelPage, conform
from activities.extraction.client import ModelClient
from activities.extraction.extractor import Extractor
from domain.items import Usage
from domain.options import BatchOptions
from tests.support.model_server import KEY, MODEL

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


async def conform_here(answer: dict[str, Any], schema: dict[str, Any]) -> ConformedAnswer:
    """As the converter does it, without its processes."""
    return conform(answer, schema)


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
    """An extractor that asks the server at `url`."""
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
) -> tuple[Any, Usage, list[str]]:
    """Result, usage and warnings."""
    usage, warnings = Usage(), list[str]()
    if "schema" in request:
        request["json_schema"] = request.pop("schema")
        request["output"] = "json"
    result = await extractor.extract(page, BatchOptions(**request), usage, warnings)
    return result, usage, warnings
