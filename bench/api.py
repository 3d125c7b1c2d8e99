"""Promises of the API under load: exact cancels and retries, and fast answers.

    make bench-api ARGS="--batches 10000 --cancels 200 --retries 60"

It starts a stack and a site, and prints the median and the 99th percentile of each kind of request.
It ends with an error if an answer differs from the final state of the batch.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from bench.checks import check
from domain.items import BatchEnd, SettledItem
from stack.stack import Stack
from storage import accounts, ledger
from storage.database import Database
from tests.support.accounts import new_key
from tests.support.client import ApiClient, Json
from tests.support.site import Site

BATCHES = "/api/batch/scrape"
SETTINGS = {
    "SPIDRA_RATE_LIMIT": "0",
    "SPIDRA_MAX_UNFINISHED_BATCHES": "100000",
    "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
    "SPIDRA_TABS": "6",
}
SUBMITS = 10
"""Submits at once. With more of them Temporal falls behind."""

READS = 100
"""Repetitions of each reading request."""


class Times:
    """The durations of requests, by kind of request."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = {}

    async def request(self, what: str, api: ApiClient, method: str, path: str) -> tuple[int, Json]:
        """Send a request, record its duration, and return status and body of the response."""
        began = time.perf_counter()
        async with api.session.request(method, path) as response:
            body: Json = await response.json()
        self._seconds.setdefault(what, []).append(time.perf_counter() - began)
        return response.status, body

    def report(self, what: str) -> None:
        """Print median and 99th percentile of the requests of kind `what`."""
        milliseconds = sorted(1000 * seconds for seconds in self._seconds[what])
        p99 = milliseconds[min(len(milliseconds) - 1, int(len(milliseconds) * 0.99))]
        median = statistics.median(milliseconds)
        print(f"{what:40} n={len(milliseconds):4}  p50 {median:7.0f} ms  p99 {p99:7.0f} ms")


async def cancels(stack: Stack, site: Site, times: Times, count: int) -> None:
    """Cancel `count` batches at random moments, and compare each answer with the final state."""
    submitting = asyncio.Semaphore(SUBMITS)
    messages: Counter[str] = Counter()

    async def one(api: ApiClient) -> int:
        async with submitting:
            batch_id = await api.submit([site.url("/plain")] * random.randint(2, 8))  # noqa: S311
        await asyncio.sleep(random.random() * 20)  # noqa: S311
        status, answer = await times.request("cancel", api, "DELETE", f"{BATCHES}/{batch_id}")
        batch = await api.wait_for(
            batch_id, lambda found: found["finishedAt"] is not None, timeout=600
        )
        if status == 200:
            cancelled = sum(item["status"] == "cancelled" for item in batch["items"])
            expected = {"cancelledItems": cancelled, "creditsRefunded": 2 * cancelled}
            check(answer == {"status": "cancelled", **expected}, (answer, batch_id))
        else:
            messages[answer["message"]] += 1
            is_open = "may still" in answer["message"]
            check(batch["status"] == "completed" or is_open, (status, answer, batch_id))
        return status

    async with ApiClient(stack.api_url, new_key(stack)) as api:
        statuses = Counter(await asyncio.gather(*(one(api) for _ in range(count))))
    print(f"{count} cancels of busy batches: {dict(statuses)}, none differs from the final state")
    for message, number in messages.items():
        print(f"{number:4}: {message}")
    times.report("cancel")


async def retries(stack: Stack, site: Site, times: Times, count: int) -> None:
    """Send three retries of each of `count` batches at once, and check that one is accepted.

    All tabs are in use, so that no retry can end before the other two have been sent.
    """
    async with ApiClient(stack.api_url, new_key(stack)) as api:
        batch_ids = [
            await api.submit([site.url("/status/404"), site.url("/plain")]) for _ in range(count)
        ]
        for batch_id in batch_ids:
            await api.finished(batch_id, timeout=600)
        tabs = int(SETTINGS["SPIDRA_TABS"])
        blocking = await api.submit([site.url("/gated/retries")] * tabs)
        await api.wait_for(blocking, lambda batch: all(i["startedAt"] for i in batch["items"]))

        async def retry_three_times(batch_id: str) -> list[int]:
            path = f"{BATCHES}/{batch_id}/retry"
            answers = await asyncio.gather(
                *(times.request("retry", api, "POST", path) for _ in range(3))
            )
            return sorted(status for status, _ in answers)

        for statuses in await asyncio.gather(*map(retry_three_times, batch_ids)):
            check(statuses == [202, 409, 409], statuses)
        site.open_gate("retries")
        for batch_id in batch_ids:
            batch = await api.finished(batch_id, timeout=600)
            check((batch["completedCount"], batch["failedCount"]) == (1, 1), batch)
        await api.finished(blocking, timeout=600)
        check(await api.credits_used() == 2 * (count + tabs), "credits")
    print(f"{count} batches with 3 retries at once: one accepted each, nothing lost")
    times.report("retry")


async def reads(stack: Stack, site: Site, times: Times, count: int) -> None:
    """Measure reading requests of an account with `count` batches, while all tabs are in use.

    The requests are the list of batches and the status of a batch of 50 URLs.
    """
    account, key = f"bench-{count}", f"bench-key-{count}"
    database = Database(f"sqlite:///{stack.data_dir}/spidra.db")
    with database.transaction() as connection:
        accounts.set_limit(connection, account, 10_000_000)
        accounts.add_key(connection, account, key)
        for _ in range(count):
            add_finished_batch(connection, account)
    database.close()
    gate = f"reads-{count}"
    async with ApiClient(stack.api_url, key) as api:
        batch_id = await api.submit([site.url(f"/gated/{gate}")] * 50)
        await api.wait_for(
            batch_id, lambda found: sum(i["status"] == "running" for i in found["items"]) >= 4
        )
        for what, path in (
            (f"list of {count} batches", f"{BATCHES}?page=2&limit=20"),
            (f"status of 50 items, {count} batches", f"{BATCHES}/{batch_id}"),
        ):
            for _ in range(READS):
                status, body = await times.request(what, api, "GET", path)
                check(status == 200, body)
            times.report(what)
        site.open_gate(gate)
        await api.finished(batch_id, timeout=600)


def add_finished_batch(connection: Connection, account: str) -> None:
    """Add a finished batch of one URL to the ledger."""
    batch_id, at = str(uuid.uuid4()), datetime.now(UTC)
    batch = ledger.NewBatch(
        batch_id=batch_id,
        account=account,
        total_urls=1,
        output_format="markdown",
        credits_per_item=2,
        created_at=at,
    )
    ledger.open_batch(connection, batch, max_open=1)
    ledger.admit(connection, batch_id, 1)
    ledger.settle(connection, batch_id, 1, [SettledItem(uuid="item", is_completed=True)])
    end = BatchEnd(status="completed", completed=1, failed=0, finished_at=at)
    ledger.end(connection, batch_id, 1, end)


async def main() -> None:
    """Measure reads, retries and cancels, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=10_000)
    parser.add_argument("--cancels", type=int, default=200)
    parser.add_argument("--retries", type=int, default=60)
    options = parser.parse_args()
    times = Times()
    with tempfile.TemporaryDirectory(prefix="spidra-bench-") as folder:
        async with Site() as site, Stack(Path(folder), env=SETTINGS) as stack:
            await stack.wait_ready()
            for count in (100, options.batches):
                await reads(stack, site, times, count)
            await retries(stack, site, times, options.retries)
            await cancels(stack, site, times, options.cancels)


if __name__ == "__main__":
    asyncio.run(main())
