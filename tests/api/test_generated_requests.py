"""Random requests: the parser of requests accepts each of them, or says in words what is wrong."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.test_utils import make_mocked_request
from hypothesis import given, settings
from hypothesis import strategies as st

from api.http.body import MAX_DEPTH, read_object
from api.http.errors import ApiError
from api.http.validation import parse_body
from domain.options import BatchScrapeRequest, RetryRequestBody
from domain.schema.validation import check_schema, schema_warnings
from tests.support import generated

pytestmark = pytest.mark.long

SECRET = "hunter2"
FIELDS = [field.alias or name for name, field in BatchScrapeRequest.model_fields.items()]

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
keywords = st.sampled_from(
    ["type", "properties", "items", "enum", "required", "pattern", "patternProperties", "$ref",
     "$defs", "allOf", "anyOf", "$schema", "additionalProperties", "const", "minimum", "format"]
)  # fmt: skip
schemas = st.recursive(
    scalars | st.sampled_from(["object", "string", "#", "#/$defs/a", "(a+)+$", "("]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(keywords | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=generated.count(100, long=2000))
@given(
    body=st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=12), values, max_size=6),
    cookies=st.sampled_from([SECRET, [SECRET], {SECRET: SECRET}, {"a": [SECRET]}]),
)
def test_any_object_is_accepted_or_refused_in_words(body: dict[str, Any], cookies: Any) -> None:
    for model in (BatchScrapeRequest, RetryRequestBody):
        read = parse_body(model, body | {"cookies": cookies})
        if isinstance(read, list):
            assert read
            assert all(
                sentence.endswith((".", "?")) for sentence in read
            )  # some ask: did you mean …?
            about_cookies = [sentence for sentence in read if sentence.startswith("cookies")]
            assert SECRET not in "".join(about_cookies)
        else:
            assert SECRET not in repr(read)


@settings(max_examples=generated.count(100, long=2000))
@given(schema=st.dictionaries(keywords, schemas, max_size=6))
def test_any_schema_is_accepted_or_refused_in_words(schema: dict[str, Any]) -> None:
    errors = check_schema({"type": "object"} | schema)
    if errors:
        assert all(error.startswith("schema") for error in errors)
    else:
        schema_warnings({"type": "object"} | schema)


nested = st.integers(1, 5000).map(lambda depth: b'{"a":' * depth + b"1" + b"}" * depth)


@settings(max_examples=generated.count(60, long=2000))
@given(content=st.binary(max_size=200) | values.map(lambda v: json.dumps(v).encode()) | nested)
def test_any_bytes_are_an_object_or_refused(content: bytes) -> None:
    async def read() -> dict[str, Any]:
        payload: StreamReader = EMPTY_PAYLOAD
        if content:
            protocol: Any = web.RequestHandler(web.Server(_never), loop=asyncio.get_running_loop())
            payload = StreamReader(protocol, 2**16, loop=asyncio.get_running_loop())
            payload.feed_data(content)
            payload.feed_eof()
        return await read_object(make_mocked_request("POST", "/", payload=payload))

    try:
        body = asyncio.run(read())
    except ApiError as error:
        refusal = error
    else:
        assert isinstance(body, dict)
        assert _depth(body) <= MAX_DEPTH
        return
    assert (refusal.status, refusal.code) == (400, "INVALID_JSON")


async def _never(_: web.BaseRequest) -> web.StreamResponse:
    raise AssertionError("nothing is served")


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return 1 + max(map(_depth, inner), default=0)
