"""The result for a page, and what the model was asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activities.conversion.tasks import ModelPage, conform
from tests.support import model_server as server
from tests.support.extraction import FOUND, LANTERN, PAGE, codes, extract, extractor_of, formats_of
from tests.support.model_server import ModelServer, says


async def test_a_schema_is_sent_in_the_strict_dialect(model: ModelServer) -> None:
    async with extractor_of(model.url) as extractor:
        result, usage, warnings = await extract(extractor, schema=LANTERN)
    assert (result, warnings) == (FOUND, [])
    [body] = model.requests
    form = body["response_format"]["json_schema"]
    assert form["strict"] is True
    assert server.fails_strict_dialect(form["schema"]) is None
    assert body["temperature"] == 0
    assert (usage.tokens, usage.model.name, usage.model.level, usage.model.calls) == (  # type: ignore[union-attr]
        120,
        server.MODEL,
        "json_schema",
        1,
    )
    assert usage.model is not None
    assert 0 < usage.model.seconds < 10


async def test_numbers_nulls_and_enums_are_normalised(model: ModelServer) -> None:
    schema = {
        "type": "object",
        "properties": {
            "price": {"type": "number"},
            "count": {"type": "integer"},
            "stock": {"enum": ["in_stock", "sold_out"]},
            "size": {"type": "string", "enum": ["small", "large"]},
            "color": {"type": "string"},
            "weight": {"type": "number"},
            "is_new": {"type": "boolean"},
            "tags": {"type": "array", "items": {"enum": ["tin", "handmade"]}},
            "maker": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "since": {"type": "integer"}},
                "required": ["name"],
            },
        },
        "required": ["price", "size", "weight", "maker"],
    }
    model.reply_next(
        says(
            {
                "price": "$1,299.00",
                "count": 3.0,
                "stock": "In stock",
                "size": "enormous",
                "color": None,
                "is_new": "yes",
                "tags": ["Tin", "cheap", "handmade"],
                "maker": {"since": None, "motto": "ever on"},
            }
        )
    )
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, schema=schema)
    assert result == {
        "price": 1299.0,
        "count": 3,
        "stock": "in_stock",
        "size": None,
        "weight": None,
        "is_new": True,
        "tags": ["tin", "handmade"],
        "maker": {"name": None},
    }
    assert codes(warnings) == ["VALUES_LEFT_OUT"] * 2
    assert [warning.message for warning in warnings] == [
        "Values that the enum does not allow were left out of /tags.",
        "The model gave properties that the schema does not name. They were left out of /maker.",
    ]


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ("1.299,00 €", {"type": "number"}, 1299.0),
        ("1.2M", {"type": "number"}, "1.2M"),
        ("5 million", {"type": "number"}, "5 million"),
        ("4.7", {"type": "integer"}, "4.7"),
        ("out of stock", {"enum": ["in stock", "out of stock"]}, "out of stock"),
        ("not new", {"enum": ["new", "used"]}, None),
        ("unavailable", {"enum": ["available"]}, None),
        ("Brand new", {"enum": ["new", "used"]}, "new"),
        ("refurbishd", {"enum": ["new", "refurbished"]}, "refurbished"),
        ("c", {"enum": ["C", "C++"]}, "C"),
        ("C#", {"enum": ["C", "C++"]}, None),
        ("2", {"enum": [1, 2, 3]}, 2),
        (True, {"enum": [1, 2]}, None),
        (7, {"type": "string"}, "7"),
        ("N/A", {"type": "string"}, None),
        ("5", {"anyOf": [{"type": "number"}, {"type": "string"}]}, "5"),
        ("5", {"anyOf": [{"type": "number"}, {"type": "boolean"}]}, 5),
        (5, {"type": "array", "items": {"type": "integer"}}, [5]),
        (["a"], {"type": "string"}, "a"),
        (
            {"kind": "b", "y": "2"},
            {
                "oneOf": [
                    {
                        "type": "object",
                        "properties": {"kind": {"const": kind}, name: {"type": "number"}},
                        "required": ["kind", name],
                    }
                    for kind, name in (("a", "x"), ("b", "y"))
                ]
            },
            {"kind": "b", "y": 2},
        ),
    ],
)
def test_a_value_is_converted_only_if_its_meaning_stays(
    value: object, schema: dict[str, Any], expected: object
) -> None:
    root = {"type": "object", "properties": {"value": schema}, "required": ["value"]}
    assert conform({"value": value}, root).result == {"value": expected}


@pytest.mark.parametrize(
    ("name", "text", "language", "expected"),
    [
        ("price", "£3.350", "en-GB", 3.35),
        ("price", "£3.350", None, None),
        ("price", "3.350 €", "de", 3350),
        ("price_gbp", "3,350", None, 3350),
        ("weight", "1.250 kg", "de", 1250),
        ("weight", "1.250 kg", None, None),
        ("weight", "10-20 kg", "en", "10-20 kg"),
    ],
)
def test_a_number_as_text_is_read_by_the_language_of_its_page(
    name: str, text: str, language: str | None, expected: object
) -> None:
    root = {"type": "object", "properties": {name: {"type": "number"}}, "required": [name]}
    conformed = conform({name: text}, root, language)
    assert conformed.result == {name: expected}
    assert conformed.uncertain == ([f"/{name}"] if expected is None else [])


def test_an_alternative_that_takes_the_text_makes_it_certain() -> None:
    alternatives = {"anyOf": [{"type": "number"}, {"type": "string"}]}
    root = {"type": "object", "properties": {"weight": alternatives}}
    conformed = conform({"weight": "1.250 kg"}, root)
    assert (conformed.result, conformed.uncertain) == ({"weight": "1.250 kg"}, [])


async def test_a_number_of_two_meanings_is_null_with_a_warning(model: ModelServer) -> None:
    model.reply_next(says({"name": "Tin lantern", "price": "£3.350"}))
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, schema=LANTERN)
    assert result == {"name": "Tin lantern", "price": None}
    assert [(warning.code, "/price" in warning.message) for warning in warnings] == [
        ("VALUES_UNCERTAIN", True)
    ]


@pytest.mark.parametrize(
    "number", ["NaN", "-Infinity", "Infinity", "1e999", "-1E400", "9" * 400, "-" + "9" * 5000]
)
async def test_a_number_that_json_does_not_have_is_lost_alone(
    model: ModelServer, number: str
) -> None:
    model.reply_next(says(f'{{"name": "Tin lantern", "price": {number}, "color": {number}}}'))
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, schema=LANTERN)
        assert result == {"name": "Tin lantern", "price": None}
        [warning] = warnings
        assert (warning.code, "/color, /price" in warning.message) == ("VALUES_LEFT_OUT", True)
        model.reply_next(says(f"[1e308, {number}, {'8' * 40}]"))
        result, _, warnings = await extract(extractor, prompt="List the numbers")
    assert result == {"items": [1e308, int("8" * 40)]}
    assert [(each.code, "out: /items." in each.message) for each in warnings] == [
        ("VALUES_LEFT_OUT", True)
    ]
    assert len(model.requests) == 2, "the rest of the answer is good"


async def test_another_part_of_a_page_may_have_the_lost_number(model: ModelServer) -> None:
    model.script = lambda body: says(
        f'{{"name": "Tin", "price": {7 if "part 2" in server.page_of(body) else "1e999"}}}'
    )
    page = ModelPage(PAGE.url, "\n\n".join("word " * 900 for _ in range(2)), "", None)
    async with extractor_of(model.url, context_tokens=3500) as extractor:
        result, _, warnings = await extract(extractor, page, schema=LANTERN)
    assert (result, warnings) == ({"name": "Tin", "price": 7}, [])


async def test_line_ends_within_a_text_are_read_as_they_are(model: ModelServer) -> None:
    model.reply_next(says('{"name": "Tin\n\tlantern", "price": 1}'))
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, schema=LANTERN)
    assert (result["name"], len(model.requests)) == ("Tin\n\tlantern", 1)


async def test_a_half_of_a_character_is_replaced(model: ModelServer) -> None:
    model.reply_next(says('{"name": "Tin \\ud83d\\ude00 \\ud83d", "price": 1}'))
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, schema=LANTERN)
    assert result == {"name": "Tin 😀 \ufffd", "price": 1}


async def test_a_lost_number_has_a_place_that_can_be_stored(model: ModelServer) -> None:
    model.reply_next(says('{"name": "Tin", "price \\ud83d": NaN}'))
    async with extractor_of(model.url) as extractor:
        _, _, [warning] = await extract(extractor, prompt="What is it?")
    assert "/price \ufffd" in warning.message


async def test_a_prompt_gets_an_object_and_a_list_is_wrapped(model: ModelServer) -> None:
    model.reply_next(says({"name": "Tin", "color": None}), says([{"n": 1}]))
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, prompt="Name it"))[0] == {"name": "Tin"}
        assert (await extract(extractor, prompt="List it"))[0] == {"items": [{"n": 1}]}
    assert formats_of(model) == ["json_object"] * 2
    assert "Name it" in model.requests[0]["messages"][0]["content"]


async def test_json_without_a_prompt_asks_for_the_main_thing_of_the_page(
    model: ModelServer,
) -> None:
    async with extractor_of(model.url) as extractor:
        assert (await extract(extractor, output="json"))[0] == FOUND
    assert "the main thing that this page is about" in model.requests[0]["messages"][0]["content"]


async def test_a_prompt_for_markdown_is_answered_in_markdown(model: ModelServer) -> None:
    model.reply_next(says("<think>tin?</think>\n\n# A lantern\n\nIt burns."), says(""))
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, prompt="Praise it", output="markdown")
        empty, _, warnings = await extract(extractor, prompt="Praise it", output="markdown")
    assert result == "# A lantern\n\nIt burns."
    assert formats_of(model) == ["none", "none"]
    assert (empty, codes(warnings)) == ("", ["EMPTY_ANSWER"])


async def test_warnings_name_little_text_and_empty_answers(model: ModelServer) -> None:
    page = ModelPage(PAGE.url, "Loading", "", None)
    model.reply_next(says({"name": None, "price": None}))
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, page, schema=LANTERN)
    assert result == {"name": None, "price": None}
    assert codes(warnings) == ["LITTLE_TEXT", "NOTHING_FOUND"]
    assert warnings[0].message == "The page has almost no text: 7 letters."


async def test_the_model_is_not_asked_about_an_empty_page(model: ModelServer) -> None:
    page = ModelPage(PAGE.url, "", " \n", None)
    async with extractor_of(model.url) as extractor:
        result, usage, warnings = await extract(extractor, page, schema=LANTERN)
        markdown, _, _ = await extract(extractor, page, prompt="Sum it up", output="markdown")
    assert (result, markdown) == ({"name": None, "price": None}, "")
    assert codes(warnings) == ["NO_TEXT"]
    assert (model.requests, usage.tokens) == ([], 0)


async def test_declared_data_is_sent_after_the_page(model: ModelServer) -> None:
    async with extractor_of(model.url) as extractor:
        await extract(extractor, schema=LANTERN)
    page = server.page_of(model.requests[0])
    assert page.index(PAGE.main) < page.index(PAGE.rest) < page.index("declared>>")
    assert json.dumps(PAGE.evidence) in page
