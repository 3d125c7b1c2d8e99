"""Pages beyond the server's context are read in parts, in any script, or are too long."""

from __future__ import annotations

import pytest

from activities.conversion.tasks import ModelPage
from domain.failures import ScrapeError
from tests.model.conftest import CONTEXT_TOKENS, extractor_for
from tests.support.extraction import extract
from tests.support.llama import LlamaServer

SENTENCES = {
    "english": "The lantern is made of tin by hand, and it burns for nine hours with one filling.",
    "hindi": "यह लालटेन टीन से हाथ से बनाई जाती है और एक बार भरने पर नौ घंटे तक जलती है।",
    "japanese": "このランタンはブリキを使って手作業で作られ、一度の給油で九時間燃え続けます。",
}

SHORT_ANSWER = {"type": "object", "properties": {"in_stock": {"type": "boolean"}}}


async def page_of(llama: LlamaServer, language: str, tokens: int) -> ModelPage:
    """Return a page of `tokens` tokens, as the model counts them."""
    paragraph = " ".join([SENTENCES[language]] * 3)
    count = tokens // await llama.count_tokens(paragraph) + 1
    return ModelPage("https://shop.example/", "\n\n".join([paragraph] * count), "", None)


@pytest.mark.parametrize(
    ("language", "context_tokens"),
    [*((language, CONTEXT_TOKENS) for language in SENTENCES), ("hindi", 4 * CONTEXT_TOKENS)],
)
async def test_a_page_that_does_not_fit_is_read_in_parts(
    llama: LlamaServer, language: str, context_tokens: int
) -> None:
    page = await page_of(llama, language, CONTEXT_TOKENS - 300)
    async with extractor_for(llama, context_tokens=context_tokens) as extractor:
        result, usage, _ = await extract(extractor, page, schema=SHORT_ANSWER)
    assert result.keys() <= {"in_stock"}
    assert usage.model is not None
    assert usage.model.calls > 1


@pytest.mark.parametrize("language", SENTENCES)
async def test_a_page_that_takes_too_many_parts_is_too_long(
    llama: LlamaServer, language: str
) -> None:
    page = await page_of(llama, language, 3 * CONTEXT_TOKENS)
    async with extractor_for(llama, max_parts=2) as extractor:
        with pytest.raises(ScrapeError) as caught:
            await extract(extractor, page, schema=SHORT_ANSWER)
    assert caught.value.failure.code == "PAGE_TOO_LONG"
