"""Batches from end to end: HTTP requests, pages in Chromium, objects in the bucket."""

from __future__ import annotations

import asyncio
import struct
from datetime import datetime

import aiohttp

from stack.stack import Stack
from tests.support.client import ApiClient, Json, summary
from tests.support.site import UNKNOWN_HOST, Site, closed_port
from tests.support.site.pages import PRICE, SEEN_BY_LATE_SCRIPT, SENTENCE

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


async def only_item(api: ApiClient, url: str, **options: object) -> Json:
    """Scrape one URL, and return its item when the batch has ended."""
    batch = await api.finished(await api.submit([url], **options))
    assert batch["status"] == "completed"
    [item] = batch["items"]
    return dict(item)


async def download(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 200
        return await response.read()


def png_size(image: bytes) -> tuple[int, int]:
    assert image.startswith(PNG_SIGNATURE)
    width, height = struct.unpack(">II", image[16:24])
    return width, height


async def test_a_page_becomes_markdown(api: ApiClient, site: Site) -> None:
    item = await only_item(api, site.url("/plain"))
    assert item["status"] == "completed"
    assert item["result"].count("# ") >= 1
    assert item["creditsUsed"] == 2
    assert item["httpStatus"] == 200
    assert item["finalUrl"] == site.url("/plain")
    assert item["attempts"] == 1
    assert item["screenshotUrl"] is None
    assert item["warnings"] == []


async def test_text_that_scripts_write_is_part_of_the_page(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url("/js"), site.url("/late")])
    written, fetched = (await api.finished(batch_id))["items"]
    assert PRICE in written["result"]
    assert SEEN_BY_LATE_SCRIPT in fetched["result"]


async def test_main_content_leaves_out_the_boilerplate(api: ApiClient, site: Site) -> None:
    whole = await only_item(api, site.url("/plain"))
    main = await only_item(api, site.url("/plain"), extractContentOnly=True)
    for boilerplate in ("[Home]", "Footer of the site"):
        assert boilerplate in whole["result"]
        assert boilerplate not in main["result"]
    for content in ("# On reading pages", SENTENCE.strip(), f"[the price]({site.url('/js')})"):
        assert content in whole["result"]
        assert content in main["result"]


async def test_screenshots_are_in_the_bucket_and_private(
    stack: Stack, api: ApiClient, site: Site
) -> None:
    viewport = await only_item(api, site.url("/tall?px=3000"), screenshot=True)
    full = await only_item(api, site.url("/tall?px=3000"), screenshot=True, fullPageScreenshot=True)
    assert png_size(await download(viewport["screenshotUrl"])) == (1280, 720)
    width, height = png_size(await download(full["screenshotUrl"]))
    assert width == 1280
    assert height >= 3000
    unsigned = full["screenshotUrl"].partition("?")[0]
    async with aiohttp.ClientSession() as session, session.get(unsigned) as response:
        assert response.status == 403


async def test_redirects_are_followed_and_reported(api: ApiClient, site: Site) -> None:
    item = await only_item(api, site.url("/redirect?to=/plain"))
    assert item["url"] == site.url("/redirect?to=/plain")
    assert item["finalUrl"] == site.url("/plain")


async def test_without_a_model_a_schema_is_filled_from_the_declared_data(
    api: ApiClient, site: Site
) -> None:
    schema = {
        "type": "object",
        "required": ["name", "price"],
        "properties": {
            "name": {"type": "string"},
            "price": {"type": "number"},
            "color": {"type": "string"},
        },
    }
    item = await only_item(api, site.url("/declared"), schema=schema)
    assert item["result"] == {"name": "Tin lantern", "price": 18.5}
    assert item["creditsUsed"] == 2
    model, disagreement = item["warnings"]
    assert model["code"] == "NO_MODEL"
    assert disagreement["code"] == "DECLARATIONS_DISAGREE"
    assert "price" in disagreement["message"]


async def test_without_a_model_json_is_all_declared_data(api: ApiClient, site: Site) -> None:
    item = await only_item(api, site.url("/declared"), output="json")
    [thing] = item["result"]["things"]
    assert (thing["type"], thing["offers"]["price"]) == ("Product", "18.50")
    assert [warning["code"] for warning in item["warnings"]] == ["NO_MODEL"]


async def test_an_item_that_needs_a_model_fails_and_names_the_setting(
    api: ApiClient, site: Site
) -> None:
    needed = {"type": "object", "required": ["mood"], "properties": {"mood": {"type": "string"}}}
    optional = {"type": "object", "properties": {"mood": {"type": "string"}}}
    for path, options, reason in (
        ("/declared", {"schema": needed}, "does not declare mood"),
        ("/declared", {"schema": optional}, "declares none of the requested values"),
        ("/plain", {"output": "json"}, "declares none of the requested values"),
    ):
        item = await only_item(api, site.url(path), **options)
        assert item["status"] == "failed"
        assert item["errorCode"] == "LLM_NOT_CONFIGURED"
        assert reason in item["error"]
        assert "OPENAI_API_KEY" in item["error"]
        assert item["creditsUsed"] == 0


async def test_each_duplicate_is_a_separate_item(api: ApiClient, site: Site) -> None:
    url = site.url("/plain")
    batch = await api.finished(await api.submit([url, url, url]))
    assert batch["completedCount"] == 3
    assert len({item["uuid"] for item in batch["items"]}) == 3


async def test_a_batch_is_pending_then_running_then_completed(
    stack: Stack, api: ApiClient, site: Site
) -> None:
    held = [site.url("/gated/states") for _ in range(30)]
    batch_id = await api.submit([*held, site.url("/plain")])
    running = await api.wait_for(
        batch_id, lambda b: sum(i["status"] == "running" for i in b["items"]) >= 2
    )
    assert running["status"] == "running"
    assert running["finishedAt"] is None
    states = [item["status"] for item in running["items"]]
    assert set(states) == {"pending", "running"}, (
        "there are more items than tabs, so some items have to wait"
    )
    for item in running["items"]:
        assert (item["startedAt"] is not None) == (item["status"] == "running")
    site.open_gate("states")
    done = await api.finished(batch_id)
    assert done["completedCount"] == 31
    for before, after in zip(running["items"], done["items"], strict=True):
        assert before["uuid"] == after["uuid"]
        if before["status"] == "running":
            assert before["startedAt"] == after["startedAt"]
        started, finished = (datetime.fromisoformat(after[k]) for k in ("startedAt", "finishedAt"))
        assert datetime.fromisoformat(done["createdAt"]) <= started <= finished
        assert finished <= datetime.fromisoformat(done["finishedAt"])


async def test_fifty_urls_of_every_kind(api: ApiClient, site: Site) -> None:
    unusual = {
        site.url("/big?mb=5"): "OK",
        site.url("/text?kb=2500"): "OK",
        site.url("/hang-image"): "OK",
        site.url("/popup"): "OK",
        site.url("/mutate"): "OK",
        site.url("/meta-refresh"): "OK",
        site.url("/js-redirect"): "OK",
        site.url("/json"): "OK",
        site.url("/stall"): "NAVIGATION_TIMEOUT",
        site.url("/silent"): "NAVIGATION_TIMEOUT",
        site.url("/status/404"): "HTTP_404",
        site.url("/status/500"): "HTTP_500",
        f"http://127.0.0.1:{closed_port()}/": "CONNECTION_REFUSED",
        UNKNOWN_HOST: "DNS_FAILURE",
        site.url("/pdf"): "DOWNLOAD",
        site.url("/zip"): "DOWNLOAD",
        site.url("/image"): "UNSUPPORTED_CONTENT_TYPE",
        site.url("/empty-204"): "NO_CONTENT",
        site.url("/redirect-loop"): "TOO_MANY_REDIRECTS",
        site.url("/reset"): "CONNECTION_FAILED",
        site.url("/crash"): "PAGE_CRASHED",
    }
    stubborn = [site.url("/alerts"), site.url("/spin")]
    ordinary = [site.url(f"/plain?number={n}") for n in range(50 - len(unusual) - len(stubborn))]
    urls = [*unusual, *stubborn, *ordinary]
    assert len(urls) == 50

    batch = await api.finished(await api.submit(urls, screenshot=True), timeout=480)

    assert batch["status"] == "completed"
    by_url = {item["url"]: item for item in batch["items"]}
    assert [item["url"] for item in batch["items"]] == urls
    outcomes = {url: by_url[url]["errorCode"] or "OK" for url in unusual}
    assert outcomes == unusual, summary(batch)
    for url in ordinary:
        assert by_url[url]["status"] == "completed", summary(batch)
        assert by_url[url]["screenshotUrl"]
    for url in stubborn:
        item = by_url[url]
        if item["status"] == "completed":
            assert item["warnings"], "a warning says that a script was stopped"
        else:
            assert item["errorCode"] in {"PAGE_UNRESPONSIVE", "NAVIGATION_TIMEOUT"}
    for item in batch["items"]:
        if item["status"] == "failed":
            assert len(item["error"].split()) >= 5
            assert "Traceback" not in item["error"]
    assert len(by_url[site.url("/text?kb=2500")]["result"]) > 2 * 1024 * 1024


async def test_a_status_answer_of_fifty_large_results(api: ApiClient, site: Site) -> None:
    batch_id = await api.submit([site.url(f"/text?kb=500&number={n}") for n in range(50)])
    batch = await api.finished(batch_id)
    assert batch["completedCount"] == 50, summary(batch)
    assert all(len(item["result"]) > 450_000 for item in batch["items"])


async def test_batches_at_once_do_not_mix(api: ApiClient, site: Site) -> None:
    async def scrape(batch: int) -> Json:
        urls = [site.url(f"/plain?batch={batch}&number={n}") for n in range(8)]
        return await api.finished(await api.submit(urls))

    for number, batch in enumerate(await asyncio.gather(*(scrape(n) for n in range(5)))):
        assert batch["completedCount"] == 8
        assert all(f"batch={number}&" in item["finalUrl"] for item in batch["items"])
