"""The server keeps the beginning of a prompt, so the requests of one batch begin alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile

from activities.extraction.extractor import Extractor
from tests.support.extraction import PAGE, extract
from tests.support.llama import LlamaServer

SHORT_ANSWER = {"type": "object", "properties": {"in_stock": {"type": "boolean"}}}

BORDER_TOKENS = 4
"""Tokens at the end of what two prompts share, where each continues in its own way."""

LEAST_SHARE = 0.4
"""Of the tokens of a request for a page of a few lines. Half of them are instructions."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    prompt: str
    cached: float
    """Tokens of the prompt that the server had kept."""
    processed: float

    @property
    def share(self) -> float:
        return self.cached / (self.cached + self.processed)


async def ask(llama: LlamaServer, extractor: Extractor, number: int) -> Asked:
    page = replace(
        PAGE,
        url=f"https://shop-{number}.example/",
        main=f"# Lantern {number}\n\n{PAGE.main}",
        evidence=None,
    )
    before = await llama.metrics()
    _, usage, _ = await extract(extractor, page, schema=SHORT_ANSWER)
    assert usage.model is not None
    assert usage.model.calls == 1
    after = await llama.metrics()
    return Asked(
        await llama.last_prompt(),
        *(
            after[name] - before[name]
            for name in ("prompt_tokens_cached_total", "prompt_tokens_total")
        ),
    )


def common_beginning(one: str, other: str) -> str:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(character for character, _ in pairs)


async def test_from_the_second_page_on_the_instructions_come_from_the_cache(
    llama: LlamaServer, extractor: Extractor
) -> None:
    _, *later = [await ask(llama, extractor, number) for number in range(3)]
    shared = common_beginning(*(asked.prompt for asked in later))
    assert "in_stock" in shared, "the schema stands before what differs"
    tokens = await llama.count_tokens(shared)
    for asked in later:
        assert asked.cached >= tokens - BORDER_TOKENS, (asked, tokens)
        assert asked.share >= LEAST_SHARE
