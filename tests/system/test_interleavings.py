"""Random interleavings of what clients ask for and of parts that die, on the whole stack."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from stack.stack import Stack
from storage.database import Database
from tests.support import generated
from tests.support.client import ApiClient, Json, summary
from tests.support.databases import wait_settled
from tests.support.site import Site

ACCOUNT = "first"
BEHAVIOURS = ("ok", "slow", "gone", "flaky")
SUBMIT = st.tuples(st.just("submit"), st.lists(st.sampled_from(BEHAVIOURS), min_size=1, max_size=8))
ACT = st.tuples(st.sampled_from(["poll", "cancel", "retry"]), st.integers(0, 9))
KILL = st.tuples(st.just("kill"), st.sampled_from(["worker-1", "api"]))
FREEZE = st.tuples(
    st.just("freeze"),
    st.sampled_from(["worker-1", "temporal", "s3"]),
    st.sampled_from([0.5, 3, 12]),
)
"""A frozen process sees its clock jump. 12 s are longer than the timeout of a heartbeat, 10 s."""
PAUSE = st.tuples(st.just("pause"), st.floats(0, 2))

Step = tuple[object, ...]

numbers = itertools.count()


@dataclass
class Observed:
    """What the API has told a client about one batch."""

    batch_id: str
    urls: list[str]
    cancelled: Json | None = None
    completed: dict[str, Json] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)

    def see(self, batch: Json) -> None:
        """Check a status against the earlier ones."""
        assert [item["url"] for item in batch["items"]] == self.urls
        for item in batch["items"]:
            known = self.completed.setdefault(item["uuid"], item)
            if known["status"] == "completed":
                assert item == known, "a completed item does not change"
            elif item["status"] == "completed":
                self.completed[item["uuid"]] = item
        if self.cancelled is not None:
            assert batch["status"] == "cancelled"
            cancelled = [item for item in batch["items"] if item["status"] == "cancelled"]
            assert self.cancelled["cancelledItems"] == len(cancelled), summary(batch)
            assert self.cancelled["creditsRefunded"] == 2 * len(cancelled)

    def count_attempts(self, batch: Json) -> None:
        """Add the attempts of the items of the generation that has ended."""
        for item in batch["items"]:
            self.attempts[item["url"]] += item["attempts"]


async def act(
    api: ApiClient, site: Site, stack: Stack, batches: list[Observed], step: Step
) -> None:
    match step:
        case ("submit", list(behaviours)):
            run = next(numbers)
            urls = [site.url(f"/item/{run}-{n}/{name}") for n, name in enumerate(behaviours)]
            batches.append(Observed(await api.submit(urls), urls))
        case ("kill", str(part)):
            await stack.part(part).wait_ready(150)
            stack.kill(part)
        case ("freeze", str(part), int() | float() as seconds):
            await stack.part(part).wait_ready(150)
            with suppress(psutil.NoSuchProcess):  # the step before may have killed the process
                process = psutil.Process(stack.part(part).pid)
                process.suspend()
                await asyncio.sleep(seconds)
                process.resume()
        case ("pause", float(seconds)):
            await asyncio.sleep(seconds)
        case (str(verb), int(which)) if batches:
            batch = batches[which % len(batches)]
            before = await api.batch(batch.batch_id)
            batch.see(before)
            if verb == "cancel":
                await cancel(api, batch)
            elif verb == "retry":
                await retry(api, batch, before)


async def cancel(api: ApiClient, batch: Observed) -> None:
    async with api.session.delete(f"/api/batch/scrape/{batch.batch_id}") as response:
        body = await response.json()
        assert response.status in (200, 409, 503), body
        if response.status == 200:
            assert batch.cancelled is None
            batch.cancelled = body


async def retry(api: ApiClient, batch: Observed, before: Json) -> None:
    status, body = await api.post(f"/api/batch/scrape/{batch.batch_id}/retry", {})
    assert status in (202, 400, 409, 503), body
    if status == 202:
        assert before["status"] == "completed" or before["finishedAt"] is None
        assert batch.cancelled is None
        failed = {i["url"]: i["attempts"] for i in before["items"] if i["status"] == "failed"}
        batch.attempts.update(failed)


@pytest.mark.long
@settings(
    max_examples=generated.count(3, long=100),
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],  # to shrink a failure would take hours
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(st.one_of(SUBMIT, ACT, ACT, PAUSE, KILL, FREEZE), min_size=6, max_size=16))
async def test_no_interleaving_loses_an_item_or_a_credit(
    own_stack: Stack, site: Site, steps: list[Step]
) -> None:
    stack = own_stack
    await stack.wait_ready(150)
    database = Database(f"sqlite:///{Path(stack.data_dir) / 'spidra.db'}")
    used = await wait_settled(database, ACCOUNT)
    batches: list[Observed] = []
    async with ApiClient(stack.api_url, stack.api_key) as api:
        for step in [("submit", ["ok", "slow", "gone", "flaky"] * 3), *steps]:
            try:
                await act(api, site, stack, batches, step)
            except aiohttp.ClientError:
                await stack.part("api").wait_ready(150)
        completed = 0
        for batch in batches:
            ended = await api.wait_for(batch.batch_id, lambda b: b["finishedAt"] is not None)
            batch.see(ended)
            completed += ended["completedCount"]
            batch.count_attempts(ended)
            for url in batch.urls:
                hits = site.hits(url.removeprefix(site.url("")))
                assert hits <= batch.attempts[url], (url, hits, summary(ended))
    assert await wait_settled(database, ACCOUNT) == used + 2 * completed
    database.close()
