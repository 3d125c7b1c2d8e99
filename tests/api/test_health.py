"""`/healthz` and `/readyz`."""

from __future__ import annotations

import aiohttp
import pytest

from stack.stack import Stack


async def test_liveness_and_readiness(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.api_url) as session:
        async with session.get("/healthz") as response:
            assert response.status == 200
        async with session.get("/readyz") as response:
            parts = await response.json()
            assert response.status == 200, parts
            assert set(parts) == {"status", "database", "bucket", "temporal", "worker"}


@pytest.mark.parametrize(
    ("part", "names"),
    [("s3", {"bucket"}), ("temporal", {"temporal", "worker"})],
)
async def test_readiness_names_the_missing_part(
    own_stack: Stack, part: str, names: set[str]
) -> None:
    await own_stack.stop(part)
    async with (
        aiohttp.ClientSession(own_stack.api_url) as session,
        session.get("/readyz") as response,
    ):
        answer = await response.json()
    assert response.status == 503
    assert answer.pop("status") == "unavailable"
    assert {name for name, state in answer.items() if state != "ok"} == names
    assert set(answer) == {"database", "bucket", "temporal", "worker"}
