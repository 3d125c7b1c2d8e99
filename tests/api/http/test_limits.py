"""The limits of an account: requests per window, and unfinished batches."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import pytest
import pytest_asyncio

from stack.stack import Stack
from storage import rate_limits
from storage.database import Database
from tests.support.accounts import new_key
from tests.support.client import BATCHES, ApiClient, Json
from tests.support.databases import on_each_kind
from tests.support.replicas import another_api
from tests.support.site import Site

LIMIT = 25
UNFINISHED = 12


@pytest_asyncio.fixture(scope="module")
async def replicas(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, str]]:
    """Run two APIs with limits on the database of the shared stack; yield their addresses."""
    folder = tmp_path_factory.mktemp("replicas")
    settings = {
        "SPIDRA_RATE_LIMIT": str(LIMIT),
        "SPIDRA_MAX_UNFINISHED_BATCHES": str(UNFINISHED),
    }
    async with (
        another_api(stack, folder, **settings) as (first, _),
        another_api(stack, folder, **settings) as (second, _),
    ):
        yield first, second


async def get(session: aiohttp.ClientSession, path: str) -> aiohttp.ClientResponse:
    async with session.get(path) as response:
        await response.read()
        return response


async def test_requests_are_counted_over_all_replicas(
    stack: Stack, replicas: tuple[str, str]
) -> None:
    headers = {"x-api-key": new_key(stack)}
    async with (
        aiohttp.ClientSession(replicas[0], headers=headers) as first,
        aiohttp.ClientSession(replicas[1], headers=headers) as second,
    ):
        unknown = await get(first, f"{BATCHES}/nonsense")
        assert (unknown.status, unknown.headers["RateLimit-Remaining"]) == (404, str(LIMIT - 1))
        answers = await asyncio.gather(
            *(get(session, "/api/account") for session in (first, second) for _ in range(LIMIT))
        )
        statuses = [answer.status for answer in answers]
        assert statuses.count(200) == LIMIT - 1
        assert statuses.count(429) == LIMIT + 1
        remaining = sorted(
            int(answer.headers["RateLimit-Remaining"]) for answer in answers if answer.status == 200
        )
        assert remaining == list(range(LIMIT - 1))
        for answer in answers:
            assert answer.headers["RateLimit-Limit"] == str(LIMIT)
            assert 0 < int(answer.headers["RateLimit-Reset"]) <= 15 * 60
        async with second.get(BATCHES) as refused:
            body = await refused.json()
        assert (refused.status, body["code"]) == (429, "RATE_LIMITED")
        assert refused.headers["Retry-After"] == str(body["retry_after"])
        assert refused.headers["RateLimit-Remaining"] == "0"


async def test_each_account_has_its_own_limit_and_unknown_keys_have_none(
    stack: Stack, replicas: tuple[str, str]
) -> None:
    async with aiohttp.ClientSession(replicas[0], headers={"x-api-key": new_key(stack)}) as session:
        answer = await get(session, "/api/account")
        assert answer.headers["RateLimit-Remaining"] == str(LIMIT - 1)
    async with aiohttp.ClientSession(replicas[0]) as session:
        for headers, status in (({}, 401), ({"x-api-key": "stranger"}, 403)):
            async with session.get("/api/account", headers=headers) as response:
                assert response.status == status
                assert "RateLimit-Limit" not in response.headers


async def test_without_a_limit_there_are_no_headers(api: ApiClient) -> None:
    async with api.session.get("/api/account") as response:
        assert "RateLimit-Limit" not in response.headers


def count(database: Database) -> rate_limits.Allowance:
    with database.transaction() as connection:
        return rate_limits.count_request(connection, "account", 3)


@on_each_kind
def test_a_window_ends(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    assert [count(database).is_exceeded for _ in range(4)] == [False, False, False, True]
    assert count(database).reset_seconds == rate_limits.WINDOW_SECONDS
    now += rate_limits.WINDOW_SECONDS - 1
    assert (count(database).is_exceeded, count(database).reset_seconds) == (True, 1)
    now += 1
    assert count(database) == rate_limits.Allowance(3, 2, rate_limits.WINDOW_SECONDS, False)


@on_each_kind
def test_every_request_is_counted_exactly_once(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        for task in [threads.submit(count, database) for _ in range(40)]:
            task.result()
    with database.transaction() as connection:
        assert rate_limits.count_request(connection, "account", 100).remaining == 100 - 41


async def test_an_account_cannot_exceed_its_unfinished_batches(
    stack: Stack, replicas: tuple[str, str], site: Site
) -> None:
    key = new_key(stack)
    async with ApiClient(stack.api_url, key) as unlimited:
        failed = await unlimited.submit([site.url("/status/404")])
        await unlimited.finished(failed)
    async with ApiClient(replicas[0], key) as first, ApiClient(replicas[1], key) as second:
        body = {"urls": [site.url("/gated/unfinished")]}
        each = (UNFINISHED + 8) // 2
        answers = await asyncio.gather(
            *(api.post(BATCHES, body) for api in (first, second) for _ in range(each))
        )
        statuses = [status for status, _ in answers]
        assert statuses.count(202) == UNFINISHED
        refused = [answer for status, answer in answers if status == 429]
        assert len(refused) == 2 * each - UNFINISHED
        assert {answer["code"] for answer in refused} == {"TOO_MANY_PENDING_JOBS"}
        assert all(answer["retry_after"] > 0 for answer in refused)
        status, answer = await first.post(f"{BATCHES}/{failed}/retry", {})
        assert (status, answer["code"]) == (429, "TOO_MANY_PENDING_JOBS")
    async with ApiClient(stack.api_url, key) as unlimited:
        assert (await unlimited.batch(failed))["status"] == "completed", "nothing has changed"
        assert await unlimited.credits_used() == 2 * UNFINISHED
        site.open_gate("unfinished")
        async with asyncio.timeout(120):
            await asyncio.gather(*(unlimited.finished(id_) for id_ in accepted(answers)))


def accepted(answers: list[tuple[int, Json]]) -> list[str]:
    return [answer["batchId"] for status, answer in answers if status == 202]
