"""A process dies between two steps of a submit, a run, a retry or a cancel.

After its restart the ledger adds up, no credits are held, and each item is charged as it ended.
"""

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
    """The moment at which a process of the stack shall die; see `tests/support/crashing`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._moment = ""

    def kill_at(self, moment: str) -> None:
        """Let the next process die that comes to `moment`."""
        self._moment = moment
        self.path.write_text(moment)

    async def wait_for_death(self) -> None:
        """Wait until the process has died."""
        deadline = time.monotonic() + 180
        while await asyncio.to_thread(self.path.exists):
            assert time.monotonic() < deadline, f"no process came to {self._moment}"
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL database. All other tests of the whole product run on SQLite."""
    with database_url("postgresql", tmp_path_factory.mktemp("database")) as found:
        yield found


@pytest.fixture(scope="module")
def flag(tmp_path_factory: pytest.TempPathFactory) -> CrashFlag:
    return CrashFlag(tmp_path_factory.mktemp("crash") / "flag")


@pytest_asyncio.fixture(scope="module")
async def crashing(
    url: str, flag: CrashFlag, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    """A stack whose processes die at the moment of `flag`."""
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
        # The test of idempotency keys below covers this moment as well.
        more=[("after open_batch", False)],
    ),
)
async def test_submit(
    crashing: Stack, database: Database, site: Site, flag: CrashFlag, moment: str, is_accepted: bool
) -> None:
    await crashing.wait_ready(150)
    async with ApiClient(crashing.api_url, crashing.api_key) as api:
        before = await wait_settled(database, ACCOUNT)
        flag.kill_at(moment)
        with pytest.raises(aiohttp.ClientError):
            await api.submit([site.url("/plain"), site.url("/status/404")])
        await flag.wait_for_death()
        assert await wait_settled(database, ACCOUNT) == before + (2 if is_accepted else 0)


@pytest.mark.parametrize("moment", ["after open_batch", "after start"])
async def test_submit_with_an_idempotency_key(
    crashing: Stack, database: Database, site: Site, flag: CrashFlag, moment: str
) -> None:
    """A submit that is repeated until it is accepted makes one batch, and the batch runs."""
    await crashing.wait_ready(150)
    body = {"urls": [site.url("/plain")]}
    headers = {"Idempotency-Key": f"{moment} {time.monotonic_ns()}"}
    async with ApiClient(crashing.api_url, crashing.api_key) as api:
        before = await wait_settled(database, ACCOUNT)
        flag.kill_at(moment)
        with pytest.raises(aiohttp.ClientError):
            await api.post("/api/batch/scrape", body, headers)
        await flag.wait_for_death()
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
        # At these moments, the next worker has to repeat the same steps as above.
        more=["after admit", "before settle"],
    ),
)
async def test_run(
    crashing: Stack, database: Database, site: Site, flag: CrashFlag, moment: str
) -> None:
    await crashing.wait_ready(150)
    async with ApiClient(crashing.api_url, crashing.api_key) as api:
        before = await wait_settled(database, ACCOUNT)
        flag.kill_at(moment)
        batch_id = await api.submit([site.url("/plain"), site.url("/status/404")])
        await flag.wait_for_death()
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
        flag.kill_at(moment)
        with pytest.raises(aiohttp.ClientError):
            await api.post(f"/api/batch/scrape/{batch_id}/retry", {})
        await flag.wait_for_death()
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
        flag.kill_at(moment)
        with suppress(aiohttp.ClientError):
            async with api.session.delete(f"/api/batch/scrape/{batch_id}"):
                pass
        if moment == "before settle":  # this step comes when the started items have ended
            site.open_gate(gate)
        await flag.wait_for_death()
        site.open_gate(gate)
        batch = await api.wait_for(batch_id, lambda b: b["finishedAt"] is not None)
        assert batch["status"] == ("completed" if moment == "before signal" else "cancelled")
        assert await wait_settled(database, ACCOUNT) == before + 2 * batch["completedCount"]
        assert batch["failedCount"] == 0
