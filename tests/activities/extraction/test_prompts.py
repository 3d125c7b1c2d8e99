"""What requests have in common, so that servers can keep it from one page to the next."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

from tests.support.extraction import LANTERN, PAGE, extract, extractor_of
from tests.support.model_server import ModelServer, says

_PRINT_REQUEST = """
import json
from activities.extraction.question import Question
from domain.options import BatchOptions
item = {"type": "object", "properties": {"b": {"$ref": "#/$defs/z"}, "a": {"enum": ["y", 1, None]}},
        "dependentSchemas": {"b": {"properties": {"d": {"const": "e"}, "c": {"const": 2}}}}}
schema = {"type": "object", "$defs": {"z": {"type": ["string", "number"]}, "y": item},
          "properties": {"list": {"type": "array", "items": {"$ref": "#/$defs/y"}},
                         "either": {"oneOf": [{"$ref": "#/$defs/y"}, {"$ref": "#/$defs/z"}]},
                         "size": {"type": "string"}},
          "allOf": [{"required": ["size", "list"]}]}
question = Question.from_options(BatchOptions(json_schema=schema, output="json"))
print(question.instructions, json.dumps(question.strict_schema))
"""


async def test_pages_parts_and_corrections_begin_with_the_same_instructions(
    model: ModelServer,
) -> None:
    model.reply_next(says({"name": "Tin", "price": "a lot"}))
    long = replace(PAGE, main="\n\n".join(f"Lantern {n} of tin." * 9 for n in range(120)))
    async with extractor_of(model.url, context_tokens=4000) as extractor:
        for page in (PAGE, replace(PAGE, url="https://shop.example/2", evidence=None), long):
            await extract(extractor, page, schema=LANTERN, prompt="Extract the lantern.")
    assert len(model.requests) > 4
    assert len({body["messages"][0]["content"] for body in model.requests}) == 1
    assert len({str(body["response_format"]) for body in model.requests}) == 1
    first, corrected = model.requests[:2]
    assert corrected["messages"][:2] == first["messages"], "the correction comes at the end"


async def test_answers_for_parts_are_joined_by_the_same_instructions(model: ModelServer) -> None:
    model.script = lambda _: says("A lantern.")
    long = replace(PAGE, main="\n\n".join(f"Lantern {n} of tin." * 9 for n in range(120)))
    async with extractor_of(model.url, context_tokens=4000) as extractor:
        for url in ("https://shop.example/1", "https://shop.example/2"):
            page = replace(long, url=url)
            await extract(extractor, page, prompt="Praise it", output="markdown")
    assert len({body["messages"][0]["content"] for body in model.requests}) == 2


def test_each_process_writes_the_same_instructions() -> None:
    written = {
        subprocess.run(  # our own program
            [sys.executable, "-c", _PRINT_REQUEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    [text] = written
    assert b'"d1"' in text, "the strict dialect can express the schema"
