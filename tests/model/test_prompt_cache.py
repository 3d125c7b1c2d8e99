"""The server keeps the beginning of a prompt, so requests of one batch begin alike."""

from __future__ import annotations

from dataclasses import replace

from activities.extraction.extractor import Extractor
from tests.support.extraction import PAGE, extract
from tests.support.llama import LlamaServer

SHORT_ANSWER = {"type": "object", "properties": {"in_stock": {"type": "boolean"}}}

LEAST_SHARE = 0.6
"""Rules, task and schema take two thirds of the request for a page of a few lines."""


async def test_from_the_second_page_on_the_instructions_come_from_the_cache(
    llama: LlamaServer, extractor: Extractor
) -> None:
    shares = []
    for number in range(3):
        before = await llama.metrics()
        page = replace(PAGE, url=f"{number}{PAGE.url}", main=f"# Page {number}\n\n{PAGE.main}")
        await extract(extractor, page, schema=SHORT_ANSWER)
        after = await llama.metrics()
        cached, processed = (
            after[name] - before[name]
            for name in ("prompt_tokens_cached_total", "prompt_tokens_total")
        )
        shares.append(cached / (cached + processed))
    assert min(shares[1:]) >= LEAST_SHARE, shares
