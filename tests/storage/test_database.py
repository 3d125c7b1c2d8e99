"""The database as such: its migrations, and transactions that nobody waits for any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from storage import accounts
from storage.batches import list_batches
from storage.database import Database
from storage.tables import metadata
from tests.support.databases import KINDS, database_url

MIGRATIONS = Path(accounts.__file__).parent / "migrations"


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, without tables."""
    with database_url(request.param, tmp_path) as url:
        opened = Database(url)
        yield opened
        opened.close()


def alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def test_the_migrations_make_the_tables_and_keep_what_is_there(database: Database) -> None:
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


async def test_a_transaction_that_nobody_waits_for_is_rolled_back(database: Database) -> None:
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
    # The same row: this one waits until the other has ended.
    await database.run(lambda connection: accounts.set_limit(connection, "account", 2))
    assert await database.read(limits) == [2]


def limits(connection: Connection) -> list[int]:
    return list(connection.execute(text("SELECT credits_limit FROM accounts")).scalars())
