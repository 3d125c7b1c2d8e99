"""Conditional requests for a batch: `ETag` and `If-None-Match`."""

from __future__ import annotations

import json

import aiohttp

from stack.stack import Stack
from tests.support.accounts import new_key
from tests.support.client import ApiClient, Json
from tests.support.site import Site

BATCH = "/api/batch/scrape/{}"


async def ask(
    api: ApiClient, batch_id: str, *known: str, method: str = "GET"
) -> tuple[aiohttp.ClientResponse, Json]:
    """Request a batch with an `If-None-Match` header for each of the known tags."""
    headers = [("If-None-Match", tag) for tag in known]
    async with api.session.request(method, BATCH.format(batch_id), headers=headers) as response:
        text = await response.text()
        return response, json.loads(text) if text else {}


async def test_an_unchanged_batch_is_not_sent_again(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/plain")], screenshot=True)
    first = await api.finished(batch_id)
    response, second = await ask(api, batch_id)
    tag = response.headers["ETag"]
    assert tag.startswith('W/"')
    assert first["items"][0]["screenshotUrl"]
    assert {**first["items"][0], "screenshotUrl": 0} == {**second["items"][0], "screenshotUrl": 0}
    for known in (
        [tag],
        [tag.removeprefix("W/")],
        ["*"],
        [f'"other, one", {tag} , "more"'],
        ['"other"', tag],
    ):
        response, body = await ask(api, batch_id, *known)
        assert (response.status, body) == (304, {}), known
        assert response.headers["ETag"] == tag
        assert response.headers["X-Request-Id"]
    for known in (['"other"'], ['W/"other"'], [tag.strip('W/"')], [""], ["nonsense"]):
        response, body = await ask(api, batch_id, *known)
        assert (response.status, body["status"]) == (200, "completed"), known


async def test_the_tag_changes_with_the_batch(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/plain"), site.url("/broken/tag")])
    tags = []
    await api.finished(batch_id)
    tags.append((await ask(api, batch_id))[0].headers["ETag"])
    assert (await ask(api, batch_id))[0].headers["ETag"] == tags[0]
    site.open_gate("tag")
    assert (await api.post(BATCH.format(batch_id) + "/retry", {}))[0] == 202
    assert (await ask(api, batch_id, tags[0]))[0].status == 200
    await api.finished(batch_id)
    response, body = await ask(api, batch_id, *tags)
    assert (response.status, body["completedCount"]) == (200, 2)


async def test_if_none_match_reveals_nothing_about_unknown_batches(api: ApiClient) -> None:
    response, body = await ask(api, "6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11", "*")
    assert (response.status, body["code"]) == (404, "NOT_FOUND")


async def test_a_304_needs_no_bucket(own_stack: Stack, site: Site) -> None:
    async with ApiClient(own_stack.api_url, new_key(own_stack)) as api:
        batch_id = await api.submit([site.url("/plain")])
        await api.finished(batch_id)
        tag = (await ask(api, batch_id))[0].headers["ETag"]
        await own_stack.stop("s3")
        response, _ = await ask(api, batch_id, tag)
        assert response.status == 304
        assert "RateLimit-Remaining" in response.headers
        response, body = await ask(api, batch_id, '"other"')
        assert (response.status, body["code"]) == (503, "SERVICE_BUSY")


async def test_a_head_request_reads_no_results(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/plain")])
    await api.finished(batch_id)
    response, body = await ask(api, batch_id, method="HEAD")
    assert (response.status, body) == (200, {})
    assert response.headers["ETag"] == (await ask(api, batch_id))[0].headers["ETag"]
