"""Whole batches with a real model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from stack.stack import Stack
from tests.conftest import STACK_ENV
from tests.model.conftest import MAX_OUTPUT_TOKENS, SECONDS
from tests.support.client import ApiClient
from tests.support.llama import MODEL, LlamaServer
from tests.support.site import Site

SHORT_ANSWER = {
    "type": "object",
    "properties": {"in_stock": {"type": "boolean"}, "kind": {"enum": ["shop", "article", "other"]}},
    "required": ["kind"],
    "additionalProperties": False,
}

PAGES = 6


@pytest_asyncio.fixture
async def llama_stack(
    tmp_path_factory: pytest.TempPathFactory, llama: LlamaServer
) -> AsyncIterator[Stack]:
    """Run a stack whose worker asks the real model."""
    data_dir: Path = tmp_path_factory.mktemp("llama-stack")
    env = {
        **STACK_ENV,
        "OPENAI_BASE_URL": llama.url,
        "SPIDRA_LLM_MODEL": MODEL,
        "SPIDRA_LLM_CONCURRENCY": "2",
        "SPIDRA_LLM_TIMEOUT": str(SECONDS),
        "SPIDRA_ITEM_TIMEOUT": str(2 * SECONDS),
        "SPIDRA_LLM_CONTEXT_TOKENS": str(llama.context_tokens),
        "SPIDRA_LLM_MAX_OUTPUT_TOKENS": str(MAX_OUTPUT_TOKENS),
    }
    async with Stack(data_dir, env=env) as running:
        await running.wait_ready(150)
        yield running


async def test_a_restart_of_the_server_in_mid_batch_costs_no_item_and_no_second_fetch(
    llama_stack: Stack, llama: LlamaServer, site: Site
) -> None:
    before = site.hits("/plain")
    async with ApiClient(llama_stack.api_url, llama_stack.api_key) as api:
        urls = [site.url(f"/plain?n={number}") for number in range(PAGES)]
        batch_id = await api.submit(urls, schema=SHORT_ANSWER, scrapeMode="fast")
        await llama.wait_busy(SECONDS)
        llama.kill()
        batch = await api.finished(batch_id, timeout=300)
    assert batch["completedCount"] == PAGES, batch
    assert all(item["result"].keys() <= {"in_stock", "kind"} for item in batch["items"])
    assert site.hits("/plain") == before + PAGES
