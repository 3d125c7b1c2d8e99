"""A schema that the server cannot compile concerns itself only."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from activities.extraction.client import ModelClient
from activities.extraction.errors import OutputTooLongError
from activities.extraction.model_request import ModelRequest
from domain.items import Usage
from tests.model.conftest import MAX_OUTPUT_TOKENS, SECONDS
from tests.support.llama import MODEL, LlamaServer

BROKEN = {
    "unknown type": {"type": "object", "properties": {"sold": {"type": "text"}}},
    "reference to nothing": {"type": "object", "properties": {"sold": {"$ref": "#/$defs/flag"}}},
    "too much repetition": {
        "type": "object",
        "properties": {"sold": {"type": "array", "items": {"type": "null"}, "minItems": 5000}},
        "required": ["sold"],
    },
}

GOOD: dict[str, Any] = {
    "type": "object",
    "properties": {"sold": {"type": "boolean"}},
    "required": ["sold"],
    "additionalProperties": False,
}


async def test_schemas_that_the_server_refuses_leave_the_format_to_others(
    llama: LlamaServer,
) -> None:
    client = ModelClient(MODEL, key=None, base_url=llama.url, concurrency=1, timeout=SECONDS)
    question = [
        {"role": "system", "content": "Answer with one JSON object."},
        {"role": "user", "content": "Is the lantern sold?"},
    ]
    levels = {}
    try:
        for name, schema in {**BROKEN, "good": GOOD}.items():
            usage = Usage()
            text = ""
            with suppress(OutputTooLongError):  # an object of any form may have no end
                text = await client.complete(
                    ModelRequest(question, MAX_OUTPUT_TOKENS, schema=schema), usage
                )
            assert usage.model is not None
            levels[name] = usage.model.level
    finally:
        await client.close()
    assert levels == {**dict.fromkeys(BROKEN, "json_object"), "good": "json_schema"}
    assert isinstance(json.loads(text)["sold"], bool)
