"""The credit ledger: what each account has reserved, paid and got back.

This holds at any time, whatever crashed:

    reserved = charged from reservations (base) + refunded + still held

Credits are reserved per batch and generation when a batch is accepted or retried. They are settled
per item when the item ends. Each function runs in the transaction of its caller and may be
repeated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from domain.items import BatchEnd, OutputFormat, SettledItem
from storage.database import insert_or_ignore, utc
from storage.idempotency import KeyUse, claim_key, free_key
from storage.tables import accounts, batches, reservations, settlements

_UNKNOWN_ITEM = "unknown"
"""The `item_uuid` of the settlement that refunds items whose end is unknown."""


class CreditLimitReachedError(Exception):
    """The account does not have enough credits."""

    def __init__(self, needed: int, remaining: int) -> None:
        super().__init__(f"{needed} credits are needed and {remaining} remain")
        self.needed = needed
        self.remaining = remaining


class TooManyOpenBatchesError(Exception):
    """The account has as many open batches as it may have."""


class BatchOpenError(Exception):
    """The batch has not ended, or another request has opened it again."""


@dataclass(frozen=True)
class NewBatch:
    """A batch that is about to start."""

    batch_id: str
    account: str
    total_urls: int
    output_format: OutputFormat
    credits_per_item: int
    created_at: datetime
    key_use: KeyUse | None = None
    """The idempotency key that the batch was submitted with."""


@dataclass(frozen=True)
class NewRetry:
    """Failed items of an ended batch that are about to run again."""

    batch_id: str
    account: str
    ended_generation: int
    """The generation whose end the caller has seen."""
    items: int
    credits_per_item: int


@dataclass(frozen=True)
class Usage:
    """The credits and the proxy traffic of an account."""

    limit: int
    used: int
    """Credits that were charged or that open batches hold."""
    since: datetime
    proxy_bytes: int = 0
    """Proxy traffic of the items that have ended."""

    @property
    def remaining(self) -> int:
        """Credits that can still be reserved, never below 0."""
        return max(0, self.limit - self.used)


def open_batch(connection: Connection, batch: NewBatch, *, max_open: int) -> None:
    """Record a batch that is about to start, reserve its credits and claim its idempotency key.

    Raises `CreditLimitReachedError`, `KeyTakenError`, or `TooManyOpenBatchesError` if the account
    would have more than `max_open` open batches. The transaction must then be rolled back.
    """
    connection.execute(
        insert(batches).values(
            id=batch.batch_id,
            account_id=batch.account,
            total_urls=batch.total_urls,
            output_format=batch.output_format,
            created_at=batch.created_at,
            generation=1,
            ended_generation=0,
            is_open=True,
        )
    )
    if batch.key_use is not None:
        claim_key(connection, batch.account, batch.key_use, batch.batch_id, batch.created_at)
    _reserve(connection, batch.batch_id, 1, batch.account, batch.total_urls, batch.credits_per_item)
    _check_open(connection, batch.account, max_open)


def reopen_batch(connection: Connection, retry: NewRetry, *, max_open: int) -> int:
    """Open an ended batch again, reserve credits for its items, and return the new generation.

    Raises `BatchOpenError` if the batch is open or has had another generation since,
    `CreditLimitReachedError`, or `TooManyOpenBatchesError` if the account would have more than
    `max_open` open batches. The transaction must then be rolled back.
    """
    generation = connection.execute(
        update(batches)
        .where(
            batches.c.id == retry.batch_id,
            batches.c.is_open.is_(False),
            batches.c.ended_generation == retry.ended_generation,
        )
        .values(generation=batches.c.generation + 1, is_open=True)
        .returning(batches.c.generation)
    ).scalar()
    if generation is None:
        raise BatchOpenError
    _reserve(
        connection, retry.batch_id, generation, retry.account, retry.items, retry.credits_per_item
    )
    _check_open(connection, retry.account, max_open)
    return int(generation)


def admit(connection: Connection, batch_id: str, generation: int) -> bool:
    """Let the workflow of a generation begin.

    Return False if the reservation was withdrawn; the workflow must not begin then. `admit` and
    `withdraw` exclude each other: the first one wins.
    """
    admitted = connection.execute(
        update(reservations).where(_is(reservations, batch_id, generation)).values(is_admitted=True)
    )
    return bool(admitted.rowcount)


def withdraw(connection: Connection, batch_id: str, generation: int) -> bool:
    """Undo the reservation of a generation that has not begun, and free its idempotency key.

    Return False if the generation has begun or was withdrawn before.
    """
    row = connection.execute(
        delete(reservations)
        .where(_is(reservations, batch_id, generation), reservations.c.is_admitted.is_(False))
        .returning(
            reservations.c.account_id, reservations.c.item_count, reservations.c.credits_per_item
        )
    ).first()
    if row is None:
        return False
    _book(connection, row.account_id, held=-row.item_count * row.credits_per_item)
    if generation == 1:
        free_key(connection, batch_id)
        connection.execute(delete(batches).where(batches.c.id == batch_id))
    else:
        _close(connection, batch_id, generation)
    return True


def settle(
    connection: Connection, batch_id: str, generation: int, items: Iterable[SettledItem]
) -> None:
    """Settle items that have ended: charge the completed items and refund the others.

    A settled item stays as it is. So does a generation that has ended.
    """
    reservation = _open_reservation(connection, batch_id, generation)
    if reservation is None:
        return
    per_item = reservation.credits_per_item
    now = datetime.now(UTC)
    for item in items:
        charged = per_item if item.is_completed else 0
        extra = item.extra if item.is_completed else 0
        settled = connection.execute(
            insert_or_ignore(connection, settlements)
            .values(
                batch_id=batch_id,
                generation=generation,
                item_uuid=item.uuid,
                base=charged,
                refunded=per_item - charged,
                extra=extra,
                proxy_bytes=item.proxy_bytes,
                settled_at=now,
            )
            .returning(settlements.c.item_uuid)
        ).first()
        if settled is not None:
            _book(
                connection,
                reservation.account_id,
                held=-per_item,
                used=charged + extra,
                proxy_bytes=item.proxy_bytes,
            )


def refund_rest(connection: Connection, batch_id: str, generation: int) -> None:
    """Refund what a generation still holds, for items whose end is unknown."""
    reservation = _open_reservation(connection, batch_id, generation)
    if reservation is None:
        return
    settled = connection.execute(
        select(func.coalesce(func.sum(settlements.c.base + settlements.c.refunded), 0)).where(
            _is(settlements, batch_id, generation)
        )
    ).scalar_one()
    rest = reservation.item_count * reservation.credits_per_item - settled
    if rest == 0:
        return
    connection.execute(
        insert(settlements).values(
            batch_id=batch_id,
            generation=generation,
            item_uuid=_UNKNOWN_ITEM,
            base=0,
            refunded=rest,
            extra=0,
            settled_at=datetime.now(UTC),
        )
    )
    _book(connection, reservation.account_id, held=-rest)


def end(connection: Connection, batch_id: str, generation: int, ending: BatchEnd) -> None:
    """Record that a generation has ended, and how. The batch may then be opened again."""
    _close(
        connection,
        batch_id,
        generation,
        ended_generation=generation,
        status=ending.status,
        completed_count=ending.completed,
        failed_count=ending.failed,
        finished_at=ending.finished_at,
    )


def end_broken(
    connection: Connection,
    batch_id: str,
    generation: int,
    items: Iterable[SettledItem],
    ending: BatchEnd,
) -> None:
    """Settle and end a generation whose workflow has ended without doing so.

    `items` are those that ended in the generation. The others are refunded.
    """
    settle(connection, batch_id, generation, items)
    refund_rest(connection, batch_id, generation)
    end(connection, batch_id, generation, ending)


def end_lost(connection: Connection, batch_id: str, generation: int) -> None:
    """Record the end of a generation that Temporal has lost, as far as settlements tell it."""
    charged = (
        select(func.count())
        .where(_is(settlements, batch_id, generation), settlements.c.base > 0)
        .scalar_subquery()
    )
    batch = connection.execute(
        select(
            (batches.c.completed_count + charged).label("completed"), batches.c.total_urls
        ).where(batches.c.id == batch_id)
    ).one()
    failed = batch.total_urls - batch.completed
    ending = BatchEnd(
        status="failed", completed=batch.completed, failed=failed, finished_at=datetime.now(UTC)
    )
    end(connection, batch_id, generation, ending)


def usage(connection: Connection, account: str) -> Usage:
    """Return what `account` has used. The account must exist."""
    row = connection.execute(select(accounts).where(accounts.c.id == account)).one()
    return Usage(
        row.credits_limit,
        row.credits_used + row.credits_held,
        utc(row.created_at),
        row.proxy_bytes_used,
    )


def _open_reservation(connection: Connection, batch_id: str, generation: int) -> Row[Any] | None:
    """Return the reservation of a generation and lock it, or None if the generation has ended."""
    return connection.execute(
        select(reservations)
        .join(batches, batches.c.id == reservations.c.batch_id)
        .where(
            _is(reservations, batch_id, generation),
            batches.c.generation == generation,
            batches.c.is_open.is_(True),
        )
        .with_for_update()
    ).first()


def _reserve(
    connection: Connection,
    batch_id: str,
    generation: int,
    account: str,
    items: int,
    credits_per_item: int,
) -> None:
    amount = items * credits_per_item
    # One statement checks and reserves, so concurrent requests cannot spend the same credits.
    held = connection.execute(
        update(accounts)
        .where(
            accounts.c.id == account,
            accounts.c.credits_used + accounts.c.credits_held + amount <= accounts.c.credits_limit,
        )
        .values(credits_held=accounts.c.credits_held + amount)
    ).rowcount
    if not held:
        raise CreditLimitReachedError(amount, usage(connection, account).remaining)
    connection.execute(
        insert(reservations).values(
            batch_id=batch_id,
            generation=generation,
            account_id=account,
            item_count=items,
            credits_per_item=credits_per_item,
            is_admitted=False,
            created_at=datetime.now(UTC),
        )
    )


def _check_open(connection: Connection, account: str, max_open: int) -> None:
    # `_reserve` has locked the account's row, so no other transaction can open a batch now.
    found = connection.execute(
        select(func.count()).where(batches.c.account_id == account, batches.c.is_open.is_(True))
    ).scalar_one()
    if found > max_open:
        raise TooManyOpenBatchesError


def _book(
    connection: Connection, account: str, *, held: int, used: int = 0, proxy_bytes: int = 0
) -> None:
    """Add to the sums of the account; negative numbers reduce them."""
    connection.execute(
        update(accounts)
        .where(accounts.c.id == account)
        .values(
            credits_held=accounts.c.credits_held + held,
            credits_used=accounts.c.credits_used + used,
            proxy_bytes_used=accounts.c.proxy_bytes_used + proxy_bytes,
        )
    )


def _close(connection: Connection, batch_id: str, generation: int, **values: object) -> None:
    """Mark the generation as not open, and set other columns of the batch to `values`."""
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id, batches.c.generation == generation)
        .values(is_open=False, **values)
    )


def _is(table: Table, batch_id: str, generation: int) -> ColumnElement[bool]:
    return and_(table.c.batch_id == batch_id, table.c.generation == generation)
