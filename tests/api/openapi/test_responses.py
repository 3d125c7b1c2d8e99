"""Every response is as documented: each operation with each of its statuses and error codes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update

from stack.stack import Stack
from storage.database import Database
from storage.rate_limits import count_request
from storage.tables import accounts, rate_windows
from tests.api.openapi.documented import CheckedClient, documented_outcomes
from tests.conftest import POOR_CREDITS, POOR_KEY, SECOND_KEY
from tests.support.accounts import new_key
from tests.support.client import ApiClient, Json
from tests.support.replicas import another_api
from tests.support.site import Site, closed_port

UNKNOWN_ID = "6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11"
WITH_KEY = ("submitBatch", "listBatches", "getBatch", "cancelBatch", "retryBatch", "getAccount")
RATE_LIMIT = 10_000
MAX_UNFINISHED = 6


@pytest_asyncio.fixture
async def limited_api(own_stack: Stack, tmp_path: Path) -> AsyncIterator[str]:
    """Run an API on the parts of `own_stack`, with limits that a test can reach; yield its URL."""
    limits = {
        "SPIDRA_RATE_LIMIT": str(RATE_LIMIT),
        "SPIDRA_MAX_UNFINISHED_BATCHES": str(MAX_UNFINISHED),
        "SPIDRA_PROXIES": f'{{"de": "socks5://127.0.0.1:{closed_port()}"}}',
        "SPIDRA_PROXY_LIMIT_MB": "1",
    }
    async with another_api(own_stack, tmp_path, **limits) as (url, _):
        yield url


@pytest.mark.timeout(900)
async def test_every_response_is_as_documented(
    own_stack: Stack, limited_api: str, site: Site
) -> None:
    key = new_key(own_stack)
    client = CheckedClient(limited_api, key)
    async with ApiClient(limited_api, key) as api:
        mixed = await client.submit(site.url("/plain"), site.url("/status/404"), screenshot=True)
        warned = await client.submit(
            site.url("/plain"),
            schema={"type": "object", "properties": {"at": {"type": "string", "format": "date"}}},
        )
        gated = await client.submit(
            *[site.url(f"/gated/documented?{number}") for number in range(20)]
        )
        await api.finished(mixed)
        await api.finished(warned)
        await api.wait_for(gated, lambda batch: batch["status"] == "running")
        for batch_id in (gated, warned, mixed):
            await client.call("getBatch", batch_id)
        known = {"If-None-Match": client.last_etag}
        await client.call("getBatch", mixed, headers=known, expect="304")
        await client.call("listBatches", query="?page=1&limit=2")
        await check_refusals(client, mixed)
        await check_keys(client, site)
        await check_limits(client, limited_api, own_stack, site)
        await client.call("retryBatch", gated, expect="NOT_TERMINAL")
        await client.call("cancelBatch", gated)
        await client.call("cancelBatch", gated, expect="ALREADY_TERMINAL")
        await client.call("retryBatch", gated, expect="ALREADY_TERMINAL")
        await client.call("getBatch", gated)
        site.open_gate("documented")
        await client.call("retryBatch", mixed, expect="202")
        await api.finished(mixed)
        plain = await client.submit(site.url("/plain"))
        await api.finished(plain)
        await client.call("retryBatch", plain, expect="NO_FAILED_ITEMS")
        await check_reach(client, api, own_stack, site)
        await check_credit_limit(client, limited_api, site)
        for operation in ("getAccount", "getHealth", "getReadiness", "getVersion"):
            await client.call(operation)
        await check_outages(client, own_stack, site, plain)
    unseen = documented_outcomes() - client.seen
    # No test can put a fault into the code, or remove a file of SQLite.
    assert {(operation, code) for operation, code in unseen if code != "INTERNAL_ERROR"} == {
        ("listBatches", "SERVICE_BUSY"),
        ("retryBatch", "SERVICE_BUSY"),
        ("getAccount", "SERVICE_BUSY"),
    }


async def check_refusals(client: CheckedClient, batch_id: str) -> None:
    """Check the errors that a client causes."""
    for operation in WITH_KEY:
        await client.call(operation, batch_id, key="", expect="MISSING_API_KEY")
        await client.call(operation, batch_id, key="wrong", expect="INVALID_API_KEY")
        html = {"Accept": "text/html, application/json;q=0"}
        await client.call(operation, batch_id, headers=html, expect="NOT_ACCEPTABLE")
    await client.call("listBatches", query="?limit=51", expect="VALIDATION_FAILED")
    for operation in ("getBatch", "cancelBatch", "retryBatch"):
        await client.call(operation, UNKNOWN_ID, expect="NOT_FOUND")
    for operation in ("submitBatch", "retryBatch"):
        for body, code in (
            (b"[", "INVALID_JSON"),
            (b" " * 2**20 + b"{}", "PAYLOAD_TOO_LARGE"),
            ({"nonsense": 1}, "VALIDATION_FAILED"),
        ):
            await client.call(operation, batch_id, body=body, expect=code)
        await client.call(
            operation,
            batch_id,
            body=b"text",
            content_type="text/plain",
            expect="UNSUPPORTED_MEDIA_TYPE",
        )
    await asyncio.gather(
        *(
            client.call(operation, batch_id, body=half_a_body(), expect="REQUEST_TIMEOUT")
            for operation in ("submitBatch", "retryBatch")
        )
    )
    malformed: Json = {"urls": ["http://example.com/"], "schema": {}}
    await client.call("submitBatch", body=malformed, expect="INVALID_SCHEMA")


async def half_a_body() -> AsyncIterator[bytes]:
    """Yield the first byte of a body, and never the rest."""
    yield b"{"
    await asyncio.Event().wait()


async def check_keys(client: CheckedClient, site: Site) -> None:
    """Check a repeated request, and another request with its key."""
    key = {"Idempotency-Key": "documented"}
    body = {"urls": [site.url("/plain")]}
    first, again = [
        await client.call("submitBatch", headers=key, body=body, expect="202") for _ in range(2)
    ]
    assert first == again
    other: Json = {"urls": [site.url("/js")]}
    await client.call("submitBatch", headers=key, body=other, expect="IDEMPOTENCY_CONFLICT")


async def check_limits(client: CheckedClient, url: str, stack: Stack, site: Site) -> None:
    """Check an account that has reached its unfinished batches, and later its requests."""
    async with ApiClient(url, SECOND_KEY) as second:
        failed = await second.submit([site.url("/status/404")])
        await second.finished(failed)
    body: Json = {"urls": [site.url("/gated/limits")]}
    for _ in range(MAX_UNFINISHED):
        await client.call("submitBatch", key=SECOND_KEY, body=body, expect="202")
    await client.call("submitBatch", key=SECOND_KEY, body=body, expect="TOO_MANY_PENDING_JOBS")
    await client.call("retryBatch", failed, key=SECOND_KEY, expect="TOO_MANY_PENDING_JOBS")
    site.open_gate("limits")
    database = Database(f"sqlite:///{stack.data_dir}/spidra.db")
    with database.transaction() as connection:
        count_request(connection, "second", RATE_LIMIT)
        connection.execute(
            update(rate_windows)
            .where(rate_windows.c.account_id == "second")
            .values(requests=RATE_LIMIT)
        )
    database.close()
    for operation in WITH_KEY:
        await client.call(operation, failed, key=SECOND_KEY, expect="RATE_LIMITED")


async def check_reach(client: CheckedClient, api: ApiClient, stack: Stack, site: Site) -> None:
    """Check a retry without the deleted cookies, and an account without proxy traffic."""
    known = await client.submit(site.url("/status/404"), cookies="a=1")
    away = await client.submit(site.url("/plain"), useProxy=True)
    for batch_id in (known, away):
        await api.finished(batch_id)
    await client.call("retryBatch", known, expect="COOKIES_REQUIRED")
    database = Database(f"sqlite:///{stack.data_dir}/spidra.db")
    with database.transaction() as connection:
        connection.execute(update(accounts).values(proxy_bytes_used=1_000_000))
    body = {"urls": [site.url("/plain")], "useProxy": True}
    await client.call("submitBatch", body=body, expect="PROXY_LIMIT_REACHED")
    await client.call("retryBatch", away, expect="PROXY_LIMIT_REACHED")
    with database.transaction() as connection:
        connection.execute(update(accounts).values(proxy_bytes_used=0))
    database.close()


async def check_credit_limit(client: CheckedClient, url: str, site: Site) -> None:
    """Check an account that has no credits left."""
    async with ApiClient(url, POOR_KEY) as poor:
        failed = await poor.submit([site.url("/status/404")])
        await poor.finished(failed)
        body = {"urls": [site.url("/gated/poor")] * (POOR_CREDITS // 2)}
        await client.call("submitBatch", key=POOR_KEY, body=body, expect="202")
        await client.call("submitBatch", key=POOR_KEY, body=body, expect="CREDIT_LIMIT_REACHED")
        await client.call("retryBatch", failed, key=POOR_KEY, expect="CREDIT_LIMIT_REACHED")
        site.open_gate("poor")


async def check_outages(client: CheckedClient, stack: Stack, site: Site, batch_id: str) -> None:
    """Check the responses while parts are stopped, one after the other."""
    body = {"urls": [site.url("/plain")]}
    running = await client.submit(site.url("/gated/outage"))
    await stack.stop("worker-1")
    await client.call("cancelBatch", running, expect="SERVICE_BUSY")
    await stack.stop("s3")
    # Each of these waits for seconds until the API gives up.
    await asyncio.gather(
        client.call("submitBatch", body=body, expect="SERVICE_BUSY"),
        client.call("getBatch", batch_id, expect="SERVICE_BUSY"),
        client.call("getReadiness", expect="503"),
    )
    await stack.start("s3")
    site.open_gate("outage")
    await stack.stop("temporal")
    operations = ("getBatch", "cancelBatch", "retryBatch")
    await asyncio.gather(
        client.call("submitBatch", body=body, expect="QUEUE_UNAVAILABLE"),
        *(client.call(name, batch_id, expect="QUEUE_UNAVAILABLE") for name in operations),
    )
