"""Parts are killed in the middle of a batch. The batch still completes, each item once."""

from __future__ import annotations

import asyncio
import os
import signal

import psutil

from stack.stack import Stack
from tests.support.client import ApiClient, Json, summary
from tests.support.processes import command_of
from tests.support.site import Site


async def batch_in_flight(api: ApiClient, site: Site, gate: str) -> tuple[str, list[str]]:
    """Return a batch with items that are done, items held at the gate, and items that wait."""
    urls = [site.url(f"/plain?number={n}") for n in range(4)]
    # Fewer than the worker has tabs, since the order of the items is not fixed.
    urls += [site.url(f"/gated/{gate}") for _ in range(5)]
    urls += [site.url(f"/plain?number={n}") for n in range(4, 11)]
    batch_id = await api.submit(urls)
    await api.wait_for(
        batch_id,
        lambda b: (
            b["completedCount"] >= 4 and sum(i["status"] == "running" for i in b["items"]) >= 4
        ),
    )
    return batch_id, urls


def check_complete(batch: Json, urls: list[str]) -> None:
    assert batch["status"] == "completed"
    assert [item["url"] for item in batch["items"]] == urls
    assert batch["completedCount"] == len(urls), summary(batch)
    assert len({item["uuid"] for item in batch["items"]}) == len(urls)


async def test_the_worker_is_killed(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id, urls = await batch_in_flight(api, site, "worker")
        before = await api.batch(batch_id)
        own_stack.kill("worker-1")
        site.open_gate("worker")
        batch = await api.finished(batch_id)
        check_complete(batch, urls)
        assert any(item["attempts"] > 1 for item in batch["items"])
        for old, new in zip(before["items"], batch["items"], strict=True):
            if old["status"] == "completed":
                assert old == new, "a completed item does not change"


async def test_chromium_is_killed(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id, urls = await batch_in_flight(api, site, "chromium")
        worker = psutil.Process(own_stack.part("worker-1").pid)
        browsers = [
            process
            for process in worker.children(recursive=True)
            if "chrom" in (command := " ".join(command_of(process))) and "--type=" not in command
        ]
        assert browsers
        for browser in browsers:
            browser.kill()
        site.open_gate("chromium")
        batch = await api.finished(batch_id)
        check_complete(batch, urls)
        assert all(item["attempts"] == 1 for item in batch["items"]), (
            "the worker starts a new browser"
        )


async def test_the_api_is_killed(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id, urls = await batch_in_flight(api, site, "api")
        own_stack.kill("api")
        site.open_gate("api")
        check_complete(await api.finished(batch_id), urls)


async def test_temporal_is_killed(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id, urls = await batch_in_flight(api, site, "temporal")
        own_stack.kill("temporal")
        site.open_gate("temporal")
        check_complete(await api.finished(batch_id), urls)


async def test_everything_is_killed_at_once(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id, urls = await batch_in_flight(api, site, "all")
        for part in ("worker-1", "api", "temporal", "s3"):
            own_stack.kill(part)
        site.open_gate("all")
        check_complete(await api.finished(batch_id), urls)


async def test_a_stopped_worker_finishes_its_items(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id, urls = await batch_in_flight(api, site, "graceful")
        pid = own_stack.part("worker-1").pid
        os.kill(pid, signal.SIGTERM)
        site.open_gate("graceful")
        batch = await api.finished(batch_id)
        check_complete(batch, urls)
        # The worker may lose an item that it is given just as it stops to ask for items.
        held = [item for item in batch["items"] if "/gated/" in item["url"]]
        assert all(item["attempts"] == 1 for item in held)


async def test_after_a_second_signal_a_worker_gives_its_items_back_at_once(
    own_stack: Stack, site: Site
) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id, urls = await batch_in_flight(api, site, "handover")
        worker = psutil.Process(own_stack.part("worker-1").pid)
        worker.send_signal(signal.SIGTERM)
        worker.send_signal(signal.SIGINT)  # a different signal, since equal signals may merge
        async with asyncio.timeout(120):
            while own_stack.part("worker-1").is_running(worker.pid):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        site.open_gate("handover")
        batch = await api.finished(batch_id)
        check_complete(batch, urls)
        assert any(item["attempts"] == 2 for item in batch["items"])


async def test_without_a_worker_a_batch_waits_and_can_be_read(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        await own_stack.stop("worker-1")
        batch_id = await api.submit([site.url("/plain")])
        waiting = await api.batch(batch_id)
        assert waiting["status"] == "pending"
        assert waiting["items"][0]["startedAt"] is None
        await own_stack.start("worker-1")
        assert (await api.finished(batch_id))["completedCount"] == 1
