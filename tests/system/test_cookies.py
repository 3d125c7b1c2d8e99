"""Cookies of a batch: only its site gets them, and nothing of them remains."""

from __future__ import annotations

import asyncio
import base64
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import boto3
import pytest
import pytest_asyncio
from aiohttp import web

from activities.browser.capture import capture_page
from activities.browser.executable import find_browser
from activities.browser.pool import TabPool
from activities.browser.visit import Visit
from activities.capture import PageLimits
from api.batches.idempotency import HEADER
from domain.options import BatchOptions
from settings import Settings
from stack.stack import Stack
from storage.bucket import Bucket
from storage.keys import SECRETS
from storage.vault import SecretUnavailableError, Vault
from tests.support.client import ApiClient, Json, summary
from tests.support.gateways import running_gateway
from tests.support.site import Site

SUBMIT = "/api/batch/scrape"


# Which hosts get the cookies


@asynccontextmanager
async def recording_site() -> AsyncIterator[tuple[int, list[tuple[str, str, str]]]]:
    """Start a site; yield its port, and a list of host, path and cookies of each request."""
    seen: list[tuple[str, str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        host = request.host.rpartition(":")[0]
        seen.append((host, request.path, request.headers.get("Cookie", "")))
        if target := request.query.get("to"):
            raise web.HTTPFound(target)
        port = request.host.rpartition(":")[2]
        images = "".join(
            f"<img src=http://{other}:{port}/image-of-{request.path[1:]}>"
            for other in request.query.getall("embeds", [])
        )
        text = f"<h1>page</h1>{images}<script>fetch('/script')</script>"
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1], seen
    finally:
        await runner.cleanup()


@pytest.mark.browser
async def test_only_the_whole_site_gets_the_cookies() -> None:
    async def resolver(host: str) -> list[object]:
        return [ip_address("127.0.0.1")]

    pool = TabPool(find_browser(None), tabs=1)
    await pool.start()
    limits, options = PageLimits(max_bytes=2**20), BatchOptions(cookies="a=1; b=ü")
    try:
        async with (
            recording_site() as (port, seen),
            running_gateway(resolver=resolver) as gateway,  # type: ignore[arg-type]
        ):
            embeds = "embeds=static.shop.example&embeds=tracker.example"
            for url in (
                f"http://www.shop.example:{port}/one?{embeds}",
                f"http://shop.example:{port}/two?to=http://www.shop.example:{port}/three",
                f"http://shop.example:{port}/four?to=http://other.example:{port}/five"
                "?embeds=shop.example",
            ):
                async with gateway.open_session() as egress:
                    await capture_page(pool, egress, Visit(url, limits, options))
    finally:
        await pool.close()
    given = {(host, path): cookies for host, path, cookies in seen if path != "/favicon.ico"}
    full = {where for where, cookies in given.items() if cookies.startswith("a=1; b=")}
    assert full == {
        ("www.shop.example", "/one"),
        ("www.shop.example", "/script"),
        ("static.shop.example", "/image-of-one"),
        ("shop.example", "/two"),
        ("www.shop.example", "/three"),
        ("shop.example", "/four"),
    }
    others = set(given) - full
    assert {given[where] for where in others} == {""}
    assert others == {
        ("tracker.example", "/image-of-one"),
        ("other.example", "/five"),
        ("other.example", "/script"),
        ("shop.example", "/image-of-five"),  # requested by a page of another site
    }


# What remains of the cookies


def traced(folder: Path, secret: str) -> list[str]:
    """Return the files below `folder` that contain `secret`, plain or encoded."""
    raw = secret.encode()
    forms = {raw, raw.hex().encode(), secret.encode("utf-16-le")}
    # Base64 depends on the position in the text; its middle is one of these.
    forms |= {base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3)}
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [str(path) for form in forms if form in content]
    return found


@pytest_asyncio.fixture
async def bucket(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bucket]:
    async with bucket_of(stack, monkeypatch) as opened:
        yield opened


@asynccontextmanager
async def bucket_of(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bucket]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # the default session remembers credentials
    for name, value in stack.env.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    settings = Settings(s3_endpoint_url=stack.s3_endpoint, s3_bucket=stack.bucket)
    opened = Bucket(settings, timeout=10)
    yield opened
    opened.close()


async def sealed(bucket: Bucket, batch_id: str) -> list[str]:
    return [found.key for found in await bucket.list(f"{SECRETS}{batch_id}/")]


@pytest.mark.parametrize("mode", ["default", "fast"])
async def test_no_file_contains_the_cookies_and_the_sealed_ones_are_deleted_at_the_end(
    api: ApiClient, stack: Stack, site: Site, bucket: Bucket, mode: str
) -> None:
    secrets = [f"secret{uuid.uuid4().hex}" for _ in range(2)]
    async with recording_site() as (port, seen):
        page = f"http://127.0.0.1:{port}/page?embeds=localhost"
        urls = [
            page,
            f"http://127.0.0.1:{port}/away?to=http://localhost:{port}/elsewhere",
            site.url(f"/gated/cookies-{mode}"),
            site.url(f"/broken/cookies-{mode}"),
        ]
        body = {"urls": urls, "cookies": f"session={secrets[0]}", "scrapeMode": mode}
        key = {HEADER: f"cookies-{mode}"}
        status, answer = await api.post(SUBMIT, body, headers=key)
        assert status == 202
        batch_id = answer["batchId"]
        await api.wait_for(batch_id, lambda b: b["completedCount"] >= 2)
        assert await sealed(bucket, batch_id) == [f"{SECRETS}{batch_id}/1"]
        assert await asyncio.to_thread(traced, stack.data_dir, secrets[0]) == []
        assert (await api.post(SUBMIT, body, headers=key))[1]["batchId"] == batch_id
        other = {**body, "cookies": "session=other"}
        assert (await api.post(SUBMIT, other, headers=key))[0] == 409
        site.open_gate(f"cookies-{mode}")
        batch = await api.finished(batch_id)
        assert (batch["completedCount"], batch["failedCount"]) == (3, 1), summary(batch)
        assert await sealed(bucket, batch_id) == []

        by_host = {(host, cookies) for host, path, cookies in seen if path != "/favicon.ico"}
        assert by_host == {("127.0.0.1", f"session={secrets[0]}"), ("localhost", "")}

        status, answer = await retry(api, batch_id, {})
        assert (status, answer["code"]) == (400, "COOKIES_REQUIRED")
        status, answer = await retry(api, batch_id, {"cookies": f"session={secrets[1]}"})
        assert status == 202
        batch = await api.finished(batch_id)
        assert batch["completedCount"] == 4, summary(batch)
        assert await sealed(bucket, batch_id) == []
    for secret in secrets:
        assert await asyncio.to_thread(traced, stack.data_dir, secret) == []


async def retry(api: ApiClient, batch_id: str, body: Json) -> tuple[int, Json]:
    return await api.post(f"{SUBMIT}/{batch_id}/retry", body)


@pytest.mark.parametrize(
    "cookies",
    [
        "a=my-s3cret-cookie\r\nb: c",
        "my-s3cret-cookie",
        "a=my-s3cret-cookie" * 1500,
        ["my-s3cret-cookie"],
        {"a": "my-s3cret-cookie"},
    ],
)
async def test_a_refused_request_shows_nothing_of_the_cookies(
    api: ApiClient, stack: Stack, cookies: object
) -> None:
    status, answer = await api.post(SUBMIT, {"urls": ["http://127.0.0.1/"], "cookies": cookies})
    assert status == 422
    assert answer["message"].startswith("cookies: ")
    assert "my-s3cret-cookie" not in str(answer)
    assert await asyncio.to_thread(traced, stack.data_dir, "my-s3cret-cookie") == []


async def test_sealed_cookies_are_bound_to_their_batch_key_and_time(bucket: Bucket) -> None:
    batch_id, old, new = str(uuid.uuid4()), os.urandom(32), os.urandom(32)
    vault = Vault(bucket, [old])
    await vault.put(batch_id, 1, "a=1")
    assert await vault.get(batch_id, 1) == await Vault(bucket, [new, old]).get(batch_id, 1) == "a=1"
    body = await bucket.get(f"{SECRETS}{batch_id}/1")
    await bucket.put(f"{SECRETS}{batch_id}/2", body, "application/octet-stream")
    tampered = body[:5] + b"\xff" + body[6:]
    await bucket.put(f"{SECRETS}{batch_id}/3", tampered, "application/octet-stream")
    await Vault(bucket, [old], retention=timedelta()).put(batch_id, 4, "a=1")
    for generation in (2, 3, 4, 5):
        with pytest.raises(SecretUnavailableError):
            await vault.get(batch_id, generation)
    for keys in ([new], []):
        with pytest.raises(SecretUnavailableError):
            await Vault(bucket, keys).get(batch_id, 1)
    # No such batch runs, so the sweep of the bucket deletes the objects.
    async with asyncio.timeout(60):
        while await sealed(bucket, batch_id):  # noqa: ASYNC110 -- another process does it
            await asyncio.sleep(0.2)


async def test_cookies_of_a_batch_that_cannot_start_are_deleted(
    own_stack: Stack, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        ApiClient(own_stack.api_url, own_stack.api_key) as api,
        bucket_of(own_stack, monkeypatch) as bucket,
    ):
        batch_id = await api.submit([site.url("/status/404")])
        await api.finished(batch_id)
        await own_stack.stop("temporal")
        body = {"urls": [site.url("/plain")], "cookies": "a=1"}
        assert (await api.post(SUBMIT, body))[0] == 503
        assert await bucket.list(SECRETS) == []
