"""Checks of error responses."""

from __future__ import annotations

import json

import aiohttp

from tests.support.client import BATCHES, ApiClient, Json


async def check_error(response: aiohttp.ClientResponse, status: int, code: str) -> Json:
    """Check the form of an error response, and return its body."""
    body: Json = json.loads(await response.text())
    assert (response.status, body["code"]) == (status, code), body
    assert body["status"] == "error"
    assert body["message"] == body["error"]
    assert response.headers["X-Request-Id"]
    return body


async def submit_errors(api: ApiClient, body: object, code: str = "VALIDATION_FAILED") -> list[str]:
    """Submit a body that must be refused, and return the sentences about it."""
    async with api.session.post(BATCHES, json=body) as response:
        error = await check_error(response, 422, code)
    errors: list[str] = error["errors"]
    assert errors
    return errors
