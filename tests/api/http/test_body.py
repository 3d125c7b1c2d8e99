"""Request bodies: strict JSON, of limited size, that arrives in time."""

from __future__ import annotations

import asyncio

import pytest

from stack.stack import Stack
from tests.support.client import BATCHES, ApiClient
from tests.support.errors import check_error
from tests.support.raw_http import exchange_until_closed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"urls": NaN}',
        b'{"urls": 1e999}',
        b'{"urls": ["http://127.0.0.1/"], "urls": []}',
        b'\xff{"urls": []}',
        '{"urls": []}'.encode("utf-16"),
        b'{"prompt": "\\ud800"}',
        b'{"a":' * 150 + b"1" + b"}" * 150,
        b"[" * 100_000,
    ],
)
async def test_a_body_that_is_not_a_json_object_is_refused(api: ApiClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with api.session.post(BATCHES, data=body, headers=headers) as response:
        await check_error(response, 400, "INVALID_JSON")


async def test_a_body_that_cannot_be_decoded_is_refused(api: ApiClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with api.session.post(BATCHES, data=b"no gzip", headers=headers) as response:
        await check_error(response, 400, "INVALID_JSON")


async def test_other_media_types_are_refused(api: ApiClient) -> None:
    async with api.session.post(BATCHES, data={"urls": "x"}) as response:
        await check_error(response, 415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_over_one_mebibyte_is_refused(api: ApiClient) -> None:
    body = {"urls": ["http://example.com/"], "prompt": "x" * 1024 * 1024}
    async with api.session.post(BATCHES, json=body) as response:
        await check_error(response, 413, "PAYLOAD_TOO_LARGE")


async def test_a_body_that_does_not_arrive_times_out(stack: Stack) -> None:
    heads = [
        f"POST {path} HTTP/1.1\n{framing}"
        for path in (BATCHES, f"{BATCHES}/6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11/retry")
        for framing in ("Content-Length: 5", "Transfer-Encoding: chunked")
    ]
    for statuses, body, sent in await asyncio.gather(
        *(exchange_until_closed(stack, head) for head in heads)
    ):
        assert (statuses, body["code"]) == ([408], "REQUEST_TIMEOUT")
        assert "Connection: close" in sent
