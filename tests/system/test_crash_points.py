"""A process dies between two steps of submit, settle, cancel or retry; after its restart the
ledger adds up, nothing is held any more, and every item is charged as it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from stack.programs import REPOSITORY
from stack.stack import Stack
from storage.database import Database
from tests.conftest import STACK_ENV
from tests.support.client import ApiClient
from tests.support.databases import database_url, wait_settled
from tests.support.generated import sample
from tests.support.site import Site

pytestmark = pytest.mark.long

ACCOUNT = "first"


class CrashFlag:
    """Tells the processes of the stack where one is to die; see `tests/support/crashing`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._moment = ""

    def raise_at(self, moment: str) -> None:
        """From now on the first process to come to `moment` dies."""
        self._moment = moment
        self.path.write_text(moment)

    async def wait_lowered(self) -> None:
        """Returns once it has died."""
        deadline = time.monotonic() + 180
        while await asyncio.to_thread(self.path.exists):
            assert time.monotonic() < deadline, f"no process came to {self._moment}"
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL database; all other tests of whole stacks run on SQLite."""
    with database_url("postgresql", tmp_path_factory.mktemp("database")) as found:
        yield found


@pytest.fixture(scope="module")
def flag(tmp_path_factory: pytest.TempPathFactory) -> CrashFlag:
    return CrashFlag(tmp_path_factory.mktemp("crash") / "flag")


@pytest_asyncio.fixture(scope="module")
async def crashing(
    url: str, flag: CrashFlag, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    """A stack whose processes die where the flag says."""
    env = {
        **STACK_ENV,
        "SPIDRA_DATABASE_URL": url,
        "PYTHONPATH": f"{REPOSITORY / 'tests' / 'support' / 'crashing'}:{REPOSITORY}",
        "CRASH_FLAG": str(flag.path),
    }
    async with Stack(tmp_path_factory.mktemp("stack"), env=env) as running:
        await running.wait_ready(150)
        yield running


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("moment", "is_accepted"),
    sample(
        [("after request.json", False), ("after start", True)],
        # A submit with an idempotency key dies there as well, see below.
        more=[("after open_batch", False)],
    ),
)
async def test_submit(
    crashing: Stack, database: Database, site: Site, flag: CrashFlag, moment: str, is_accepted: bool
) -> None:
    await crashing.wait_ready(150)
    async with ApiClient(crashing.api_url, crashing.api_key) as api:
        before = await wait_settled(database, ACCOUNT)
        flag.raise_at(moment)
        with pytest.raises(aiohttp.ClientError):
            await api.submit([site.url("/plain"), site.url("/status/404")])
        await flag.wait_lowered()
        assert await wait_settled(database, ACCOUNT) == before + (2 if is_accepted else 0)


@pytest.mark.parametrize("moment", ["after open_batch", "after start"])
async def test_submit_with_an_idempotency_key(
    crashing: Stack, database: Database, site: Site, flag: CrashFlag, moment: str
) -> None:
    """Repeated until it is accepted, it makes one batch, which runs."""
    await crashing.wait_ready(150)
    body = {"urls": [site.url("/plain")]}
    headers = {"Idempotency-Key": f"{moment} {time.monotonic_ns()}"}
    async with ApiClient(crashing.api_url, crashing.api_key) as api:
        before = await wait_settled(database, ACCOUNT)
        flag.raise_at(moment)
        with pytest.raises(aiohttp.ClientError):
            await api.post("/api/batch/scrape", body, headers)
        await flag.wait_lowered()
        await crashing.wait_ready(150)
        deadline = time.monotonic() + 180
        while True:
            answers = await asyncio.gather(
                *(api.post("/api/batch/scrape", body, headers) for _ in range(3))
            )
            statuses = {status for status, _ in answers}
            if statuses == {202}:
                break
            assert statuses <= {202, 503}
            assert time.monotonic() < deadline
        [batch_id] = {answer["batchId"] for _, answer in answers}
        assert (await api.finished(batch_id))["completedCount"] == 1
        assert await wait_settled(database, ACCOUNT) == before + 2


@pytest.mark.parametrize(
    "moment",
    sample(
        ["before admit", "after result.json", "after settle"],
        # The worker after this one does the same as after the moments above.
        more=["after admit", "before settle"],
    ),
)
async def test_run(
    crashing: Stack, database: Database, site: Site, flag: CrashFlag, moment: str
) -> None:
    await crashing.wait_ready(150)
    async with ApiClient(crashing.api_url, crashing.api_key) as api:
        before = await wait_settled(database, ACCOUNT)
        flag.raise_at(moment)
        batch_id = await api.submit([site.url("/plain"), site.url("/status/404")])
        await flag.wait_lowered()
        batch = await api.finished(batch_id)
        assert (batch["completedCount"], batch["failedCount"]) == (1, 1)
        assert await wait_settled(database, ACCOUNT) == before + 2


@pytest.mark.parametrize(
    ("moment", "is_accepted"), [("after reopen_batch", False), ("after start", True)]
)
async def test_retry(
    crashing: Stack, database: Database, site: Site, flag: CrashFlag, moment: str, is_accepted: bool
) -> None:
    await crashing.wait_ready(150)
    gate = f"{moment}-{time.monotonic_ns()}".replace(" ", "-")
    async with ApiClient(crashing.api_url, crashing.api_key) as api:
        batch_id = await api.submit([site.url("/plain"), site.url(f"/broken/{gate}")])
        await api.finished(batch_id)
        before = await wait_settled(database, ACCOUNT)
        site.open_gate(gate)
        flag.raise_at(moment)
        with pytest.raises(aiohttp.ClientError):
            await api.post(f"/api/batch/scrape/{batch_id}/retry", {})
        await flag.wait_lowered()
        assert await wait_settled(database, ACCOUNT) == before + (2 if is_accepted else 0)
        await crashing.wait_ready(150)
        if not is_accepted:
            status, _ = await api.post(f"/api/batch/scrape/{batch_id}/retry", {})
            assert status == 202
        assert (await api.finished(batch_id))["completedCount"] == 2
        assert await wait_settled(database, ACCOUNT) == before + 2


@pytest.mark.parametrize("moment", ["before signal", "after signal", "before settle"])
async def test_cancel(
    crashing: Stack, database: Database, site: Site, flag: CrashFlag, moment: str
) -> None:
    await crashing.wait_ready(150)
    gate = f"{moment}-{time.monotonic_ns()}".replace(" ", "-")
    async with ApiClient(crashing.api_url, crashing.api_key) as api:
        before = await wait_settled(database, ACCOUNT)
        batch_id = await api.submit([site.url(f"/gated/{gate}")] * 12)
        await api.wait_for(
            batch_id, lambda b: sum(i["status"] == "running" for i in b["items"]) >= 4
        )
        flag.raise_at(moment)
        with suppress(aiohttp.ClientError):
            async with api.session.delete(f"/api/batch/scrape/{batch_id}"):
                pass
        if moment == "before settle":  # which comes when the started items have ended
            site.open_gate(gate)
        await flag.wait_lowered()
        site.open_gate(gate)
        batch = await api.wait_for(batch_id, lambda b: b["finishedAt"] is not None)
        assert batch["status"] == ("completed" if moment == "before signal" else "cancelled")
        assert await wait_settled(database, ACCOUNT) == before + 2 * batch["completedCount"]
        assert batch["failedCount"] == 0
