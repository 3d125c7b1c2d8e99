"""HTTP itself: what a request may ask of the connection, and what becomes of it at the end."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from pathlib import Path

import aiohttp
import pytest
import yarl

from stack.stack import Stack
from tests.support.client import ApiClient, Json
from tests.support.replicas import another_api
from tests.support.site import Site

SUBMIT = "/api/batch/scrape"


async def exchange(stack: Stack, head: str, body: bytes = b"") -> tuple[list[int], Json, str]:
    """Statuses, the last one's body, and all heads of the answers to a request of `head`, with
    key and host added, and `body`. Returns when the server closes the connection."""
    address = yarl.URL(stack.api_url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    line, _, headers = head.partition("\n")
    lines = [line, "Host: x", f"x-api-key: {stack.api_key}", *headers.split("\n")]
    writer.write("\r\n".join(filter(None, lines)).encode() + b"\r\n\r\n" + body)
    async with asyncio.timeout(120):
        answer = (await reader.read()).decode()
    writer.close()
    heads, _, content = answer.rpartition("\r\n\r\n")
    statuses = [int(status) for status in re.findall(r"^HTTP/1.1 (\d+)", heads, re.MULTILINE)]
    return statuses, json.loads(content), heads


async def test_a_body_that_never_arrives_is_not_waited_for(stack: Stack) -> None:
    heads = [
        f"POST {path} HTTP/1.1\n{framing}"
        for path in (SUBMIT, f"{SUBMIT}/6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11/retry")
        for framing in ("Content-Length: 5", "Transfer-Encoding: chunked")
    ]
    for statuses, body, sent in await asyncio.gather(*(exchange(stack, head) for head in heads)):
        assert (statuses, body["code"]) == ([408], "REQUEST_TIMEOUT")
        assert "Connection: close" in sent


async def test_expect_100_continue_is_met(stack: Stack) -> None:
    head = "POST {} HTTP/1.1\nExpect: 100-continue\nContent-Length: 2\nConnection: close"
    statuses, body, _ = await exchange(stack, head.format(SUBMIT), b"{}")
    assert (statuses, body["code"]) == ([100, 422], "VALIDATION_FAILED")


@pytest.mark.parametrize("path", [SUBMIT, "/nowhere"])
async def test_other_expectations_are_refused_in_the_envelope(stack: Stack, path: str) -> None:
    statuses, body, heads = await exchange(
        stack, f"POST {path} HTTP/1.1\nExpect: a-miracle\nContent-Length: 2"
    )
    assert (statuses, body["code"]) == ([417], "EXPECTATION_FAILED")
    assert "X-Request-Id: " in heads


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200),
        ("*/*", 200),
        ("application/*", 200),
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/html, application/xml;q=0.9, */*;q=0.8", 200),
        ("text/html, application/json;q=0.1", 200),
        ("text/html", 406),
        ("application/xml, text/*", 406),
        ("application/json;q=0", 406),
        ("*/*, application/json;q=0.0", 406),
    ],
)
async def test_who_does_not_take_json_is_told(api: ApiClient, accept: str, status: int) -> None:
    async with api.session.get("/api/account", headers={"Accept": accept}) as response:
        assert response.status == status
        body = await response.json()
    if status == 406:
        assert body["code"] == "NOT_ACCEPTABLE"


async def test_an_api_that_is_told_to_stop_answers_what_it_has_begun(
    own_stack: Stack, site: Site, tmp_path: Path
) -> None:
    async with (
        ApiClient(own_stack.api_url, own_stack.api_key) as api,
        another_api(own_stack, tmp_path) as (url, process),
        ApiClient(url, own_stack.api_key) as other,
    ):
        batch_id = await api.submit([site.url("/gated/drain")])
        await api.wait_for(batch_id, lambda batch: batch["status"] == "running")
        own_stack.part("worker-1").kill_for_good()
        await own_stack.stop("worker-1")
        # Asking an absent worker takes about two seconds: the signal comes in the middle.
        asking = asyncio.create_task(other.batch(batch_id))
        await asyncio.sleep(0.5)
        assert not asking.done()
        pid = process.pid
        os.kill(pid, signal.SIGTERM)
        await refuses_connections(url)
        assert (await asking)["status"] == "running"
        site.open_gate("drain")


async def refuses_connections(url: str) -> None:
    address = yarl.URL(url)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            _, writer = await asyncio.open_connection(address.host, address.port)
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # it waited to be accepted when the listener closed
            continue
        writer.close()
        await asyncio.sleep(0.01)
    raise AssertionError("it still listens")


@pytest.mark.parametrize(
    ("part", "names"),
    [("s3", {"bucket"}), ("temporal", {"temporal", "worker"})],
)
async def test_readiness_names_what_is_missing(
    own_stack: Stack, part: str, names: set[str]
) -> None:
    await own_stack.stop(part)
    async with (
        aiohttp.ClientSession(own_stack.api_url) as session,
        session.get("/readyz") as response,
    ):
        answer = await response.json()
    assert response.status == 503
    assert answer.pop("status") == "unavailable"
    assert {name for name, state in answer.items() if state != "ok"} == names
    assert set(answer) == {"database", "bucket", "temporal", "worker"}
