"""Each documented request is answered, and each answer has the documented form."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from domain.proxies import COUNTRIES
from settings import read_proxies
from stack import shop
from stack.stack import Stack
from tests.docs.pages import README, Block, Command, blocks, commands, run
from tests.support.accounts import new_key
from tests.support.client import ApiClient
from tests.support.site import Site

DOCUMENTED_URL = "http://127.0.0.1:8080"
DOCUMENTED_KEY = "demo-key-local-only"
DOCUMENTED_ETAG = 'W/"5f1c"'


@pytest.fixture
def key(stack: Stack) -> str:
    """Open an account of the test's own."""
    return new_key(stack)


@pytest_asyncio.fixture
async def client(stack: Stack, key: str) -> AsyncIterator[ApiClient]:
    """Give a client of that account."""
    async with ApiClient(stack.api_url, key) as opened:
        yield opened


def localised(text: str, stack: Stack, key: str, site: Site) -> str:
    """Return the text with the places of this test instead of those of the documentation."""
    for documented, here in {
        DOCUMENTED_URL: stack.api_url,
        DOCUMENTED_KEY: key,
        "https://example.com/missing": site.url("/status/404"),
        "https://example.com/": site.url("/plain"),
    }.items():
        text = text.replace(documented, here)
    return text


@pytest.mark.parametrize("command", commands("curl"), ids=str)
async def test_a_request_is_answered(
    command: Command, stack: Stack, key: str, client: ApiClient, site: Site
) -> None:
    words = [localised(word, stack, key, site) for word in command.words]
    expected = 202 if "POST" in words else 200
    if "BATCH_ID" in " ".join(words):
        is_cancel = "DELETE" in words
        paths = ["/gated/docs-cancel"] * 20 if is_cancel else ["/plain", "/status/404"]
        batch_id = await client.submit([site.url(path) for path in paths])
        if not is_cancel:
            await client.finished(batch_id)
        words = [word.replace("BATCH_ID", batch_id) for word in words]
        if DOCUMENTED_ETAG in " ".join(words):
            async with client.session.get(f"/api/batch/scrape/{batch_id}") as answer:
                words = [word.replace(DOCUMENTED_ETAG, answer.headers["ETag"]) for word in words]
            expected = 304
    done = await asyncio.to_thread(
        run, *words, "--silent", "--show-error", "--write-out", "\n%{http_code}"
    )
    site.open_gate("docs-cancel")
    assert done.stdout.splitlines()[-1] == str(expected), done.stderr


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_a_program_works(block: Block, stack: Stack, key: str, site: Site) -> None:
    program = localised(block.text, stack, key, site)
    done = run(sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr
    assert "completed" in done.stdout


async def test_answers_have_the_documented_form(client: ApiClient, site: Site) -> None:
    answers = [form(answer) for answer in await every_answer(client, site)]
    for block in blocks("json"):
        documented = json.loads(block.text)
        if set(documented) & set(COUNTRIES):
            read_proxies(block.text)
        else:
            assert form(documented) in answers, block


async def every_answer(client: ApiClient, site: Site) -> list[Any]:
    """Return an answer of each kind that the documentation shows."""
    urls = [site.url("/plain"), site.url("/status/404")]
    _, submitted = await client.post("/api/batch/scrape", {"urls": urls, "screenshot": True})
    batch_id = submitted["batchId"]
    batch = await client.finished(batch_id)
    _, retried = await client.post(f"/api/batch/scrape/{batch_id}/retry", {})
    await client.finished(batch_id)
    _, refused = await client.post("/api/batch/scrape", {"urls": ["nonsense"]})
    held = await client.submit([site.url("/gated/docs-form")] * 20)
    async with client.session.delete(f"/api/batch/scrape/{held}") as response:
        cancelled = await response.json()
    site.open_gate("docs-form")
    await client.finished(held)
    async with client.session.get("/api/batch/scrape?limit=1") as response:
        listed = await response.json()
    async with client.session.get("/api/account") as response:
        account = (await response.json())["data"]
    traffic = {"proxyBandwidth": account["proxyBandwidth"]}
    return [submitted, batch, batch["items"][0], retried, cancelled, listed, traffic, refused]


def form(answer: object) -> object:
    """Return the names in an answer, without its values."""
    if isinstance(answer, dict):
        return {name: form(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [form(value) for value in answer[:1]]
    return None


async def test_the_sample_of_the_demo_is_what_the_demo_scrapes(client: ApiClient) -> None:
    [sample] = [block for block in blocks("text") if block.page == README]
    shown = [line[4:] for line in sample.text.splitlines() if line.startswith("  | ")]
    async with shop.open_shop() as url:
        batch_id = await client.submit([url + shop.EXAMPLE_PATH])
        [item] = (await client.finished(batch_id))["items"]
    assert len(shown) > 3
    assert [line for line in item["result"].splitlines() if line in shown] == shown
