"""Fixtures for tests with a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from activities.egress.gateway import Gateway
from tests.support.gateways import running_gateway


@pytest_asyncio.fixture(scope="module")
async def gateway() -> AsyncIterator[Gateway]:
    """Run a gateway for all tests of a module."""
    async with running_gateway() as running:
        yield running
