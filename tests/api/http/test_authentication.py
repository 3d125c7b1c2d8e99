"""API keys: which requests need one, and which keys are accepted."""

from __future__ import annotations

import aiohttp
import pytest

from stack.stack import Stack
from tests.support.client import BATCHES
from tests.support.errors import check_error
from tests.support.raw_http import raw_exchange


async def test_a_request_needs_a_known_key(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.api_url) as session:
        async with session.post(BATCHES, json={}) as response:
            await check_error(response, 401, "MISSING_API_KEY")
        async with session.post(BATCHES, json={}, headers={"x-api-key": "wrong"}) as response:
            await check_error(response, 403, "INVALID_API_KEY")
        bearer = {"Authorization": f"Bearer {stack.api_key}"}
        async with session.post(BATCHES, json={}, headers=bearer) as response:
            await check_error(response, 422, "VALIDATION_FAILED")


@pytest.mark.parametrize("header", [b"x-api-key: %b", b"Authorization: Bearer %b"])
@pytest.mark.parametrize("key", [b"\xff\xfe", b"\xed\xa0\x80", "schlüssel".encode()])
async def test_a_key_may_consist_of_any_bytes(stack: Stack, header: bytes, key: bytes) -> None:
    status, body = await raw_exchange(
        stack.api_url, b"GET /api/account HTTP/1.1\r\nHost: x\r\n" + header % key + b"\r\n\r\n"
    )
    assert (status, body["code"]) == (403, "INVALID_API_KEY")
