"""The index of batches: their owners, the open ones, and how the others ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, select

from storage.database import utc
from storage.tables import batches, reservations


@dataclass(frozen=True)
class BatchRow:
    """A batch as SQL knows it.

    Status, counts and end describe the latest generation that ended. An open batch has a later
    generation that has not ended yet.
    """

    id: str
    total_urls: int
    output_format: Literal["json", "markdown"]
    created_at: datetime
    generation: int
    is_open: bool
    status: Literal["completed", "failed", "cancelled"] | None
    """Status after the latest ended generation. None if no generation has ended."""
    completed_count: int
    failed_count: int
    finished_at: datetime | None


@dataclass(frozen=True)
class OpenBatch:
    """A batch whose latest generation has not ended."""

    batch_id: str
    generation: int
    is_admitted: bool
    """Whether the workflow of the generation has begun."""


def owns_batch(connection: Connection, account: str, batch_id: str) -> bool:
    """Return whether the batch exists and belongs to `account`."""
    found = select(batches.c.id).where(batches.c.id == batch_id, batches.c.account_id == account)
    return connection.execute(found).first() is not None


def list_batches(
    connection: Connection, account: str, *, page: int, limit: int
) -> tuple[list[BatchRow], int]:
    """Return one page of the batches of `account`, newest first, and their total number.

    The first page is 1.
    """
    is_own = batches.c.account_id == account
    total = connection.execute(select(func.count()).where(is_own)).scalar_one()
    rows = connection.execute(
        select(batches)
        .where(is_own)
        .order_by(batches.c.created_at.desc(), batches.c.id.desc())
        .limit(limit)
        .offset((page - 1) * limit)
    )
    found = [
        BatchRow(
            id=row.id,
            total_urls=row.total_urls,
            output_format=row.output_format,
            created_at=utc(row.created_at),
            generation=row.generation,
            is_open=row.is_open,
            status=row.status,
            completed_count=row.completed_count,
            failed_count=row.failed_count,
            finished_at=utc(row.finished_at) if row.finished_at else None,
        )
        for row in rows
    ]
    return found, total


def open_batches(connection: Connection, *, before: datetime) -> list[OpenBatch]:
    """Return the open batches whose latest generation was reserved before `before`."""
    rows = connection.execute(
        select(reservations.c.batch_id, reservations.c.generation, reservations.c.is_admitted)
        .join(
            batches,
            (batches.c.id == reservations.c.batch_id)
            & (batches.c.generation == reservations.c.generation),
        )
        .where(batches.c.is_open.is_(True), reservations.c.created_at < before)
        .order_by(reservations.c.created_at)
    )
    return [OpenBatch(row.batch_id, row.generation, row.is_admitted) for row in rows]


def is_open(connection: Connection, batch_id: str, generation: int) -> bool:
    """Return whether a generation is running or may still begin."""
    found = connection.execute(
        select(batches.c.id).where(
            batches.c.id == batch_id,
            batches.c.generation == generation,
            batches.c.is_open.is_(True),
        )
    ).first()
    return found is not None
