"""The official Python client works with this server; only its base URL differs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from spidra import (
    AsyncSpidra,
    BatchScrapeParams,
    SpidraAuthenticationError,
    SpidraError,
    SpidraForbiddenError,
    SpidraNotFoundError,
    SpidraRateLimitError,
    SpidraServerError,
    SpidraTimeoutError,
    SpidraValidationError,
)

from stack.stack import Stack
from tests.support.accounts import new_key
from tests.support.replicas import another_api
from tests.support.site import Site

UNKNOWN_ID = "6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11"
POLL = 0.2


def client_of(api_url: str, key: str, *, max_retries: int | None = None) -> AsyncSpidra:
    return AsyncSpidra(api_key=key, api_url=f"{api_url}/api", max_retries=max_retries)


@pytest_asyncio.fixture
async def client(stack: Stack) -> AsyncIterator[AsyncSpidra]:
    """Open a client with its own account."""
    async with client_of(stack.api_url, new_key(stack)) as opened:
        yield opened


async def test_it_scrapes_a_batch(client: AsyncSpidra, site: Site) -> None:
    params = BatchScrapeParams(urls=[site.url("/plain"), site.url("/status/404")], screenshot=True)
    batch = await client.batch_scrape(params, poll_interval=POLL, timeout=180)
    assert (batch.status, batch.total_urls) == ("completed", 2)
    assert (batch.completed_count, batch.failed_count) == (1, 1)
    good, bad = batch.items
    assert (good.status, good.error, good.credits_used) == ("completed", None, 2)
    assert isinstance(good.result, str)
    assert good.screenshot_url is not None
    assert good.job_id
    assert good.started_at is not None
    assert good.finished_at is not None
    assert bad.status == "failed"
    assert bad.error
    assert (bad.result, bad.screenshot_url) == (None, None)


async def test_it_watches_items_end(client: AsyncSpidra, site: Site) -> None:
    queued = await client.start_batch_scrape(
        [site.url("/plain"), site.url("/gated/watch")], schema={"type": "object"}
    )
    assert (queued.status, queued.total) == ("queued", 2)
    [warning] = queued.schema_warnings or []
    assert "SPIDRA_LLM_MODEL" in warning
    queued = await client.start_batch_scrape([site.url("/plain"), site.url("/gated/watch")])
    seen = []
    async for item in client.watch_batch(queued.batch_id, poll_interval=POLL, timeout=180):
        seen.append(item.url)
        site.open_gate("watch")
    assert seen == [site.url("/plain"), site.url("/gated/watch")]


async def test_it_retries_cancels_and_lists(client: AsyncSpidra, site: Site) -> None:
    failed = await client.batch_scrape(
        [site.url("/plain"), site.url("/broken/client-broken")], poll_interval=POLL, timeout=60
    )
    assert failed.failed_count == 1
    [first] = (await client.list_batch_scrapes()).jobs
    site.open_gate("client-broken")
    assert await client.retry_batch_scrape(first.uuid) == 1
    async for _ in client.watch_batch(first.uuid, poll_interval=POLL, timeout=180):
        pass
    held = await client.start_batch_scrape([site.url("/gated/client")] * 20)
    cancelled = await client.cancel_batch_scrape(held.batch_id)
    assert cancelled.status == "cancelled"
    assert cancelled.credits_refunded == 2 * cancelled.cancelled_items > 0
    site.open_gate("client")
    listed = await client.list_batch_scrapes(page=2, limit=1)
    assert [job.uuid for job in listed.jobs] == [first.uuid]
    assert (listed.jobs[0].status, listed.jobs[0].finished_at is None) == ("completed", False)
    assert (listed.jobs[0].output_format, listed.jobs[0].scraping_channel) == ("markdown", "api")
    page = listed.pagination
    assert (page.page, page.limit, page.total, page.total_pages) == (2, 1, 2, 2)


async def test_it_reads_the_account(client: AsyncSpidra) -> None:
    account = await client.account()
    assert account.plan.name
    assert (account.credits.limit, account.credits.used) == (100_000, 0)
    assert account.credits.remaining == 100_000
    assert account.credits.billing_cycle_start
    assert account.proxy_bandwidth.limit_mb == 0
    assert account.subscription_status is None


async def test_every_error_has_the_expected_class(
    stack: Stack, client: AsyncSpidra, site: Site
) -> None:
    url = site.url("/plain")
    async with httpx.AsyncClient(event_hooks={"request": [delete_key]}) as session:
        anonymous = AsyncSpidra("key", f"{stack.api_url}/api", session=session)
        with pytest.raises(SpidraAuthenticationError) as unauthenticated:
            await anonymous.account()
    assert unauthenticated.value.code == "MISSING_API_KEY"
    async with client_of(stack.api_url, "stranger") as stranger:
        with pytest.raises(SpidraForbiddenError) as forbidden:
            await stranger.account()
    assert forbidden.value.code == "INVALID_API_KEY"
    async with client_of(stack.api_url, new_key(stack, credits_limit=1)) as poor:
        with pytest.raises(SpidraForbiddenError) as too_poor:
            await poor.start_batch_scrape([url])
    assert too_poor.value.code == "CREDIT_LIMIT_REACHED"
    with pytest.raises(SpidraNotFoundError) as not_found:
        await client.get_batch_scrape(UNKNOWN_ID)
    assert not_found.value.code == "NOT_FOUND"
    with pytest.raises(SpidraValidationError) as invalid:
        await client.start_batch_scrape([url, "nonsense"], proxy_country="de")
    assert len(invalid.value.errors) == 2
    with pytest.raises(SpidraValidationError):
        await client.list_batch_scrapes(limit=51)
    queued = await client.start_batch_scrape([site.url("/gated/client-errors")])
    with pytest.raises(SpidraError) as conflict:
        await client.retry_batch_scrape(queued.batch_id)
    assert (conflict.value.status, conflict.value.code) == (409, "NOT_TERMINAL")
    with pytest.raises(SpidraTimeoutError):
        async for _ in client.watch_batch(queued.batch_id, poll_interval=POLL, timeout=0.3):
            pass
    site.open_gate("client-errors")


async def delete_key(request: httpx.Request) -> None:
    """Delete the API key, as a proxy might. The client itself cannot leave it out."""
    del request.headers["Authorization"]


async def test_limit_errors_say_when_to_retry(stack: Stack, site: Site, tmp_path: Path) -> None:
    limits = {"SPIDRA_RATE_LIMIT": "4", "SPIDRA_MAX_UNFINISHED_BATCHES": "1"}
    async with (
        another_api(stack, tmp_path, **limits) as (url, _),
        client_of(url, new_key(stack)) as client,
    ):
        await client.start_batch_scrape([site.url("/gated/client-limits")])
        with pytest.raises(SpidraRateLimitError) as pending:
            await client.start_batch_scrape([site.url("/plain")])
        assert pending.value.code == "TOO_MANY_PENDING_JOBS"
        assert pending.value.retry_after == 5
        assert (pending.value.limit, pending.value.remaining) == (4, 2)
        await client.account()
        await client.account()
        with pytest.raises(SpidraRateLimitError) as limited:
            await client.account()
        assert limited.value.code == "RATE_LIMITED"
        assert (limited.value.limit, limited.value.remaining) == (4, 0)
        assert limited.value.retry_after is not None
        assert 0 < limited.value.retry_after <= 15 * 60
        assert limited.value.reset_at is not None
        site.open_gate("client-limits")


async def test_an_outage_is_an_error_unless_the_client_retries(
    own_stack: Stack, site: Site
) -> None:
    """The client repeats requests that got a 503, even submits, and still makes only one batch."""
    key = new_key(own_stack)
    async with (
        client_of(own_stack.api_url, key, max_retries=0) as impatient,
        client_of(own_stack.api_url, key) as client,
    ):
        await own_stack.stop("temporal")
        with pytest.raises(SpidraServerError) as away:
            await impatient.start_batch_scrape([site.url("/plain")])
        assert (away.value.status, away.value.code) == (503, "QUEUE_UNAVAILABLE")
        submitting = client.batch_scrape([site.url("/plain")], poll_interval=POLL, timeout=180)
        own_stack.part("temporal").start()
        assert (await submitting).completed_count == 1
        assert (await client.list_batch_scrapes()).pagination.total == 1
