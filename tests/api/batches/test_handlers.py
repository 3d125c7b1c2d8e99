"""What clients get from `/api/batch/scrape`: the place of a batch, and only their own batches."""

from __future__ import annotations

import pytest

from stack.stack import Stack
from tests.conftest import SECOND_KEY
from tests.support.client import BATCHES, ApiClient
from tests.support.errors import check_error
from tests.support.site import Site


async def test_the_response_to_a_submit_has_the_location_of_the_batch(
    api: ApiClient, site: Site
) -> None:
    async with api.session.post(
        BATCHES, json={"urls": [site.url("/plain")]}, headers={"X-Request-Id": "mine-1"}
    ) as response:
        body = await response.json()
        assert response.headers["Location"] == f"{BATCHES}/{body['batchId']}"
        assert response.headers["X-Request-Id"] == "mine-1"
    async with api.session.get(response.headers["Location"]) as response:
        assert response.status == 200
        assert response.headers["X-Request-Id"]


async def test_only_its_own_account_sees_a_batch(stack: Stack, api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/plain")])
    async with (
        ApiClient(stack.api_url, SECOND_KEY) as other,
        other.session.get(f"{BATCHES}/{batch_id}") as response,
    ):
        await check_error(response, 404, "NOT_FOUND")
    assert (await api.finished(batch_id))["status"] == "completed"


@pytest.mark.parametrize(
    "batch_id", ["6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11", "nonsense", "%00", "a" * 3000]
)
async def test_an_unknown_batch_is_not_found(api: ApiClient, batch_id: str) -> None:
    async with api.session.get(f"{BATCHES}/{batch_id}") as response:
        await check_error(response, 404, "NOT_FOUND")
