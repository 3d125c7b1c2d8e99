"""Marks of a request that a model copies into its answer."""

from __future__ import annotations

import re
from typing import Any

import pytest

from activities.extraction.marks import text_without_marks, without_marks
from tests.support import model_server as server
from tests.support.extraction import FOUND, LANTERN, codes, extract, extractor_of
from tests.support.model_server import Json, ModelServer, Reply, says

BOUNDARY = "40c9c24a71a5cd4ed714c08821183bfb"
OTHER = "9f86d081884c7d659a2feaa0c55ad015"
"""A hash, as pages have them."""


def boundary_of(body: Json) -> str:
    found = re.search(r"<<([0-9a-f]{32}) ", server.page_of(body))
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    "copy",
    [
        BOUNDARY,
        BOUNDARY.upper(),
        BOUNDARY[:12],
        BOUNDARY[-20:],
        f"<<{BOUNDARY} page>>",
        f"<</{BOUNDARY}>>",
        f"<<{BOUNDARY} … >>",
        f"<<{BOUNDARY}",
        f"&lt;&lt;{BOUNDARY} address&gt;&gt;",
        f"<{BOUNDARY}>",
        f"{BOUNDARY} declared",
        f"<<{BOUNDARY} answer 2>>\n<</{BOUNDARY}>>",
        "40c9c24a-71a5-cd4e-d714-c08821183bfb",
        f"<<{BOUNDARY} page, part 2 of 12>>",
        f"<<{BOUNDARY} end>>",
    ],
)
def test_a_copy_of_the_marks_is_recognised(copy: str) -> None:
    assert text_without_marks(copy, BOUNDARY) == ""
    assert text_without_marks(f"{copy}\nBrass lamp", BOUNDARY) == "Brass lamp"
    assert text_without_marks(f"Brass lamp {copy}", BOUNDARY) == "Brass lamp"


@pytest.mark.parametrize(
    "text",
    [OTHER, f"<<{OTHER} page>>", "<<page>>", BOUNDARY[:9], "A << B >> C", " spaces \n stay ", ""],
)
def test_what_is_no_copy_stays(text: str) -> None:
    assert text_without_marks(text, BOUNDARY) == text


@pytest.mark.parametrize(
    "text",
    [
        f"https://shop.example/{BOUNDARY}/lamp.png",
        f"https://shop.example/?id={BOUNDARY[:20]}&size=2",
        f"[{BOUNDARY}]",
        f"«{BOUNDARY} page»",
        f"`{BOUNDARY}`",
        f"page {BOUNDARY}",
        f"<<{BOUNDARY} … >> and <</{BOUNDARY}>>",
        f"0x{BOUNDARY}",
    ],
)
def test_what_only_marks_make_is_no_value(text: str) -> None:
    assert without_marks({"name": text}, BOUNDARY) == ({"name": None}, ["/name"])


def test_the_word_behind_a_mark_is_kept() -> None:
    assert text_without_marks(f"{BOUNDARY}: Brass lamp", BOUNDARY) == "Brass lamp"
    text = f"https://shop.example/{OTHER} <<{BOUNDARY} page>>"
    assert text_without_marks(text, BOUNDARY) == f"https://shop.example/{OTHER}"


def test_marks_are_taken_out_at_any_depth() -> None:
    answer = {
        "name": f"<<{BOUNDARY} page>>\nBrass lamp",
        "sku": BOUNDARY,
        f"{BOUNDARY} page": 1,
        f"<<{BOUNDARY}>>price": 120,
        "parts": [{"a/b": f"<</{BOUNDARY}>>"}, BOUNDARY[:16], "oak", 7, None, True],
    }
    assert without_marks(answer, BOUNDARY) == (
        {
            "name": "Brass lamp",
            "sku": None,
            "price": 120,
            "parts": [{"a/b": None}, None, "oak", 7, None, True],
        },
        ["/sku", "/parts/0/a~1b", "/parts/1"],
    )


async def test_the_model_is_told_once_that_a_mark_is_no_value(model: ModelServer) -> None:
    model.script = lambda body: (
        says(FOUND) if len(body["messages"]) > 2 else says({**FOUND, "name": boundary_of(body)})
    )
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, schema=LANTERN)
    assert (result, warnings) == (FOUND, [])
    *_, told = model.requests[1]["messages"]
    assert "is a mark around the page" in told["content"]
    assert boundary_of(model.requests[1]) not in told["content"]


async def test_a_mark_that_stays_is_no_value(model: ModelServer) -> None:
    model.script = lambda body: says({**FOUND, "name": f"<<{boundary_of(body)} page>>"})
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, schema=LANTERN)
    assert result == {**FOUND, "name": None}
    assert [(warning.code, "/name" in warning.message) for warning in warnings] == [
        ("VALUES_LEFT_OUT", True)
    ]
    assert len(model.requests) == 2


@pytest.mark.parametrize("second", ["I cannot do that.", {"name": "Tin", "price": "a lot"}])
async def test_an_answer_with_a_mark_is_better_than_none(
    model: ModelServer, second: object
) -> None:
    model.script = lambda body: (
        says(second) if len(body["messages"]) > 2 else says({**FOUND, "name": boundary_of(body)})
    )
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, schema=LANTERN)
    assert result == {**FOUND, "name": None}


async def test_a_text_with_marks_around_it_needs_no_second_request(model: ModelServer) -> None:
    def script(body: Json) -> Reply:
        boundary = boundary_of(body)
        return says({**FOUND, "name": f"<<{boundary} page>>\nTin lantern\n<</{boundary}>>"})

    model.script = script
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, schema=LANTERN)
    assert (result, warnings, len(model.requests)) == (FOUND, [], 1)


async def test_marks_are_no_part_of_markdown(model: ModelServer) -> None:
    def script(body: Json) -> Reply:
        boundary = boundary_of(body)
        return says(f"<<{boundary} page>>\n# A lantern\n\nIt burns.\n<</{boundary}>>")

    model.script = script
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, prompt="Praise it", output="markdown")
        assert (result, warnings) == ("# A lantern\n\nIt burns.", [])
        model.script = lambda body: says(f"<<{boundary_of(body)} page>>")
        result, _, warnings = await extract(extractor, prompt="Praise it", output="markdown")
        assert (result, codes(warnings)) == ("", ["EMPTY_ANSWER"])


async def test_marks_without_a_schema_are_left_out(model: ModelServer) -> None:
    def script(body: Json) -> Reply:
        answer: dict[str, Any] = {"name": "Tin", "sku": boundary_of(body)}
        return says(answer)

    model.script = script
    async with extractor_of(model.url) as extractor:
        result, _, warnings = await extract(extractor, prompt="Name it")
    assert (result, codes(warnings)) == ({"name": "Tin"}, ["VALUES_LEFT_OUT"])
