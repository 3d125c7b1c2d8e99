"""The ledger adds up at any time, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.items import BatchEnd, SettledItem
from storage import accounts, batches, ledger
from storage.database import Database
from tests.support.databases import KINDS, check_it_adds_up, database_url

PER_ITEM = 2
ENDING = BatchEnd(status="completed", completed=1, failed=1, finished_at=datetime.now(UTC))


@pytest.fixture(scope="module", params=KINDS)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp(request.param)
    with database_url(request.param, folder) as url:
        opened = Database(url)
        opened.migrate()
        yield opened
        opened.close()


@pytest.fixture
def account(database: Database) -> str:
    """Create an account of 100 credits."""
    return new_account(database, 100)


def new_account(database: Database, limit: int) -> str:
    name = f"a-{uuid.uuid4()}"
    with database.transaction() as connection:
        accounts.set_limit(connection, name, limit)
    return name


def open_batch(database: Database, account: str, items: int) -> str:
    batch_id = str(uuid.uuid4())
    batch = ledger.NewBatch(
        batch_id=batch_id,
        account=account,
        total_urls=items,
        output_format="markdown",
        credits_per_item=PER_ITEM,
        created_at=datetime.now(UTC),
    )
    with database.transaction() as connection:
        ledger.open_batch(connection, batch, max_open=50)
    return batch_id


def reopen(database: Database, account: str, batch_id: str, ended: int, items: int) -> int:
    retry = ledger.NewRetry(
        batch_id=batch_id,
        account=account,
        ended_generation=ended,
        items=items,
        credits_per_item=PER_ITEM,
    )
    with database.transaction() as connection:
        return ledger.reopen_batch(connection, retry, max_open=50)


def finish(database: Database, batch_id: str, generation: int, *completed: bool) -> None:
    """Admit, settle and end a generation. `completed` says which of its items completed."""
    items = [
        SettledItem(uuid=f"{generation}-{index}", is_completed=is_completed)
        for index, is_completed in enumerate(completed)
    ]
    with database.transaction() as connection:
        assert ledger.admit(connection, batch_id, generation)
        ledger.settle(connection, batch_id, generation, items)
        ledger.end(connection, batch_id, generation, ENDING)


def used(database: Database, account: str) -> int:
    with database.transaction() as connection:
        return ledger.usage(connection, account).used


def test_reserved_credits_count_as_used_until_they_are_settled(
    database: Database, account: str
) -> None:
    batch_id = open_batch(database, account, 3)
    assert used(database, account) == 6
    finish(database, batch_id, 1, True, False, True)
    assert used(database, account) == 4
    check_it_adds_up(database, account)


def test_an_account_that_cannot_pay_reserves_nothing(database: Database, account: str) -> None:
    with pytest.raises(ledger.CreditLimitReachedError) as caught:
        open_batch(database, account, 51)
    assert (caught.value.needed, caught.value.remaining) == (102, 100)
    assert used(database, account) == 0
    open_batch(database, account, 50)
    with pytest.raises(ledger.CreditLimitReachedError):
        open_batch(database, account, 1)


def test_concurrent_requests_cannot_spend_the_same_credits(database: Database) -> None:
    account = new_account(database, 20)
    barrier = threading.Barrier(20)

    def submit() -> bool:
        barrier.wait()
        try:
            open_batch(database, account, 1)
        except ledger.CreditLimitReachedError:
            return False
        return True

    with ThreadPoolExecutor(20) as threads:
        accepted = [task.result() for task in [threads.submit(submit) for _ in range(20)]]
    assert accepted.count(True) == 10
    assert used(database, account) == 20
    check_it_adds_up(database, account)


def test_settling_twice_changes_nothing(database: Database, account: str) -> None:
    batch_id = open_batch(database, account, 2)
    finish(database, batch_id, 1, True, False)
    finish(database, batch_id, 1, False, True)
    assert used(database, account) == 2
    check_it_adds_up(database, account)


def test_extras_are_charged_on_top_and_may_exceed_the_limit(database: Database) -> None:
    account = new_account(database, 2)
    batch_id = open_batch(database, account, 1)
    with database.transaction() as connection:
        ledger.admit(connection, batch_id, 1)
        ledger.settle(connection, batch_id, 1, [SettledItem(uuid="x", is_completed=True, extra=10)])
        usage = ledger.usage(connection, account)
    assert (usage.used, usage.remaining) == (12, 0)
    check_it_adds_up(database, account)


def test_concurrent_retries_start_one_generation(database: Database, account: str) -> None:
    batch_id = open_batch(database, account, 3)
    with pytest.raises(ledger.BatchOpenError):
        reopen(database, account, batch_id, 1, 1)
    finish(database, batch_id, 1, True, False, False)
    barrier = threading.Barrier(3)

    def retry() -> int | None:
        barrier.wait()
        try:
            return reopen(database, account, batch_id, 1, 2)
        except ledger.BatchOpenError:
            return None

    with ThreadPoolExecutor(3) as threads:
        given = [task.result() for task in [threads.submit(retry) for _ in range(3)]]
    assert sorted(given, key=str) == [2, None, None]
    assert used(database, account) == 2 + 4
    check_it_adds_up(database, account)


def test_admitting_and_withdrawing_exclude_each_other(database: Database, account: str) -> None:
    first, second = (open_batch(database, account, 1) for _ in range(2))
    with database.transaction() as connection:
        assert ledger.admit(connection, first, 1)
        assert not ledger.withdraw(connection, first, 1)
        assert ledger.admit(connection, first, 1), "repeating it is safe"
        assert ledger.withdraw(connection, second, 1)
        assert not ledger.withdraw(connection, second, 1)
        assert not ledger.admit(connection, second, 1)
    assert used(database, account) == 2
    check_it_adds_up(database, account)


def test_a_withdrawn_retry_can_be_repeated_as_another_generation(
    database: Database, account: str
) -> None:
    batch_id = open_batch(database, account, 1)
    finish(database, batch_id, 1, False)
    assert reopen(database, account, batch_id, 1, 1) == 2
    with database.transaction() as connection:
        assert ledger.withdraw(connection, batch_id, 2)
    assert reopen(database, account, batch_id, 1, 1) == 3
    with database.transaction() as connection:
        assert not ledger.admit(connection, batch_id, 2)
    finish(database, batch_id, 3, True)
    with pytest.raises(ledger.BatchOpenError):
        reopen(database, account, batch_id, 1, 1)
    assert used(database, account) == 2
    check_it_adds_up(database, account)


def test_the_credits_of_a_lost_batch_are_refunded(database: Database, account: str) -> None:
    batch_id = open_batch(database, account, 5)
    with database.transaction() as connection:
        ledger.admit(connection, batch_id, 1)
        ledger.settle(connection, batch_id, 1, [SettledItem(uuid="x", is_completed=True)])
    with database.transaction() as connection:
        [found] = [
            batch
            for batch in batches.open_batches(
                connection, before=datetime.now(UTC) + timedelta(seconds=1)
            )
            if batch.batch_id == batch_id
        ]
        assert found.is_admitted
        ledger.refund_rest(connection, batch_id, 1)
        ledger.refund_rest(connection, batch_id, 1)
        ledger.end_lost(connection, batch_id, 1)
    assert used(database, account) == 2
    check_it_adds_up(database, account)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=30))
def test_the_ledger_adds_up_after_any_sequence_of_calls(
    database: Database, steps: list[tuple[int, int]]
) -> None:
    account = new_account(database, 30)
    opened: list[tuple[str, int]] = []  # each with its latest generation
    for step, which in steps:
        batch_id, generation = opened[which % len(opened)] if opened else ("none", 1)
        try:
            match step:
                case 0:
                    opened.append((open_batch(database, account, which + 1), 1))
                case 1:
                    with database.transaction() as connection:
                        ledger.admit(connection, batch_id, generation)
                case 2:
                    with database.transaction() as connection:
                        if ledger.withdraw(connection, batch_id, generation) and generation == 1:
                            opened.remove((batch_id, generation))
                case 3 if opened:
                    with database.transaction() as connection:
                        if ledger.admit(connection, batch_id, generation):
                            item = SettledItem(
                                uuid=f"item-{which}", is_completed=which % 2 == 0, extra=1
                            )
                            ledger.settle(connection, batch_id, generation, [item])
                            ledger.refund_rest(connection, batch_id, generation)
                            ledger.end(connection, batch_id, generation, ENDING)
                case 4 if opened:
                    newer = reopen(database, account, batch_id, generation, 1)
                    opened[opened.index((batch_id, generation))] = (batch_id, newer)
        except (ledger.CreditLimitReachedError, ledger.BatchOpenError):
            pass
        check_it_adds_up(database, account)
