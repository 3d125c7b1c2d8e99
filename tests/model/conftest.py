"""The real model's server of these tests, which run with `make test-model` only."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from activities.extraction.extractor import Extractor
from tests.support.extraction import extractor_of
from tests.support.llama import MODEL, LlamaServer, missing

CONTEXT_TOKENS = 2048
"""Room for the instructions, a schema and a short page. A larger context only takes more time."""


@pytest.fixture(scope="session")
def _runs() -> None:
    # Beside other tests the model would be slow, and would slow them down.
    if os.environ.get("TEST_MODEL") != "1":
        pytest.skip("`make test-model` runs the tests with a real language model")
    if (reason := missing()) is not None:
        pytest.skip(reason)


@pytest_asyncio.fixture(scope="session")
async def llama(
    _runs: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LlamaServer]:
    """Run llama.cpp's server. A test that ends it starts it again."""
    folder = tmp_path_factory.mktemp("llama")
    async with LlamaServer(folder, context_tokens=CONTEXT_TOKENS) as running:
        yield running


MAX_OUTPUT_TOKENS = 120
"""Enough for the values that the tests ask for. Small models often write without an end."""


SECONDS = 120.0
"""For one answer: much, since the machine may be busy."""


@asynccontextmanager
async def extractor_for(
    llama: LlamaServer, *, context_tokens: int = CONTEXT_TOKENS, max_parts: int = 8
) -> AsyncIterator[Extractor]:
    """Run an extractor that asks the real server; `context_tokens` are what it knows of it."""
    async with extractor_of(
        llama.url,
        model=MODEL,
        timeout=SECONDS,
        concurrency=1,
        context_tokens=context_tokens,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        max_parts=max_parts,
    ) as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def extractor(llama: LlamaServer) -> AsyncIterator[Extractor]:
    """Return an extractor that knows the server's context."""
    async with extractor_for(llama) as running:
        yield running
