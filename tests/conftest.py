"""The real parts that tests share: one stack of processes, one site to scrape."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.browser.executable import find_browser
from activities.browser.pool import TabPool
from stack.stack import Stack
from storage.accounts import set_limit
from storage.database import Database
from tests.support.client import ApiClient
from tests.support.databases import database_url
from tests.support.site import Site
from tests.support.walls.service import KEY as CAPTCHA_KEY
from tests.support.walls.service import Service
from workflows import search_attributes

# The same cases each time, however busy the machine is; single tests say how to have others.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

SECOND_KEY = "second-test-key"
"""Opens an account other than that of `stack.api_key`."""

POOR_KEY, POOR_CREDITS = "poor-test-key", 8
RACE_KEY, RACE_CREDITS = "race-test-key", 12
"""Keys of accounts with few credits, each for one test."""

STACK_ENV = {
    "SPIDRA_API_KEYS": f"first-test-key:first:100000,{SECOND_KEY}:second:100000,"
    f"{POOR_KEY}:poor:{POOR_CREDITS},{RACE_KEY}:race:{RACE_CREDITS}",
    "SPIDRA_RATE_LIMIT": "0",
    "SPIDRA_RECONCILE_INTERVAL": "5",
    "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
    "SPIDRA_TABS": "6",
}

# Pages that never finish are part of the tests; the gates of the site open well before.
SHORT_TIMEOUTS = {"SPIDRA_NAVIGATION_TIMEOUT": "20", "SPIDRA_ITEM_TIMEOUT": "60"}


@pytest_asyncio.fixture(scope="session")
async def captcha_service() -> AsyncIterator[Service]:
    """The solving service that `stack` has."""
    async with Service() as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def stack(
    tmp_path_factory: pytest.TempPathFactory, captcha_service: Service
) -> AsyncIterator[Stack]:
    """The whole stack with one worker; tests that stop parts of it take `own_stack`."""
    data_dir: Path = tmp_path_factory.mktemp("stack")
    solver = {"SPIDRA_CAPTCHA_URL": captcha_service.origin, "SPIDRA_CAPTCHA_KEY": CAPTCHA_KEY}
    async with Stack(data_dir, env={**STACK_ENV, **SHORT_TIMEOUTS, **solver}) as running:
        await running.wait_ready(150)
        yield running


@pytest_asyncio.fixture(scope="session")
async def second_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """For `own_stack`."""
    # Any limit that no test comes to: requests are counted, so that they need the database.
    env = {**STACK_ENV, "SPIDRA_RATE_LIMIT": "1000000", "SPIDRA_ROBOTS": "on"}
    async with Stack(tmp_path_factory.mktemp("own-stack"), env=env) as running:
        yield running


@pytest_asyncio.fixture
async def own_stack(second_stack: Stack) -> Stack:
    """A stack to stop and kill parts of, all of which run when a test begins. It has the batches
    of other such tests in it: who counts takes an account of their own."""
    await second_stack.restore(150)
    return second_stack


@pytest_asyncio.fixture(scope="module")
async def pool() -> AsyncIterator[TabPool]:
    """A browser alone, without a worker."""
    pool = TabPool(find_browser(None), tabs=6)
    await pool.start()
    yield pool
    await pool.close()


@pytest_asyncio.fixture(scope="session")
async def site() -> AsyncIterator[Site]:
    """The site that is scraped."""
    async with Site() as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server alone, without a worker."""
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        search_attributes=list(search_attributes.ALL),
    ) as running:
        yield running


@pytest_asyncio.fixture
async def api(stack: Stack) -> AsyncIterator[ApiClient]:
    """A client of the shared stack."""
    async with ApiClient(stack.api_url, stack.api_key) as client:
        yield client


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty ledger whose one account may spend 1000 credits; see `on_each_kind`."""
    with database_url(getattr(request, "param", "sqlite"), tmp_path) as url:
        opened = Database(url)
        opened.migrate()
        with opened.transaction() as connection:
            set_limit(connection, "account", 1000)
        yield opened
        opened.close()
