"""The index of batches: whose they are, and how those stand that have ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, select

from storage.database import utc
from storage.tables import batches


@dataclass(frozen=True)
class BatchRow:
    """A batch as SQL knows it. Status, counts and end are those of the latest generation that
    has run to its end; that of an open batch is still to come."""

    id: str
    total_urls: int
    output_format: Literal["json", "markdown"]
    created_at: datetime
    generation: int
    is_open: bool
    status: Literal["completed", "failed", "cancelled"] | None
    """None if no generation has ended."""
    completed_count: int
    failed_count: int
    finished_at: datetime | None


def owns_batch(connection: Connection, account: str, batch_id: str) -> bool:
    """Whether there is such a batch and it belongs to `account`."""
    found = select(batches.c.id).where(batches.c.id == batch_id, batches.c.account_id == account)
    return connection.execute(found).first() is not None


def list_batches(
    connection: Connection, account: str, *, page: int, limit: int
) -> tuple[list[BatchRow], int]:
    """One page, counted from 1, of the batches of `account`, newest first; and how many it has."""
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
