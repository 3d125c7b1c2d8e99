"""`Idempotency-Key`: a request makes one batch, however often it is sent, even at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from stack.stack import Stack
from storage import idempotency, ledger
from storage.database import Database
from tests.support.accounts import new_key
from tests.support.client import BATCHES, ApiClient, Json
from tests.support.databases import on_each_kind
from tests.support.site import Site


async def submit(api: ApiClient, key: str, body: object) -> tuple[int, bool, Json]:
    """Submit a batch; return the status, whether the response is replayed, and its body."""
    headers = {"Idempotency-Key": key}
    async with api.session.post(BATCHES, json=body, headers=headers) as response:
        is_replayed = response.headers.get("Idempotency-Replayed") == "true"
        return response.status, is_replayed, await response.json()


async def total(api: ApiClient) -> int:
    """Return the number of batches that the account has."""
    async with api.session.get(BATCHES) as response:
        return int((await response.json())["pagination"]["total"])


async def test_a_repeated_request_gets_the_first_batch(stack: Stack, site: Site) -> None:
    schema = {"type": "object", "title": "é", "properties": {"at": {"format": "date"}}}
    async with ApiClient(stack.api_url, new_key(stack)) as api:
        url = site.url("/plain")
        first = await submit(api, "again", {"urls": [url], "schema": schema})
        assert first[:2] == (202, False)
        await api.finished(first[2]["batchId"])
        headers = {"Idempotency-Key": "again", "Content-Type": "application/json"}
        same_body = (
            '{ "schema": {"title": "\\u00e9", "properties": {"at": {"format":"date"}}, '
            f'"type": "object"}},\n "urls": ["{url}"]}}'
        )
        async with api.session.post(BATCHES, data=same_body, headers=headers) as response:
            assert response.status == 202
            assert response.headers["Idempotency-Replayed"] == "true"
            assert response.headers["Location"] == f"{BATCHES}/{first[2]['batchId']}"
            assert await response.json() == first[2]
        assert await total(api) == 1


async def test_the_same_key_with_another_body_is_a_conflict(stack: Stack, site: Site) -> None:
    async with (
        ApiClient(stack.api_url, new_key(stack)) as api,
        ApiClient(stack.api_url, new_key(stack)) as other,
    ):
        body = {"urls": [site.url("/plain")]}
        assert (await submit(api, "mine", body))[0] == 202
        status, _, answer = await submit(api, "mine", {**body, "screenshot": True})
        assert (status, answer["code"]) == (409, "IDEMPOTENCY_CONFLICT")
        status, is_replayed, _ = await submit(other, "mine", body)
        assert (status, is_replayed) == (202, False), "each account has its own keys"
        assert await total(api) == 1


async def test_equal_requests_at_once_make_one_batch(stack: Stack, site: Site) -> None:
    async with ApiClient(stack.api_url, new_key(stack)) as api:
        body = {"urls": [site.url("/plain")] * 3}
        answers = await asyncio.gather(*(submit(api, "at-once", body) for _ in range(20)))
        assert {status for status, _, _ in answers} == {202}
        assert len({answer["batchId"] for _, _, answer in answers}) == 1
        assert sum(is_replayed for _, is_replayed, _ in answers) == 19
        assert await total(api) == 1
        assert await api.credits_used() == 6


async def test_an_error_does_not_use_up_the_key(stack: Stack, site: Site) -> None:
    async with ApiClient(stack.api_url, new_key(stack, credits_limit=2)) as poor:
        status, _, answer = await submit(poor, "error", {"urls": []})
        assert (status, answer["code"]) == (422, "VALIDATION_FAILED")
        status, _, answer = await submit(poor, "error", {"urls": [site.url("/plain")] * 2})
        assert (status, answer["code"]) == (403, "CREDIT_LIMIT_REACHED")
        assert (await submit(poor, "error", {"urls": [site.url("/plain")]}))[:2] == (202, False)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("", "Idempotency-Key: must not be empty."),
        ("k" * 256, "Idempotency-Key: has 256 characters; at most 255 are allowed."),
        ("schlüssel", "Idempotency-Key: must be printable ASCII."),
    ],
)
async def test_a_key_that_cannot_be_used_is_refused(
    api: ApiClient, site: Site, key: str, expected: str
) -> None:
    status, _, answer = await submit(api, key, {"urls": [site.url("/plain")]})
    assert (status, answer["errors"]) == (422, [expected])


async def test_neither_key_nor_body_is_stored(stack: Stack, site: Site) -> None:
    async with ApiClient(stack.api_url, new_key(stack)) as api:
        schema = {"type": "object", "title": "a-title-of-this-test"}
        body = {"urls": [site.url("/plain")], "schema": schema}
        assert (await submit(api, "a-key-of-this-test", body))[0] == 202
    for path in stack.data_dir.glob("spidra.db*"):
        content = await asyncio.to_thread(path.read_bytes)
        assert b"a-key-of-this-test" not in content
        assert b"a-title-of-this-test" not in content


async def test_a_withdrawn_batch_frees_its_key(own_stack: Stack, site: Site) -> None:
    """Temporal is stopped, so that no batch can start, and requests meet undecided batches."""
    body = {"urls": [site.url("/plain")]}
    async with ApiClient(own_stack.api_url, new_key(own_stack)) as api:
        await own_stack.stop("temporal")
        answers = await asyncio.gather(*(submit(api, "free", body) for _ in range(5)))
        assert {status for status, _, _ in answers} == {503}
        await own_stack.start("temporal")
        await own_stack.wait_ready(150)
        answers = await asyncio.gather(*(submit(api, "free", body) for _ in range(5)))
        assert [status for status, _, _ in answers] == [202] * 5
        assert len({answer["batchId"] for _, _, answer in answers}) == 1
        await api.finished(answers[0][2]["batchId"])
        assert await total(api) == 1
        assert await api.credits_used() == 2


def open_batch(database: Database, batch_id: str, key: str, at: datetime) -> None:
    with database.transaction() as connection:
        batch = ledger.NewBatch(
            batch_id=batch_id,
            account="account",
            total_urls=1,
            output_format="json",
            credits_per_item=2,
            created_at=at,
            key_use=idempotency.key_use(key, b"body"),
        )
        ledger.open_batch(connection, batch, max_open=50)


@on_each_kind
def test_a_key_is_free_after_a_day_and_when_its_batch_is_withdrawn(database: Database) -> None:
    now = datetime.now(UTC)
    use = idempotency.key_use("key", b"body")
    open_batch(database, "old", "key", now - timedelta(hours=24, seconds=1))
    with database.transaction() as connection:
        assert idempotency.find_batch(connection, "account", use) is None
    open_batch(database, "new", "key", now)
    with pytest.raises(idempotency.KeyTakenError):
        open_batch(database, "newer", "key", now)
    with database.transaction() as connection:
        found = idempotency.find_batch(connection, "account", use)
        assert found == idempotency.KeyedBatch("new", 1, is_same_body=True, is_begun=False)
        assert ledger.usage(connection, "account").used == 4, "the third has reserved nothing"
        assert ledger.withdraw(connection, "new", 1)
        assert idempotency.find_batch(connection, "account", use) is None


@on_each_kind
def test_expired_keys_are_deleted(database: Database) -> None:
    now = datetime.now(UTC)
    open_batch(database, "old", "old", now - timedelta(hours=25))
    open_batch(database, "new", "new", now)
    with database.transaction() as connection:
        idempotency.delete_expired(connection)
        kept = connection.exec_driver_sql("SELECT batch_id FROM idempotency_keys").scalars()
        assert list(kept) == ["new"]
