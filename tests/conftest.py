"""Fixtures that many files share, and the marks by which `make` chooses and spreads the tests.

The marks are set from the fixtures that a test uses. A test that starts something without a fixture
has its mark in its file.
"""

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
from tests.support.buckets import wait_writable
from tests.support.client import ApiClient
from tests.support.databases import database_url
from tests.support.model_server import ModelServer
from tests.support.site import Site
from tests.support.walls.service import KEY as CAPTCHA_KEY
from tests.support.walls.service import Service
from workflows import search_attributes

# The same cases each time, and no limit of time for a case, since the machine may be busy.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

MARKERS = {
    "stack": "starts the processes of the product",
    "browser": "starts a Chromium",
    "model": "asks a real language model",
    "long": "takes more than ten seconds, or generates cases, of which TEST_LONG=1 makes more",
}

STARTING = {
    "stack": {"stack", "second_stack", "crashing", "model_stack", "llama_stack", "reach", "run"},
    "browser": {"pool", "world"},
    "model": {"llama"},
}
"""The fixtures that start something, by the mark of the tests that use them."""

STACKS = {"second_stack": "own stack", "stack": "shared stack"}
"""The group of the tests that use a fixture. A group runs in one process, so that its stack is
started once."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, and make pytest-xdist keep the order that `_rank` gives."""
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    config.option.loadscopereorder = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test, and sort the tests so that groups which take long start first."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        for mark, starting in STARTING.items():
            if fixtures & starting:
                item.add_marker(mark)
        groups = [group for name, group in STACKS.items() if name in fixtures]
        # `--dist loadgroup` sends the tests of a group to one process, a file if nothing is said.
        item.add_marker(pytest.mark.xdist_group((groups or [item.nodeid.partition("::")[0]])[0]))
    if hasattr(config, "workerinput"):
        items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    """Return the place of the test's group: the later, the less is lost when a process is idle."""
    group = item.get_closest_marker("xdist_group")
    assert group is not None
    order = [*STACKS.values()]
    if group.args[0] in order:
        return order.index(group.args[0])
    return len(order) + next(
        (rank for rank, mark in enumerate(MARKERS) if item.get_closest_marker(mark)), len(MARKERS)
    )


SECOND_KEY = "second-test-key"
"""The key of an account other than that of `stack.api_key`."""

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

SHORT_TIMEOUTS = {"SPIDRA_NAVIGATION_TIMEOUT": "20", "SPIDRA_ITEM_TIMEOUT": "60"}
"""For tests whose pages never finish. The gates of the site open well before."""


@pytest_asyncio.fixture(scope="session")
async def captcha_service() -> AsyncIterator[Service]:
    """The solving service of `stack`."""
    async with Service() as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def stack(
    tmp_path_factory: pytest.TempPathFactory, captcha_service: Service
) -> AsyncIterator[Stack]:
    """The whole stack with one worker. A test that stops parts of a stack takes `own_stack`."""
    data_dir: Path = tmp_path_factory.mktemp("stack")
    solver = {"SPIDRA_CAPTCHA_URL": captcha_service.origin, "SPIDRA_CAPTCHA_KEY": CAPTCHA_KEY}
    async with Stack(data_dir, env={**STACK_ENV, **SHORT_TIMEOUTS, **solver}) as running:
        await running.wait_ready(150)
        yield running


@pytest_asyncio.fixture(scope="session")
async def second_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The stack behind `own_stack`."""
    # No test comes to this limit. With a limit, requests are counted, and so need the database.
    env = {**STACK_ENV, "SPIDRA_RATE_LIMIT": "1000000", "SPIDRA_ROBOTS": "on"}
    async with Stack(tmp_path_factory.mktemp("own-stack"), env=env) as running:
        yield running


@pytest_asyncio.fixture
async def own_stack(second_stack: Stack) -> Stack:
    """A stack whose parts a test may stop and kill. All of them run when a test begins.

    It keeps the batches of earlier tests. A test that counts batches uses a new account.
    """
    await second_stack.restore(150)
    await wait_writable(second_stack, 60)
    return second_stack


@pytest_asyncio.fixture(scope="module")
async def running_model() -> AsyncIterator[ModelServer]:
    """A server of language models."""
    async with ModelServer() as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def pool() -> AsyncIterator[TabPool]:
    """A browser without a worker."""
    # Most pages of tests wait for something, so more of them than there are processors.
    pool = TabPool(find_browser(None), tabs=12)
    await pool.start()
    yield pool
    await pool.close()


@pytest_asyncio.fixture(scope="session")
async def site() -> AsyncIterator[Site]:
    """The site to scrape."""
    async with Site() as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server without a worker."""
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
    """An empty ledger whose only account may spend 1000 credits; see `on_each_kind`."""
    with database_url(getattr(request, "param", "sqlite"), tmp_path) as url:
        opened = Database(url)
        opened.migrate()
        with opened.transaction() as connection:
            set_limit(connection, "account", 1000)
        yield opened
        opened.close()
