"""The form of all errors, even if aiohttp itself raises them."""

from __future__ import annotations

from tests.support.client import BATCHES, ApiClient
from tests.support.errors import check_error


async def test_unknown_paths_and_methods_have_the_form_of_all_errors(api: ApiClient) -> None:
    async with api.session.get("/nowhere") as response:
        await check_error(response, 404, "NOT_FOUND")
    async with api.session.put(BATCHES) as response:
        await check_error(response, 405, "METHOD_NOT_ALLOWED")
        assert "POST" in response.headers["Allow"]
