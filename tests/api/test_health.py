"""`/healthz` and `/readyz`."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from search_attribute_setup import add_search_attributes
from stack.stack import Stack
from tests.support.client import ApiClient
from tests.support.replicas import another_api
from workflows.search_attributes import ALL


async def test_liveness_and_readiness(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.api_url) as session:
        async with session.get("/healthz") as response:
            assert response.status == 200
        async with session.get("/readyz") as response:
            parts = await response.json()
            assert response.status == 200, parts
            assert set(parts) == {"status", "database", "bucket", "temporal", "worker"}


async def test_the_bare_address_leads_to_the_documentation(stack: Stack) -> None:
    async with (
        aiohttp.ClientSession(stack.api_url) as session,
        session.get("/") as response,
    ):
        assert (response.status, response.url.path) == (200, "/docs")


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


@pytest.mark.parametrize(
    ("part", "secret"), [("temporal", "temporal_address"), ("s3", "s3_endpoint")]
)
async def test_readiness_shows_no_addresses(own_stack: Stack, part: str, secret: str) -> None:
    address = str(getattr(own_stack, secret)).removeprefix("http://")
    await own_stack.stop(part)
    async with (
        aiohttp.ClientSession(own_stack.api_url) as session,
        session.get("/readyz") as response,
    ):
        assert address not in await response.text()


async def test_a_namespace_without_search_attributes_is_named_and_mended(
    stack: Stack, tmp_path: Path
) -> None:
    name = f"bare-{uuid.uuid4().hex[:8]}"
    client = await Client.connect(stack.temporal_address, namespace=name)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(
            namespace=name,
            workflow_execution_retention_period=Duration(seconds=86_400),
        )
    )
    async with (
        another_api(stack, tmp_path, TEMPORAL_NAMESPACE=name) as (url, _),
        ApiClient(url, stack.api_key) as api,
    ):
        temporal = await readiness(api, lambda state: "lacks search attributes" in state)
        assert f"temporal operator search-attribute create --namespace {name}" in temporal
        for key in ALL:
            assert f"--name {key.name} " in temporal
        status, answer = await api.post("/api/batch/scrape", {"urls": ["https://example.com/"]})
        assert (status, answer["code"]) == (503, "QUEUE_UNAVAILABLE")
        assert "/readyz" in answer["message"]
        await add_search_attributes(client, ALL)
        await readiness(api, lambda state: state == "ok")


async def readiness(api: ApiClient, is_awaited: Callable[[str], bool]) -> str:
    """Return what `/readyz` says of Temporal, as soon as that is what is awaited."""
    async with asyncio.timeout(60):
        while True:
            async with api.session.get("/readyz") as response:
                state: str = (await response.json())["temporal"]
            if is_awaited(state):
                return state
            await asyncio.sleep(0.2)
