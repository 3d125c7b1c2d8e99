"""The processes that convert pages: their limits, and what follows if a page exceeds them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from activities.conversion import pool, tasks
from activities.conversion.pool import ConversionPool
from domain.failures import ScrapeError

URL = "https://shop.example/"


@pytest_asyncio.fixture(scope="module")
async def converter() -> AsyncIterator[ConversionPool]:
    pool_of_one = ConversionPool(processes=1)
    yield pool_of_one
    pool_of_one.close()


async def test_a_large_page_is_converted(converter: ConversionPool) -> None:
    row = "<tr><td>cell</td><td><a href=x>link</a></td></tr>"
    page = f"<h1>first</h1><table>{row * 40_000}</table><p>last</p>"
    text = await converter.to_markdown(page, URL)
    assert text.startswith("# first")
    assert text.endswith("last")
    assert text.count("| cell |") == 40_000


async def test_a_task_that_takes_too_long_is_stopped(
    converter: ConversionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await converter.to_markdown("<p>so that the process runs", URL)
    page = f"<table>{'<tr><td>cell</td></tr>' * 200_000}</table>"
    with monkeypatch.context() as patch:
        patch.setattr(pool, "_TIMEOUT", 0.2)
        with pytest.raises(ScrapeError) as caught:
            await converter.to_main_content(page, URL, frozenset())
    assert caught.value.failure.code == "CONTENT_FAILED"
    assert await converter.to_markdown("<p>next", URL) == "next"


async def test_circular_things_are_cut_off(converter: ConversionPool) -> None:
    everyone = ",".join(f'{{"@id":"#{number}"}}' for number in range(60))
    graph = ",".join(
        f'{{"@type":"Person","@id":"#{number}","name":"P{number}","knows":[{everyone}]}}'
        for number in range(60)
    )
    page = f'<script type="application/ld+json">{{"@graph":[{graph}]}}</script><h1>P7</h1>'
    schema = {
        "$ref": "#/$defs/person",
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "$defs": {
            "person": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "knows": {"type": "array", "items": {"$ref": "#/$defs/person"}},
                },
            }
        },
    }
    by_schema = await converter.extract_declared(page, URL, schema)
    assert by_schema.result is not None
    assert by_schema.result["name"] == "P7"
    everything = await converter.extract_declared(page, URL, None)
    assert everything.result is not None
    assert len(everything.result["things"]) == 60


def test_no_task_ends_with_an_exception_that_a_future_cannot_hold() -> None:
    with pytest.raises(RuntimeError):
        tasks.run(next, iter(()))
