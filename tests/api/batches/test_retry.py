"""Retrying: only failed items run again, in the same batch, and once for requests at once."""

from __future__ import annotations

import asyncio

from aiohttp import web
from temporalio.client import Client

from stack.stack import Stack
from tests.conftest import POOR_CREDITS, POOR_KEY, RACE_CREDITS, RACE_KEY
from tests.support.client import ApiClient, Json, summary
from tests.support.servers import serving
from tests.support.site import Site


async def retry(api: ApiClient, batch_id: str, body: object = None) -> tuple[int, Json]:
    async with api.session.post(f"/api/batch/scrape/{batch_id}/retry", json=body) as response:
        return response.status, await response.json()


async def failed_batch(api: ApiClient, site: Site, gate: str) -> tuple[str, Json]:
    """Submit two items that complete, and two that fail until the gate is open."""
    urls = [site.url("/plain"), site.url(f"/broken/{gate}?1"), site.url("/js")]
    batch_id = await api.submit([*urls, site.url(f"/broken/{gate}?2")], screenshot=True)
    batch = await api.finished(batch_id)
    assert (batch["completedCount"], batch["failedCount"]) == (2, 2), summary(batch)
    return batch_id, batch


def check_untouched(before: Json, after: Json) -> None:
    """Check that completed items are unchanged, except for the signatures of their screenshots."""
    for old, new in zip(before["items"], after["items"], strict=True):
        assert (old["uuid"], old["url"]) == (new["uuid"], new["url"])
        if old["status"] == "completed":
            assert {**old, "screenshotUrl": 0} == {**new, "screenshotUrl": 0}
            assert old["screenshotUrl"].split("?")[0] == new["screenshotUrl"].split("?")[0]


async def test_only_failed_items_run_again(api: ApiClient, site: Site) -> None:
    used = await api.credits_used()
    batch_id, before = await failed_batch(api, site, "again")
    assert await api.credits_used() == used + 4
    hits = site.hits("/plain")
    site.open_gate("again")
    status, answer = await retry(api, batch_id)
    assert (status, answer) == (202, {"status": "queued", "retriedCount": 2})
    at_once = await api.batch(batch_id)
    assert at_once["status"] in ("running", "completed")
    after = await api.finished(batch_id)
    assert after["completedCount"] == 4, summary(after)
    check_untouched(before, after)
    assert after["finishedAt"] > before["finishedAt"]
    assert after["createdAt"] == before["createdAt"]
    assert site.hits("/plain") == hits
    assert await api.credits_used() == used + 8


async def test_items_that_would_fail_again_may_be_left_out(api: ApiClient, site: Site) -> None:
    used = await api.credits_used()
    missing, broken = site.url("/status/404"), site.url("/broken/retryable")
    batch_id = await api.submit([missing, broken])
    before = await api.finished(batch_id)
    assert [item["retryable"] for item in before["items"]] == [False, True], summary(before)
    site.open_gate("retryable")
    hits = site.hits("/status/404")
    status, answer = await retry(api, batch_id, {"onlyRetryable": True})
    assert (status, answer) == (202, {"status": "queued", "retriedCount": 1})
    after = await api.finished(batch_id)
    assert after["items"][0] == before["items"][0]
    assert after["items"][1]["status"] == "completed", summary(after)
    assert site.hits("/status/404") == hits
    assert await api.credits_used() == used + 2
    status, answer = await retry(api, batch_id, {"onlyRetryable": True})
    assert (status, answer["code"]) == (400, "NO_FAILED_ITEMS")
    assert "onlyRetryable" in answer["message"]
    assert (await retry(api, batch_id))[1] == {"status": "queued", "retriedCount": 1}
    await api.finished(batch_id)


async def test_a_batch_that_was_terminated_in_temporal_can_be_retried_at_once(
    stack: Stack, api: ApiClient, site: Site
) -> None:
    used = await api.credits_used()
    batch_id = await api.submit([site.url("/plain"), site.url("/gated/ended-by-operator")])
    await api.wait_for(batch_id, lambda batch: batch["completedCount"] == 1)
    temporal = await Client.connect(stack.temporal_address)
    await temporal.get_workflow_handle(f"batch-{batch_id}").terminate()
    site.open_gate("ended-by-operator")
    status, answer = await retry(api, batch_id)
    assert (status, answer) == (202, {"status": "queued", "retriedCount": 1})
    after = await api.finished(batch_id)
    assert after["completedCount"] == 2, summary(after)
    assert await api.credits_used() == used + 4


async def test_a_retried_batch_is_running_with_pending_items_at_once(
    own_stack: Stack, site: Site
) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id, before = await failed_batch(api, site, "pending")
        await own_stack.stop("worker-1")
        assert (await retry(api, batch_id))[0] == 202
        waiting = await api.batch(batch_id)
        assert (waiting["status"], waiting["failedCount"]) == ("running", 0)
        assert [i["status"] for i in waiting["items"]] == ["completed", "pending"] * 2
        assert (await retry(api, batch_id))[1]["code"] == "NOT_TERMINAL"
        site.open_gate("pending")
        await own_stack.start("worker-1")
        after = await api.finished(batch_id)
        assert after["completedCount"] == 4
        check_untouched(before, after)


async def test_batches_that_cannot_be_retried(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/gated/held")])
    status, answer = await retry(api, batch_id)
    assert (status, answer["code"]) == (409, "NOT_TERMINAL")
    site.open_gate("held")
    await api.finished(batch_id)
    status, answer = await retry(api, batch_id)
    assert (status, answer["code"]) == (400, "NO_FAILED_ITEMS")
    status, answer = await retry(api, "6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11")
    assert (status, answer["code"]) == (404, "NOT_FOUND")


async def test_a_body_may_be_absent_or_empty_but_not_wrong(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/status/404")])
    await api.finished(batch_id)
    status, answer = await retry(api, batch_id, {"urls": []})
    assert (status, answer["errors"]) == (
        422,
        ["urls: is not a known field. Known are onlyRetryable, maxProxyMb, cookies."],
    )
    async with api.session.post(f"/api/batch/scrape/{batch_id}/retry") as response:
        assert response.status == 202
    await api.finished(batch_id)
    assert (await retry(api, batch_id, {}))[0] == 202
    await api.finished(batch_id)


async def test_a_retry_brings_the_secrets_that_an_earlier_retry_brought(
    api: ApiClient, site: Site
) -> None:
    batch_id = await api.submit([site.url("/status/404")])
    await api.finished(batch_id)
    assert (await retry(api, batch_id, {"cookies": "session=1"}))[0] == 202
    await api.finished(batch_id)
    status, answer = await retry(api, batch_id)
    assert (status, answer["code"]) == (400, "COOKIES_REQUIRED")
    assert answer["message"].endswith('{"cookies": "…"}.')
    assert (await retry(api, batch_id, {"cookies": "session=2"}))[0] == 202
    await api.finished(batch_id)


async def test_only_one_of_several_retries_succeeds(api: ApiClient) -> None:
    seen: set[str] = set()
    answered = asyncio.Event()

    async def page(request: web.Request) -> web.Response:
        # Otherwise the first retry may be over when the third arrives, which would be valid then.
        if request.path in seen:
            await answered.wait()
        seen.add(request.path)
        return web.Response(status=500)

    async def three(batch_id: str) -> list[int]:
        return sorted(
            status for status, _ in await asyncio.gather(*(retry(api, batch_id) for _ in range(3)))
        )

    app = web.Application()
    app.router.add_get("/{path:.*}", page)
    async with serving(app) as url:
        batch_ids = [
            await api.submit([f"{url}/{number}/{half}" for half in range(2)])
            for number in range(20)
        ]
        for batch_id in batch_ids:
            await api.finished(batch_id)
        for statuses in await asyncio.gather(*map(three, batch_ids)):
            assert statuses == [202, 409, 409]
        answered.set()
        for batch_id in batch_ids:
            batch = await api.finished(batch_id)
            assert batch["failedCount"] == 2
            assert all(item["attempts"] == 1 for item in batch["items"])


async def test_a_retry_after_everything_was_restarted(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id, before = await failed_batch(api, site, "restart")
        for part in ("worker-1", "api", "temporal"):
            own_stack.kill(part)
        await own_stack.wait_ready(150)
        site.open_gate("restart")
        assert (await retry(api, batch_id))[0] == 202
        after = await api.finished(batch_id)
        assert after["completedCount"] == 4
        check_untouched(before, after)


async def test_an_account_that_cannot_pay_gets_nothing(stack: Stack, site: Site) -> None:
    async with ApiClient(stack.api_url, POOR_KEY) as poor:
        urls = [site.url("/status/500")] * (POOR_CREDITS // 2)
        first = await poor.submit(urls)
        await poor.finished(first)
        assert await poor.credits_used() == 0, "what failed is given back"
        second = await poor.submit([site.url("/plain")] * (POOR_CREDITS // 2))
        status, answer = await poor.post("/api/batch/scrape", {"urls": [site.url("/plain")]})
        assert (status, answer["code"]) == (403, "CREDIT_LIMIT_REACHED")
        status, answer = await retry(poor, first)
        assert (status, answer["code"]) == (403, "CREDIT_LIMIT_REACHED")
        assert (await poor.batch(first))["status"] == "completed", "nothing has changed"
        await poor.finished(second)
        assert await poor.credits_used() == POOR_CREDITS


async def test_requests_at_once_cannot_spend_the_same_credits(stack: Stack, site: Site) -> None:
    async with ApiClient(stack.api_url, RACE_KEY) as api:
        body = {"urls": [site.url("/plain")]}
        answers = await asyncio.gather(*(api.post("/api/batch/scrape", body) for _ in range(20)))
        statuses = [status for status, _ in answers]
        assert statuses.count(202) == RACE_CREDITS // 2
        assert statuses.count(403) == 20 - RACE_CREDITS // 2
