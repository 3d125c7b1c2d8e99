"""The stack as a whole: its servers, its data, and restarts."""

from __future__ import annotations

import asyncio
import stat
from datetime import timedelta
from pathlib import Path

import aiohttp
import psutil
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from stack import temporal
from stack.errors import StackError
from stack.ports import is_free
from stack.stack import Stack
from tests.support.buckets import s3_client
from tests.support.client import ApiClient
from tests.support.commands import wait_until
from tests.support.processes import is_alive
from tests.support.site import Site


async def test_the_bucket_is_private_and_survives_a_kill(own_stack: Stack) -> None:
    key = own_stack.data_dir / "s3-credentials.json"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    s3 = s3_client(own_stack)
    await asyncio.to_thread(s3.put_object, Bucket=own_stack.bucket, Key="a/b", Body=b"kept")
    url = f"{own_stack.s3_endpoint}/{own_stack.bucket}/a/b"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 403

    killed = psutil.Process(own_stack.part("s3").pid)
    own_stack.kill("s3")
    wait_until(lambda: not is_alive(killed), 60, "the end of the S3 server")
    await own_stack.part("s3").wait_ready(150)
    answer = await asyncio.to_thread(s3.get_object, Bucket=own_stack.bucket, Key="a/b")
    assert answer["Body"].read() == b"kept"


async def test_temporal_is_set_up_and_restarts_on_the_same_port(own_stack: Stack) -> None:
    client = await temporal.connect(own_stack.env)
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace="default")
    )
    kept = described.config.workflow_execution_retention_ttl.ToTimedelta()
    assert kept == timedelta(days=30)
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="default")
    )
    assert set(temporal.search_attributes()) <= set(known.custom_attributes)

    address = own_stack.temporal_address
    await own_stack.stop("temporal")
    host, port = address.split(":")
    assert is_free(host, int(port))
    await own_stack.start("temporal")
    assert own_stack.temporal_address == address
    await temporal.connect(own_stack.env)


async def test_no_server_is_started_if_the_settings_name_another(
    own_stack: Stack, tmp_path: Path
) -> None:
    env = {
        "SPIDRA_TEMPORAL_ADDRESS": own_stack.temporal_address,
        "SPIDRA_S3_ENDPOINT_URL": own_stack.s3_endpoint,
        "SPIDRA_S3_BUCKET": "mine",
    }
    async with Stack(tmp_path / "other", env=env, api=False, workers=0) as stack:
        assert stack.bucket == "mine"
        assert stack.temporal_address == own_stack.temporal_address
        for part in ("temporal", "s3"):
            with pytest.raises(StackError, match="no part"):
                stack.part(part)


async def test_two_stacks_do_not_share_a_folder(own_stack: Stack) -> None:
    with pytest.raises(StackError, match="Another stack uses"):
        async with Stack(own_stack.data_dir, api=False, workers=0):
            pass


@pytest.mark.stack
async def test_a_batch_continues_when_the_stack_starts_again(tmp_path: Path, site: Site) -> None:
    env = {
        "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
        "SPIDRA_SHUTDOWN_GRACE": "0",
        "SPIDRA_RATE_LIMIT": "0",
    }
    async with Stack(tmp_path / "data", env=env) as stack:
        await stack.wait_ready()
        async with ApiClient(stack.api_url, stack.api_key) as api:
            batch_id = await api.submit([site.url("/gated/stack-restart"), site.url("/plain")])
            await api.wait_for(
                batch_id,
                lambda b: b["completedCount"] == 1 and b["items"][0]["status"] == "running",
            )
    site.open_gate("stack-restart")
    async with Stack(tmp_path / "data", env=env) as stack:
        await stack.wait_ready()
        async with ApiClient(stack.api_url, stack.api_key) as api:
            batch = await api.finished(batch_id)
    assert [item["status"] for item in batch["items"]] == ["completed", "completed"]
    assert batch["items"][0]["attempts"] == 2
