"""Migrations, and transactions whose caller no longer waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, select, text

from storage import accounts
from storage.batches import list_batches
from storage.database import Database
from storage.tables import accounts as accounts_table
from storage.tables import metadata
from tests.support.databases import KINDS, database_url

MIGRATIONS = Path(accounts.__file__).parent / "migrations"


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Open an empty database, without tables."""
    with database_url(request.param, tmp_path) as url:
        opened = Database(url)
        yield opened
        opened.close()


def alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def test_migrations_create_the_tables_and_keep_the_rows(database: Database) -> None:
    with database.transaction() as connection:
        command.upgrade(alembic(connection), "0002")
        connection.execute(
            text("INSERT INTO accounts (id, credits_limit, created_at) VALUES ('a', 1, :now)"),
            {"now": datetime.now(UTC)},
        )
        connection.execute(
            text(
                "INSERT INTO batches (id, account_id, total_urls, output_format, created_at, "
                "generation, ended_generation, is_open) VALUES ('b', 'a', 1, 'json', :now, 1, 1, "
                "false)"
            ),
            {"now": datetime.now(UTC)},
        )
    database.migrate()
    database.migrate()
    with database.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        [batch], _ = list_batches(connection, "a", page=1, limit=20)
        assert (batch.id, batch.status, batch.completed_count) == ("b", None, 0)
        command.downgrade(alembic(connection), "0002")


async def test_an_abandoned_transaction_is_rolled_back(database: Database) -> None:
    database.migrate()
    begun, go_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        accounts.set_limit(connection, "account", 1)
        begun.set()
        assert go_on.wait(10)

    running = asyncio.create_task(database.run(work))
    await asyncio.to_thread(begun.wait, 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    go_on.set()
    # This transaction writes the same row, so it waits for the end of the other.
    await database.run(lambda connection: accounts.set_limit(connection, "account", 2))
    assert await database.read(limits) == [2]


def limits(connection: Connection) -> list[int]:
    return list(connection.execute(text("SELECT credits_limit FROM accounts")).scalars())


def test_concurrent_migrations_run_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    with ThreadPoolExecutor(4) as threads:
        for task in [threads.submit(lambda: Database(url).migrate()) for _ in range(4)]:
            task.result()
    with Database(url).transaction() as connection:
        assert connection.execute(select(func.count()).select_from(accounts_table)).scalar() == 0
