"""The list of batches: each batch once, newest first, with the counts of this moment."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from sqlalchemy import Connection
from temporalio.client import Client

from domain.items import BatchEnd, SettledItem
from stack.stack import Stack
from storage import ledger
from storage.batches import BatchRow, OpenBatch, list_batches, open_batches
from storage.database import Database
from tests.support.accounts import new_key
from tests.support.client import BATCHES, ApiClient, Json
from tests.support.databases import on_each_kind
from tests.support.site import Site


async def page_of(api: ApiClient, query: str = "") -> Json:
    async with api.session.get(BATCHES + query) as response:
        body: Json = await response.json()
        assert response.status == 200, body
        return body


async def test_an_account_without_batches_has_an_empty_list(stack: Stack) -> None:
    async with ApiClient(stack.api_url, new_key(stack)) as api:
        assert await page_of(api) == {
            "jobs": [],
            "pagination": {"page": 1, "limit": 20, "total": 0, "totalPages": 0},
        }


async def test_pages_are_complete_newest_first_and_of_one_account(stack: Stack, site: Site) -> None:
    async with (
        ApiClient(stack.api_url, new_key(stack)) as api,
        ApiClient(stack.api_url, new_key(stack)) as other,
    ):
        submitted = [await api.submit([site.url("/plain")]) for _ in range(5)]
        await other.submit([site.url("/plain")])
        pages = [await page_of(api, f"?page={number}&limit=2") for number in (1, 2, 3, 4)]
        assert [len(page["jobs"]) for page in pages] == [2, 2, 1, 0]
        listed = [job["uuid"] for page in pages for job in page["jobs"]]
        assert listed == submitted[::-1]
        for number, page in enumerate(pages, 1):
            assert page["pagination"] == {"page": number, "limit": 2, "total": 5, "totalPages": 3}


async def test_an_entry_agrees_with_the_batch_itself(stack: Stack, site: Site) -> None:
    schema = {"type": "object"}
    async with ApiClient(stack.api_url, new_key(stack)) as api:
        mixed = await api.submit([site.url("/plain"), site.url("/status/404")])
        await api.submit([site.url("/plain")], schema=schema)
        held = await api.submit([site.url("/plain"), *[site.url("/gated/list")] * 11])
        cancelled = await api.submit([site.url("/gated/list")] * 2)
        async with api.session.delete(f"{BATCHES}/{cancelled}") as response:
            assert response.status == 200
        await api.wait_for(held, lambda batch: batch["completedCount"] == 1)
        await api.finished(mixed)
        running = (await page_of(api))["jobs"]
        assert [job["status"] for job in running][:2] == ["cancelled", "running"]
        assert (running[1]["completedCount"], running[1]["finishedAt"]) == (1, None)
        assert [job["outputFormat"] for job in running][2:] == ["json", "markdown"]
        site.open_gate("list")
        for job in running:
            await api.wait_for(job["uuid"], lambda batch: batch["finishedAt"] is not None)
        await check_same(api)


async def check_same(api: ApiClient) -> None:
    """Check that each entry agrees with the batch itself."""
    jobs = (await page_of(api))["jobs"]
    assert jobs
    for job in jobs:
        batch = await api.batch(job["uuid"])
        del batch["items"]
        del batch["proxyMb"]  # the list does not tell the traffic
        rest = {name: job[name] for name in job if name not in batch}
        assert {name: job[name] for name in batch} == batch
        assert set(rest) == {"uuid", "outputFormat", "scrapingChannel"}


async def test_a_retried_batch_is_listed_once(stack: Stack, site: Site) -> None:
    async with ApiClient(stack.api_url, new_key(stack)) as api:
        batch_id = await api.submit([site.url("/plain"), site.url("/broken/retried-list")])
        await api.finished(batch_id)
        for _ in range(2):
            assert (await api.post(f"{BATCHES}/{batch_id}/retry", {}))[0] == 202
            await api.finished(batch_id)
        [job] = (await page_of(api))["jobs"]
        assert (job["completedCount"], job["failedCount"]) == (1, 1)
        site.open_gate("retried-list")
        assert (await api.post(f"{BATCHES}/{batch_id}/retry", {}))[0] == 202
        await api.finished(batch_id)
        await check_same(api)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?page=0", 'page: must be a whole number from 1 to 1000000, not "0".'),
        ("?page=-1", "page: must be a whole number"),
        ("?page=1.5", "page: must be a whole number"),
        ("?page=", "page: must be a whole number"),
        ("?page=%D9%A1", "page: must be a whole number"),  # a digit outside ASCII
        ("?page=99999999999999999999", "page: must be a whole number"),
        ("?limit=51", 'limit: must be a whole number from 1 to 50, not "51".'),
        ("?limit=all", 'limit: must be a whole number from 1 to 50, not "all".'),
        ("?limit=1&limit=2", "limit: must be there once only."),
        ("?pages=2", "pages: is not a known parameter. Did you mean page?"),
        ("?status=running", "status: is not a known parameter. Known are page, limit."),
    ],
)
async def test_a_bad_page_or_limit_is_refused(api: ApiClient, query: str, expected: str) -> None:
    async with api.session.get(BATCHES + query) as response:
        body = await response.json()
    assert (response.status, body["code"]) == (422, "VALIDATION_FAILED")
    assert expected in body["errors"][0]


async def test_a_page_after_the_last_is_empty(api: ApiClient) -> None:
    assert (await page_of(api, "?page=1000000&limit=50"))["jobs"] == []


async def test_the_list_works_without_a_worker_and_without_temporal(
    own_stack: Stack, site: Site
) -> None:
    async with ApiClient(own_stack.api_url, new_key(own_stack)) as api:
        done = await api.submit([site.url("/plain"), site.url("/broken/known")])
        await api.finished(done)
        held = await api.submit([site.url("/plain"), site.url("/gated/known")])
        await api.wait_for(held, lambda batch: batch["completedCount"] == 1)
        own_stack.part("worker-1").kill_for_good()
        await own_stack.stop("worker-1")
        waiting = [await api.submit([site.url("/plain")]) for _ in range(15)]
        assert (await api.post(f"{BATCHES}/{done}/retry", {}))[0] == 202

        jobs = {job["uuid"]: job for job in (await page_of(api))["jobs"]}
        assert [jobs[batch_id]["status"] for batch_id in waiting] == ["pending"] * 15
        assert (jobs[held]["status"], jobs[held]["completedCount"]) == ("running", 1)
        counts = jobs[done]["completedCount"], jobs[done]["failedCount"]
        assert (jobs[done]["status"], *counts) == ("running", 1, 0)

        await own_stack.stop("temporal")
        jobs = {job["uuid"]: job for job in (await page_of(api))["jobs"]}
        assert len(jobs) == 17
        counts = jobs[done]["completedCount"], jobs[done]["failedCount"]
        assert (jobs[done]["status"], *counts) == ("running", 1, 0)
        assert jobs[held]["status"] == "pending", "all that SQL knows"
        site.open_gate("known")


@on_each_kind
def test_the_end_of_a_batch_is_stored(database: Database) -> None:
    at = datetime.now(UTC)
    with database.transaction() as connection:
        for number in range(3):
            batch = ledger.NewBatch(
                batch_id=f"batch-{number}",
                account="account",
                total_urls=3,
                output_format="json",
                credits_per_item=2,
                created_at=at + timedelta(microseconds=number),
            )
            ledger.open_batch(connection, batch, max_open=50)
            ledger.admit(connection, f"batch-{number}", 1)
        end = BatchEnd(status="cancelled", completed=2, failed=1, finished_at=at)
        ledger.end(connection, "batch-0", 1, end)
        ledger.settle(connection, "batch-1", 1, [SettledItem(uuid="x", is_completed=True)])
        ledger.refund_rest(connection, "batch-1", 1)
        ledger.end_lost(connection, "batch-1", 1)
    with database.transaction(reads_only=True) as connection:
        rows, total = list_batches(connection, "account", page=1, limit=2)
        [first], _ = list_batches(connection, "account", page=2, limit=2)
    assert total == 3
    assert [row.id for row in rows] == ["batch-2", "batch-1"]
    assert (rows[0].is_open, rows[0].status) == (True, None)
    assert (rows[1].status, rows[1].completed_count, rows[1].failed_count) == ("failed", 1, 2)
    assert first == BatchRow(
        id="batch-0",
        total_urls=3,
        output_format="json",
        created_at=at,
        generation=1,
        is_open=False,
        status="cancelled",
        completed_count=2,
        failed_count=1,
        finished_at=at,
    )


async def test_a_batch_that_was_terminated_in_temporal_has_failed(stack: Stack, site: Site) -> None:
    async with ApiClient(stack.api_url, new_key(stack)) as api:
        batch_id = await api.submit([site.url("/plain"), site.url("/gated/terminated")])
        await api.wait_for(batch_id, lambda batch: batch["completedCount"] == 1)
        temporal = await Client.connect(stack.temporal_address)
        await temporal.get_workflow_handle(f"batch-{batch_id}").terminate()
        await check_same(api)
        opened = Database(f"sqlite:///{stack.data_dir}/spidra.db")
        deadline = time.monotonic() + 180
        while batch_id in {batch.batch_id for batch in await opened.read(all_open)}:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)
        opened.close()
        await check_same(api)
        site.open_gate("terminated")


def all_open(connection: Connection) -> list[OpenBatch]:
    return open_batches(connection, before=datetime.now(UTC))


async def test_a_head_request_gets_no_body(stack: Stack, api: ApiClient) -> None:
    async with (
        aiohttp.ClientSession(stack.api_url, headers={"x-api-key": stack.api_key}) as session,
        session.head(BATCHES) as response,
    ):
        assert response.status == 200
        assert await response.read() == b""
