"""The model's server of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.extraction import FOUND
from tests.support.model_server import ModelServer, says


@pytest_asyncio.fixture(scope="module")
async def running_model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


@pytest.fixture
def model(running_model: ModelServer) -> ModelServer:
    """Return the running server, which answers each request with `FOUND`."""
    running_model.reset(lambda _: says(FOUND))
    return running_model
