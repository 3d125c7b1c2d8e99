"""The `Accept` header: a client that excludes JSON gets an error."""

from __future__ import annotations

import pytest

from tests.support.client import ApiClient


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200),
        ("*/*", 200),
        ("application/*", 200),
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/html, application/xml;q=0.9, */*;q=0.8", 200),
        ("text/html, application/json;q=0.1", 200),
        ("text/html", 406),
        ("application/xml, text/*", 406),
        ("application/json;q=0", 406),
        ("*/*, application/json;q=0.0", 406),
    ],
)
async def test_a_client_that_excludes_json_is_refused(
    api: ApiClient, accept: str, status: int
) -> None:
    async with api.session.get("/api/account", headers={"Accept": accept}) as response:
        assert response.status == status
        body = await response.json()
    if status == 406:
        assert body["code"] == "NOT_ACCEPTABLE"
