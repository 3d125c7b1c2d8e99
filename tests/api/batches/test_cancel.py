"""Cancelling: started items finish, the others never start, and the numbers are final."""

from __future__ import annotations

import asyncio
import random

from stack.stack import Stack
from tests.support.client import ApiClient, Json, summary
from tests.support.site import Site


async def cancel(api: ApiClient, batch_id: str) -> tuple[int, Json]:
    async with api.session.delete(f"/api/batch/scrape/{batch_id}") as response:
        return response.status, await response.json()


async def all_ended(api: ApiClient, batch_id: str) -> Json:
    """Wait until no item of the batch runs, and return the batch."""
    return await api.wait_for(batch_id, lambda b: b["finishedAt"] is not None)


def check_numbers(answer: Json, batch: Json) -> None:
    """Check that the response to a cancel agrees with the batch."""
    cancelled = [item for item in batch["items"] if item["status"] == "cancelled"]
    assert answer == {
        "status": "cancelled",
        "cancelledItems": len(cancelled),
        "creditsRefunded": 2 * len(cancelled),
    }, summary(batch)
    assert batch["status"] == "cancelled"
    assert all(item["startedAt"] is None for item in cancelled)
    assert all(item["attempts"] == 0 for item in cancelled)


async def test_started_items_finish_and_are_charged(api: ApiClient, site: Site) -> None:
    used = await api.credits_used()
    batch_id = await api.submit([site.url("/gated/cancel")] * 20)
    running = await api.wait_for(
        batch_id, lambda b: sum(i["status"] == "running" for i in b["items"]) >= 4
    )
    status, answer = await cancel(api, batch_id)
    assert status == 200
    assert await api.credits_used() >= used + 2 * (20 - answer["cancelledItems"])
    between = await api.batch(batch_id)
    assert between["status"] == "cancelled"
    assert {i["status"] for i in between["items"]} == {"running", "cancelled"}
    site.open_gate("cancel")
    batch = await all_ended(api, batch_id)
    check_numbers(answer, batch)
    for before, after in zip(running["items"], batch["items"], strict=True):
        if before["status"] == "running":
            assert after["status"] == "completed"
            assert after["creditsUsed"] == 2
    assert await api.credits_used() == used + 2 * batch["completedCount"]


async def test_a_terminal_batch_cannot_be_cancelled(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/plain")])
    await api.finished(batch_id)
    status, answer = await cancel(api, batch_id)
    assert (status, answer["code"]) == (409, "ALREADY_TERMINAL")
    assert answer["message"] == "Cannot cancel a batch that is already completed."


async def test_only_one_of_two_cancels_succeeds(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/gated/twice")] * 12)
    answers = await asyncio.gather(cancel(api, batch_id), cancel(api, batch_id))
    assert sorted(status for status, _ in answers) == [200, 409]
    [answer] = [body for status, body in answers if status == 200]
    site.open_gate("twice")
    check_numbers(answer, await all_ended(api, batch_id))
    status, again = await cancel(api, batch_id)
    assert (status, again["message"]) == (
        409,
        "Cannot cancel a batch that is already cancelled.",
    )


async def test_a_cancelled_batch_cannot_be_retried(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/status/500"), *[site.url("/gated/never")] * 12])
    await api.wait_for(batch_id, lambda b: b["failedCount"] == 1)
    status, _ = await cancel(api, batch_id)
    assert status == 200
    status, answer = await api.post(f"/api/batch/scrape/{batch_id}/retry", {})
    assert (status, answer["code"]) == (409, "ALREADY_TERMINAL")
    site.open_gate("never")
    await all_ended(api, batch_id)


async def test_cancels_of_busy_batches_at_random_moments(api: ApiClient, site: Site) -> None:
    used = await api.credits_used()

    async def submit_and_cancel(number: int) -> tuple[str, int, Json]:
        batch_id = await api.submit([site.url("/plain")] * random.randint(2, 8))  # noqa: S311
        await asyncio.sleep(random.random() * 10)  # noqa: S311 -- a random moment
        status, answer = await cancel(api, batch_id)
        assert status in (200, 409, 503), "or the workers were too busy"
        return batch_id, status, answer

    completed = 0
    for batch_id, status, answer in await asyncio.gather(
        *(submit_and_cancel(number) for number in range(40))
    ):
        batch = await all_ended(api, batch_id)
        if status == 200:
            check_numbers(answer, batch)
        elif "may still be cancelled" not in answer["message"]:
            assert batch["status"] == "completed", "nothing is cancelled"
        completed += batch["completedCount"]
    assert await api.credits_used() == used + 2 * completed


async def test_an_item_whose_worker_dies_after_a_cancel_still_finishes(
    own_stack: Stack, site: Site
) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id = await api.submit([site.url("/gated/lost")] * 12)
        running = await api.wait_for(
            batch_id, lambda b: sum(i["status"] == "running" for i in b["items"]) >= 4
        )
        status, answer = await cancel(api, batch_id)
        assert status == 200
        own_stack.kill("worker-1")
        site.open_gate("lost")
        batch = await all_ended(api, batch_id)
        check_numbers(answer, batch)
        for before, after in zip(running["items"], batch["items"], strict=True):
            if before["status"] == "running":
                assert (after["status"], after["attempts"]) == ("completed", 2)


async def test_an_item_whose_worker_died_before_a_cancel_still_finishes(
    own_stack: Stack, site: Site
) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id = await api.submit([site.url("/gated/waiting")] * 12)
        await api.wait_for(
            batch_id, lambda b: sum(i["status"] == "running" for i in b["items"]) >= 4
        )
        running = await api.batch(batch_id)
        await own_stack.stop("worker-1")
        before = await api.batch(batch_id)
        lost = [n for n, item in enumerate(before["items"]) if item["status"] == "running"]
        assert len(lost) >= 4
        for index in lost:
            assert before["items"][index]["startedAt"] == running["items"][index]["startedAt"]
        await own_stack.start("worker-1")
        status, answer = await cancel(api, batch_id)
        assert status == 200
        site.open_gate("waiting")
        batch = await all_ended(api, batch_id)
        check_numbers(answer, batch)
        for index in lost:
            assert batch["items"][index]["status"] == "completed"


async def test_without_a_worker_nothing_is_cancelled(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        await own_stack.stop("worker-1")
        batch_id = await api.submit([site.url("/plain")])
        status, answer = await cancel(api, batch_id)
        assert (status, answer["code"]) == (503, "SERVICE_BUSY")
        await own_stack.start("worker-1")
        assert (await api.finished(batch_id))["completedCount"] == 1
