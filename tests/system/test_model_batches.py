"""Batches with a model, end to end: whatever fails, each page is fetched once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import pytest_asyncio

from activities.checkpoints import Checkpoints, PageCheckpoint, sweep
from activities.conversion.tasks import ModelPage
from settings import Settings
from stack.stack import Stack
from storage.bucket import Bucket
from tests.conftest import SHORT_TIMEOUTS, STACK_ENV
from tests.support import model_server as server
from tests.support.buckets import s3_client
from tests.support.client import ApiClient, Json
from tests.support.extraction import LANTERN
from tests.support.model_server import KEY, MODEL, ModelServer, Reply, says
from tests.support.site import Site

FOUND = {"name": "Tin lantern", "price": 18.5}

ENV = {
    **STACK_ENV,
    **SHORT_TIMEOUTS,
    "OPENAI_API_KEY": KEY,
    "SPIDRA_LLM_MODEL": MODEL,
    "SPIDRA_LLM_TIMEOUT": "5",
    "SPIDRA_LLM_CONCURRENCY": "8",
    "SPIDRA_TABS": "3",
}


@pytest_asyncio.fixture(scope="module")
async def model_stack(
    tmp_path_factory: pytest.TempPathFactory, running_model: ModelServer
) -> AsyncIterator[Stack]:
    """Run a stack with a model. Tests may kill its workers."""
    data_dir: Path = tmp_path_factory.mktemp("model-stack")
    async with Stack(data_dir, env={**ENV, "OPENAI_BASE_URL": running_model.url}) as running:
        yield running


@pytest_asyncio.fixture
async def model(running_model: ModelServer, model_stack: Stack) -> ModelServer:
    running_model.reset(lambda _: says(FOUND))
    await model_stack.restore(150)
    return running_model


@pytest_asyncio.fixture
async def api(model_stack: Stack) -> AsyncIterator[ApiClient]:
    async with ApiClient(model_stack.api_url, model_stack.api_key) as client:
        yield client


def checkpoints(stack: Stack) -> list[str]:
    client = s3_client(stack)
    found = client.list_objects_v2(Bucket=stack.bucket, Prefix="checkpoints/")
    return [entry["Key"] for entry in found.get("Contents", ())]


async def only_item(api: ApiClient, url: str, **options: object) -> Json:
    [item] = (await api.finished(await api.submit([url], **options), timeout=120))["items"]
    return dict(item)


async def test_the_model_answers_a_schema_and_a_prompt(
    api: ApiClient, model: ModelServer, model_stack: Stack, site: Site
) -> None:
    model.reply_next(says(FOUND, tokens=(9000, 1001)))
    used = await api.credits_used()
    item = await only_item(
        api, site.url("/declared"), schema=LANTERN, prompt="In euros", screenshot=True
    )
    assert (item["status"], item["result"]) == ("completed", FOUND)
    [warning] = item["warnings"]
    assert warning["code"] == "LITTLE_TEXT"
    assert item["screenshotUrl"]
    assert item["httpStatus"] == 200
    # Two credits for the page, and one for each 10,000 tokens that were started.
    assert item["creditsUsed"] == 4
    assert await api.credits_used() == used + 4
    [body] = model.requests
    assert "In euros" in body["messages"][0]["content"]
    assert "Tin lantern" in server.page_of(body)
    assert '"price": "18.50"' in server.page_of(body), "declared data is sent too"
    assert checkpoints(model_stack) == []


async def test_markdown_and_fast_mode(api: ApiClient, model: ModelServer, site: Site) -> None:
    model.script = lambda _: says("**It is plain.**")
    options = {"prompt": "What is it like?", "output": "markdown", "scrapeMode": "fast"}
    item = await only_item(api, site.url("/plain"), **options)
    assert item["result"] == "**It is plain.**"
    assert item["warnings"] == []


async def test_without_a_prompt_the_model_is_not_asked(
    api: ApiClient, model: ModelServer, site: Site
) -> None:
    assert (await only_item(api, site.url("/plain")))["creditsUsed"] == 2
    assert model.requests == []


FAILURES = {
    "quota": (server.QUOTA, "LLM_QUOTA"),
    "no such model": (server.NO_SUCH_MODEL, "LLM_REJECTED"),
    "bad key": (server.BAD_KEY, "LLM_AUTH"),
    "refusal": (Reply(refusal="I cannot."), "LLM_REFUSED"),
    "length": (says("{", finish_reason="length"), "LLM_LENGTH"),
    "content filter": (server.FILTERED, "LLM_CONTENT_FILTER"),
    "broken JSON": (says("{"), "LLM_INVALID_JSON"),
    "invalid": (says({"name": "Tin", "price": "dear"}), "EXTRACTION_INVALID"),
}


async def test_a_retry_after_a_permanent_failure_continues_from_the_page(
    api: ApiClient, model: ModelServer, model_stack: Stack, site: Site
) -> None:
    def script(body: Json) -> Reply:
        name = next(name for name in FAILURES if f"number={name.replace(' ', '-')}" in page(body))
        return FAILURES[name][0]

    model.script = script
    before = site.hits("/plain")
    urls = [site.url(f"/plain?number={name.replace(' ', '-')}") for name in FAILURES]
    batch_id = await api.submit(urls, schema=LANTERN)
    batch = await api.finished(batch_id, timeout=120)
    codes = [item["errorCode"] for item in batch["items"]]
    assert codes == [code for _, code in FAILURES.values()]
    for item in batch["items"]:
        assert (item["httpStatus"], item["creditsUsed"], item["attempts"]) == (200, 0, 1)
        assert KEY not in item["error"]
    assert site.hits("/plain") == before + len(urls)

    model.reset(lambda _: says(FOUND))
    status, _ = await api.post(f"/api/batch/scrape/{batch_id}/retry", {})
    assert status == 202
    batch = await api.finished(batch_id, timeout=120)
    assert [item["result"] for item in batch["items"]] == [FOUND] * len(urls)
    assert site.hits("/plain") == before + len(urls), "the pages came from checkpoints"
    assert checkpoints(model_stack) == []


TRANSIENT = {
    # More failures than one attempt at the item retries.
    "limited": [server.rate_limited("0")] * 4,
    "overloaded": [server.OVERLOADED] * 4,
    "hanging": [Reply(action="hang")],
    "dropped": [Reply(action="drop")] * 4,
}


async def test_transient_failures_do_not_fetch_the_page_again(
    api: ApiClient, model: ModelServer, site: Site
) -> None:
    left = {name: list(replies) for name, replies in TRANSIENT.items()}

    def script(body: Json) -> Reply:
        replies = next(replies for name, replies in left.items() if f"number={name}" in page(body))
        return replies.pop() if replies else says(FOUND)

    model.script = script
    before = site.hits("/plain")
    urls = [site.url(f"/plain?number={name}") for name in TRANSIENT]
    batch = await api.finished(await api.submit(urls, schema=LANTERN), timeout=180)
    for item in batch["items"]:
        assert item["result"] == FOUND, item
        assert item["attempts"] > 1
    assert not any(left.values())
    assert site.hits("/plain") == before + len(urls)


async def test_items_wait_for_a_server_that_is_down(
    api: ApiClient, model: ModelServer, site: Site
) -> None:
    before = site.hits("/plain")
    await model.stop()
    try:
        batch_id = await api.submit([site.url(f"/plain?n={n}") for n in range(6)], schema=LANTERN)
        await asyncio.to_thread(site.wait_hits, "/plain", before + 6, 120)
        await asyncio.sleep(1)
    finally:
        await model.start()
    batch = await api.finished(batch_id, timeout=120)
    assert batch["completedCount"] == 6, batch
    assert site.hits("/plain") == before + 6


async def test_the_page_survives_the_death_of_its_worker(
    api: ApiClient, model: ModelServer, model_stack: Stack, site: Site
) -> None:
    model.script = lambda _: Reply(action="hang")
    before = site.hits("/plain")
    batch_id = await api.submit([site.url(f"/plain?n={n}") for n in range(5)], schema=LANTERN)
    await model.wait_requests(5, timeout=120)
    model_stack.kill("worker-1")
    model.script = lambda _: says(FOUND)
    batch = await api.finished(batch_id, timeout=120)
    assert batch["completedCount"] == 5
    assert all(item["attempts"] > 1 for item in batch["items"])
    assert site.hits("/plain") == before + 5


async def test_waiting_for_the_model_holds_no_tab_and_a_cancel_is_exact(
    api: ApiClient, model: ModelServer, site: Site
) -> None:
    model.script = lambda _: says(FOUND, delay=1.5)
    used = await api.credits_used()
    batch_id = await api.submit([site.url(f"/plain?n={n}") for n in range(50)], schema=LANTERN)
    # The model works for more items than there are tabs.
    await model.wait_requests(8, timeout=120)
    assert model.most_at_once > 3
    async with api.session.delete(f"/api/batch/scrape/{batch_id}") as response:
        answer: dict[str, Any] = await response.json()
    batch = await api.wait_for(batch_id, lambda found: found["finishedAt"] is not None)
    states = [item["status"] for item in batch["items"]]
    cancelled = states.count("cancelled")
    assert answer == {
        "status": "cancelled",
        "cancelledItems": cancelled,
        "creditsRefunded": 2 * cancelled,
    }
    assert 0 < cancelled < 50
    assert states.count("completed") == 50 - cancelled
    assert model.most_at_once <= 8
    assert await api.credits_used() == used + 3 * (50 - cancelled)


async def test_checkpoints_expire_and_are_deleted(
    model_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = bucket_of(model_stack, monkeypatch)
    kept = Checkpoints(bucket)
    reading = ModelPage("http://site.example/", "text", "", None)
    new = PageCheckpoint(reading=reading, http_status=200, final_url=reading.url, warnings=[])
    old = new.model_copy(update={"taken_at": datetime.now(UTC) - timedelta(hours=25)})
    await kept.save("batch", "new", new)
    await kept.save("batch", "old", old)
    assert await kept.load("batch", "new") == new
    assert await kept.load("batch", "old") is None
    assert await kept.load("batch", "none") is None
    assert await sweep(bucket) == 0, "both were written just now"
    assert await sweep(bucket, older_than=timedelta(seconds=-60)) >= 2
    assert await kept.load("batch", "new") is None
    bucket.close()


def bucket_of(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers credentials
    for name, value in stack.env.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    return Bucket(Settings(s3_endpoint_url=stack.s3_endpoint, s3_bucket=stack.bucket), timeout=10)


def page(body: Json) -> str:
    return json.dumps(body["messages"][1])
