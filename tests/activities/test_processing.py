"""Tests of the stage from a page to its result: what is said of unusual pages."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from activities.capture import PageCapture
from activities.conversion.pool import ConversionPool
from activities.item_context import ItemContext
from activities.processing import PageProcessor
from domain.failures import ScrapeError
from domain.items import ItemOutcome, Progress, ScrapeInput
from domain.options import StoredOptions
from tests.support.extraction import codes, extractor_of

URL = "https://example.com/boats/41"
APP = "<script src=app.js></script>"
LOGIN = "<h1>Log in</h1><form><input name=user><input type=password></form>"
PRODUCT = (
    '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product", '
    '"name": "Heron"}</script>'
)
NAMED = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}},
}


@pytest_asyncio.fixture(scope="module")
async def converter() -> AsyncIterator[ConversionPool]:
    pool_of_one = ConversionPool(processes=1)
    yield pool_of_one
    pool_of_one.close()


@pytest.fixture
def processor(converter: ConversionPool) -> PageProcessor:
    return PageProcessor(converter, extractor=None)


def item(url: str = URL, *, batch: str = "batch", **options: Any) -> ItemContext:
    now = datetime.now(UTC)
    return ItemContext(
        ScrapeInput(batch_id=batch, item_uuid="1", url=url, generation=1, timeout_seconds=60),
        StoredOptions.model_validate(options),
        ItemOutcome(finished_at=now),
        Progress(stage="", attempts=1, started_at=now),
    )


def page(body: str, url: str = URL, content_type: str = "text/html") -> PageCapture:
    html = f"<!DOCTYPE html><html><body>{body}</body></html>"
    return PageCapture(html, content_type, 200, url, None, ())


async def warned(processor: PageProcessor, run: ItemContext, body: str) -> list[str]:
    await processor.convert(run, page(body, run.item.url))
    return codes(run.outcome.warnings)


async def failed(processor: PageProcessor, run: ItemContext, body: str) -> str:
    with pytest.raises(ScrapeError) as caught:
        await processor.convert(run, page(body, run.item.url))
    return caught.value.failure.code


async def test_a_shell_fails_in_fast_mode_only(processor: PageProcessor) -> None:
    body = f"<div id=app></div><noscript>You need to enable JavaScript.</noscript>{APP}"
    assert await failed(processor, item(scrapeMode="fast"), body) == "NEEDS_BROWSER"
    assert await failed(processor, item(scrapeMode="fast", schema=NAMED), body) == "NEEDS_BROWSER"
    as_seen = body.replace("<noscript>", "<noscript hidden>")  # in the copy that a browser makes
    assert await warned(processor, item(), as_seen) == ["NO_TEXT"]


async def test_a_page_for_clients_without_scripts_is_no_shell(processor: PageProcessor) -> None:
    thread = "<h1>Agents crash</h1>" + "<p>All four of them, since the update of this week.</p>" * 9
    body = f"<div id=app></div><noscript>{thread}</noscript>{APP}"
    assert await warned(processor, item(scrapeMode="fast"), body) == []


async def test_a_page_with_an_empty_part_has_a_warning_in_fast_mode(
    processor: PageProcessor,
) -> None:
    body = f"<nav><a href=/>Harbour</a></nav><div id=app></div>{APP}"
    assert await warned(processor, item(scrapeMode="fast"), body) == ["NEEDS_BROWSER"]
    assert await warned(processor, item(), body) == []


async def test_a_page_that_a_script_leads_on_from_fails_in_fast_mode(
    processor: PageProcessor,
) -> None:
    body = "<p>You are being taken on.</p><script>location.href = '/boats'</script>"
    assert await failed(processor, item(scrapeMode="fast"), body) == "NEEDS_BROWSER"
    assert await warned(processor, item(), body) == []


async def test_an_error_page_without_its_status_has_a_warning(processor: PageProcessor) -> None:
    run = item()
    body = "<h1>Page not found</h1><p>Go home.</p>"
    assert await warned(processor, run, body) == ["ERROR_PAGE"]
    with_status = replace(page(body), http_status=404)  # the browser has told of it already
    other = item("https://example.com/boats/42", batch="other")
    await processor.convert(other, with_status)
    assert codes(other.outcome.warnings) == []


async def test_what_is_no_text_fails(processor: PageProcessor) -> None:
    packed = zlib.compress(b"A page of its own." * 99 + bytes(range(256)) * 9)
    for encoding in ("utf-8", "latin-1"):
        body = packed.decode(encoding, "replace") * 4
        assert await failed(processor, item(), body) == "UNSUPPORTED_CONTENT_TYPE"


async def test_lost_characters_have_a_warning(processor: PageProcessor) -> None:
    body = "<p>Příliš žluťoučký kůň úpěl ďábelské ódy.</p>".encode("cp1250").decode(
        errors="replace"
    )
    assert await warned(processor, item(), body) == ["TEXT_DAMAGED"]
    other = item("https://example.com/boats/42", batch="other")
    assert await warned(processor, other, f"<p>A harb\ufffdur{' has boats' * 9}</p>") == []


async def test_what_a_shell_declares_is_a_result(processor: PageProcessor) -> None:
    run = item(scrapeMode="fast", schema=NAMED)
    body = f"<div id=app></div>{PRODUCT}{APP}"
    assert await processor.convert(run, page(body)) == {"name": "Heron"}
    assert codes(run.outcome.warnings) == ["NO_MODEL", "NEEDS_BROWSER"]


async def test_a_model_does_not_read_a_shell(converter: ConversionPool) -> None:
    async with extractor_of("http://127.0.0.1:9/v1") as extractor:
        processor = PageProcessor(converter, extractor)
        run = item(scrapeMode="fast", prompt="The name")
        with pytest.raises(ScrapeError) as caught:
            await processor.read_for_model(run, page(f"<div id=app></div>{APP}"))
        assert caught.value.failure.code == "NEEDS_BROWSER"
        reading = await processor.read_for_model(run, page(f"<div id=app></div>{PRODUCT}{APP}"))
    assert reading.evidence is not None
    assert codes(run.outcome.warnings) == ["NEEDS_BROWSER"]


async def test_a_login_form_fails_if_a_login_was_given(processor: PageProcessor) -> None:
    assert await warned(processor, item(), LOGIN) == ["LOGIN_FORM"]
    assert await failed(processor, item(secrets=["cookies"]), LOGIN) == "LOGIN_REQUIRED"
    assert await failed(processor, item(cookies="a=1"), LOGIN) == "LOGIN_REQUIRED"
    assert await warned(processor, item(batch="other", secrets=["headers"]), LOGIN) == [
        "LOGIN_FORM"
    ]


async def test_a_page_that_asks_for_a_login_besides_its_text_is_kept(
    processor: PageProcessor,
) -> None:
    body = (
        "<h1>Heron</h1><p>Red, 8 m, with a new sail of last year, and two berths below deck, also "
        "an anchor.</p><p>Please log in to view the papers.</p>"
    )
    assert await warned(processor, item(cookies="a=1"), body) == ["LOGIN_FORM"]


@pytest.mark.parametrize("body", ["", "<hr>", "<p>&nbsp;</p>", "<p>\N{ZERO WIDTH SPACE}</p>"])
async def test_an_empty_result_has_a_warning(processor: PageProcessor, body: str) -> None:
    assert await warned(processor, item(), body) == ["NO_TEXT"]
    assert await warned(processor, item(extractContentOnly=True), body) == ["NO_TEXT"]


async def test_a_page_of_pictures_is_not_empty(processor: PageProcessor) -> None:
    assert await warned(processor, item(), "<img src=heron.png alt=''>") == []


async def test_each_copy_after_the_first_names_how_many_there_are(
    processor: PageProcessor,
) -> None:
    body = "<h1>Not here</h1><p>Look at our other boats.</p>"
    messages = []
    for number in range(3):
        run = item(f"https://example.com/boats/{number}")
        assert await warned(processor, run, body) == ["NEAR_COPY"] * (number > 0)
        messages += [warning.message for warning in run.outcome.warnings]
    assert "another URL" in messages[0]
    assert "2 other URLs" in messages[1]


async def test_a_page_that_its_siblings_show_to_be_a_wall_fails(
    processor: PageProcessor,
) -> None:
    body = "<p>Heron</p><script>document.cookie = 'seal=7'; location.reload()</script>"
    urls = [f"https://example.com/sealed/{number}" for number in range(3)]
    for url in urls[:2]:
        await warned(processor, item(url, batch="sealed"), body)
    assert await failed(processor, item(urls[2], batch="sealed"), body) == "BLOCKED"


async def test_one_page_has_no_copies(processor: PageProcessor) -> None:
    body = "<h1>Heron</h1><p>A boat for two.</p>"
    for url in (
        "https://example.com/heron",
        "https://example.com/heron",
        "http://example.com/heron/",
        "https://example.com/heron?utm_source=mail",
        "https://example.com/heron#crew",
        "https://www.example.com/heron",
        "https://other.example/heron-copy",
    ):
        assert await warned(processor, item(url), body) == [], url
    assert await warned(processor, item(f"{URL}?other", batch="other"), body) == []
    assert await warned(processor, item(f"{URL}#/crew"), body) == ["NEAR_COPY"]


async def test_texts_and_data_are_no_copies(processor: PageProcessor) -> None:
    for number in range(2):
        run = item(f"https://example.com/stock/{number}")
        capture = page("<pre>yes</pre>", run.item.url, "application/json")
        await processor.convert(run, capture)
        assert run.outcome.warnings == []


async def test_a_prompt_needs_a_model(processor: PageProcessor) -> None:
    for options in ({"prompt": "The name"}, {"prompt": "The name", "schema": NAMED}):
        with pytest.raises(ScrapeError) as caught:
            processor.require_model(item(**options).options)
        assert caught.value.failure.code == "LLM_NOT_CONFIGURED"
    processor.require_model(item(schema=NAMED).options)
    processor.require_model(item(output="json").options)


LETTER = "Once a month we write a letter about boats to all of our friends at the lake."


def boat(number: int, url: str) -> PageCapture:
    """Return a page with a text of its own, and with one that all such pages have."""
    own = " ".join(f"The boat number {number} has been to island {island}." for island in "abcde")
    return page(f"<div><h1>Boat {number}</h1><p>{own}</div><div><p>{LETTER}</div>", url)


async def letters(processor: PageProcessor, batch: str, urls: list[str]) -> list[int]:
    """Return how often the main content of each page has the text that all pages have."""
    counts = []
    for number, url in enumerate(urls):
        run = item(url, batch=batch, extractContentOnly=True)
        result = await processor.convert(run, boat(number, url))
        assert f"The boat number {number} has been to island e." in result
        counts.append(str(result).count(LETTER))
    return counts


async def test_the_third_page_of_a_site_is_without_what_the_others_have(
    processor: PageProcessor,
) -> None:
    urls = [f"https://example.com/boats/{number}" for number in range(3)]
    assert await letters(processor, "boats", urls) == [1, 1, 0]
    assert await letters(processor, "one page", [urls[0]] * 3) == [1, 1, 1]
    sites = [f"https://{name}.example/" for name in "abc"]
    assert await letters(processor, "three sites", sites) == [1, 1, 1]


async def test_a_model_reads_the_third_page_without_what_the_others_have(
    processor: PageProcessor,
) -> None:
    texts = []
    for number in range(3):
        run = item(f"https://example.com/boats/{number}", batch="model", extractContentOnly=True)
        texts.append((await processor.read_for_model(run, boat(number, run.item.url))).main)
    assert [text.count(LETTER) for text in texts] == [1, 1, 0]
