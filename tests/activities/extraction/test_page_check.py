"""Values that are compared with the page: what it declares, and what it cannot hold."""

from __future__ import annotations

from typing import Any

import pytest

from activities.conversion.tasks import ModelPage, read_for_model
from tests.support.extraction import codes, extract, extractor_of
from tests.support.model_server import ModelServer, says

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
BODY = """
<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product",
"name": "Tin lantern", "sku": "TL-20417", "brand": {"@type": "Brand", "name": "Quay & Stove"},
"offers": {"@type": "Offer", "price": "1299.00", "priceCurrency": "USD"}}</script>
<h1>Tin lantern</h1><p>Now $1,299.00, shipping 12.50. Burns for 1 h 30.</p>
<p>Call 01603 555 014 or write to <b>desk</b>@shop.example.</p><p>In store from 6:30 pm.</p>
"""


def page_for(schema: dict[str, Any], body: str = BODY, language: str = "en") -> ModelPage:
    html = f"<html lang={language}><title>Tin lantern</title><body>{body}</body></html>"
    return read_for_model(html, "https://shop.example/lantern", False, frozenset(), schema).page


async def result_of(
    model: ModelServer,
    answer: dict[str, Any],
    properties: dict[str, Any],
    *,
    page: ModelPage | None = None,
    **request: Any,
) -> tuple[dict[str, Any], list[str]]:
    schema = {"type": "object", "properties": properties, "required": list(answer)}
    model.script = lambda _: says(answer)
    page = page or page_for(schema)
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, page, schema=schema, **request)
    return result, codes(warnings)


@pytest.mark.parametrize(
    ("name", "schema", "answer", "expected"),
    [
        ("sku", TEXT, None, "TL-20417"),
        ("sku", TEXT, "LX-9", "TL-20417"),
        ("price", NUMBER, None, 1299),
        ("price", NUMBER, 17, 1299),
        ("price", NUMBER, 12.5, 12.5),
        ("brand", TEXT, "quay &  stove", "quay &  stove"),
        ("color", TEXT, None, None),
        ("price", {**NUMBER, "description": "price per hour"}, None, None),
    ],
)
async def test_what_a_page_declares_takes_the_place_of_what_it_does_not_say(
    model: ModelServer, name: str, schema: dict[str, Any], answer: Any, expected: Any
) -> None:
    result, _ = await result_of(model, {name: answer}, {name: schema})
    assert result == {name: expected}


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        (TEXT, "info@shop.example"),
        (TEXT, "01603 555 1234"),
        (TEXT, "1234567890"),
        (NUMBER, 1234567890123456),
        (NUMBER, 10**15),
        (NUMBER, 48231),
    ],
)
async def test_what_can_only_be_copied_has_to_be_on_the_page(
    model: ModelServer, schema: dict[str, Any], answer: Any
) -> None:
    result, warnings = await result_of(model, {"value": answer}, {"value": schema})
    assert (result, warnings[:1]) == ({"value": None}, ["VALUES_NOT_ON_PAGE"])


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        (TEXT, "desk@shop.example"),
        (TEXT, "+441603555014"),
        (TEXT, "A lamp for the garden"),
        (TEXT, "USD"),
        (TEXT, "18:30"),
        (TEXT, "2026-11-14"),
        (TEXT, "season 2026"),
        (TEXT, "1299.00"),
        (NUMBER, 90),
        (NUMBER, 129900),
        (NUMBER, 1311.5),
        (NUMBER, 16237.5),
        ({"enum": ["12345", "67890"]}, "12345"),
        ({**TEXT, "description": "what the author would choose"}, "12345"),
        ({"type": "boolean"}, True),
    ],
)
async def test_what_a_reader_may_conclude_stays(
    model: ModelServer, schema: dict[str, Any], answer: Any
) -> None:
    result, warnings = await result_of(model, {"value": answer}, {"value": schema})
    assert (result, warnings) == ({"value": answer}, [])


async def test_the_values_of_a_prompt_stay(model: ModelServer) -> None:
    answer = {"code": "12345", "sku": None}
    result, warnings = await result_of(
        model, answer, {"code": TEXT, "sku": TEXT}, prompt="Make up a code"
    )
    assert (result, warnings) == (answer, [])


async def test_hidden_addresses_and_numbers_in_words_stay(model: ModelServer) -> None:
    body = "<p>desk (at) shop.example</p><p>三万二千四百五十円</p>"
    answer = {"email": "desk@shop.example", "price": 32450}
    properties = {"email": TEXT, "price": NUMBER}
    page = page_for({"type": "object", "properties": properties}, body, "ja")
    result, _ = await result_of(model, answer, properties, page=page)
    assert result == answer


async def test_lists_lose_only_what_is_invented(model: ModelServer) -> None:
    phones = {"type": "array", "items": TEXT}
    shops = {
        "type": "array",
        "items": {"type": "object", "properties": {"phone": TEXT}, "required": ["phone"]},
    }
    answer = {
        "phones": ["01603 555 014", "0800 98765"],
        "shops": [{"phone": "0800 98765"}, {"phone": "01603555014"}],
    }
    result, warnings = await result_of(model, answer, {"phones": phones, "shops": shops})
    assert result == {
        "phones": ["01603 555 014"],
        "shops": [{"phone": None}, {"phone": "01603555014"}],
    }
    assert warnings == ["VALUES_NOT_ON_PAGE"]


async def test_a_result_that_the_schema_would_refuse_without_a_value_stays(
    model: ModelServer,
) -> None:
    phones = {"type": "array", "items": TEXT, "minItems": 1}
    result, warnings = await result_of(model, {"phones": ["0800 98765"]}, {"phones": phones})
    assert (result, warnings) == ({"phones": ["0800 98765"]}, [])


async def test_an_empty_cell_of_a_row_keeps_its_place(model: ModelServer) -> None:
    row = {"type": "array", "items": {"type": ["number", "null"]}}
    answer = {"row": [12.5, None, 48231, 1299]}
    result, warnings = await result_of(model, answer, {"row": row})
    assert result == {"row": [12.5, None, None, 1299]}
    assert "VALUES_NOT_ON_PAGE" in warnings


async def test_digits_of_all_scripts_are_equal(model: ModelServer) -> None:
    schema = {"number": NUMBER, "phone": TEXT}
    page = ModelPage("https://shop.example/", "फ़ोन ०१६०३ ५५५ ०१४, संख्या ४८२३१", "", None)
    answer = {"number": 48231, "phone": "01603 555 014"}
    result, warnings = await result_of(model, answer, schema, page=page)
    assert (result, "VALUES_NOT_ON_PAGE" in warnings) == (answer, False)
