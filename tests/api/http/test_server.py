"""The HTTP server: requests that are not valid HTTP, `Expect`, and how a process stops."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
import yarl

from stack.stack import Stack
from tests.support.client import BATCHES, ApiClient
from tests.support.raw_http import exchange_until_closed, raw_exchange
from tests.support.replicas import another_api
from tests.support.site import Site


@pytest.mark.parametrize(
    "request_line_and_headers",
    [
        b"GET /api/batch/scrape/" + b"a" * 9000 + b" HTTP/1.1",
        b"GET /\xff HTTP/1.1",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 9000,
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Null: \x00",
        b"POST /api/batch/scrape HTTP/1.1\r\nHost: x\r\nContent-Length: -1",
        b"nonsense",
    ],
)
async def test_invalid_http_gets_the_form_of_all_errors(
    stack: Stack, request_line_and_headers: bytes
) -> None:
    status, body = await raw_exchange(stack.api_url, request_line_and_headers + b"\r\n\r\n")
    assert (status, body["status"], body["code"]) == (400, "error", "BAD_REQUEST")


async def test_expect_100_continue_is_answered(stack: Stack) -> None:
    head = "POST {} HTTP/1.1\nExpect: 100-continue\nContent-Length: 2\nConnection: close"
    statuses, body, _ = await exchange_until_closed(stack, head.format(BATCHES), b"{}")
    assert (statuses, body["code"]) == ([100, 422], "VALIDATION_FAILED")


@pytest.mark.parametrize("path", [BATCHES, "/nowhere"])
async def test_other_expectations_get_the_form_of_all_errors(stack: Stack, path: str) -> None:
    statuses, body, heads = await exchange_until_closed(
        stack, f"POST {path} HTTP/1.1\nExpect: a-miracle\nContent-Length: 2"
    )
    assert (statuses, body["code"]) == ([417], "EXPECTATION_FAILED")
    assert "X-Request-Id: " in heads


async def test_a_stopping_api_finishes_its_open_requests(
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
        # A query takes about two seconds without a worker: the signal comes in the middle.
        asking = asyncio.create_task(other.batch(batch_id))
        await asyncio.sleep(0.5)
        assert not asking.done()
        pid = process.pid
        os.kill(pid, signal.SIGTERM)
        await wait_until_refused(url)
        assert (await asking)["status"] == "running"
        site.open_gate("drain")


async def wait_until_refused(url: str) -> None:
    """Wait until the server at `url` accepts no more connections."""
    address = yarl.URL(url)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            _, writer = await asyncio.open_connection(address.host, address.port)
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # the listener closed before it accepted the connection
            continue
        writer.close()
        await asyncio.sleep(0.01)
    raise AssertionError("the server still listens")
