"""The credit ledger. At any time, and whatever crashed:

    reserved = charged from reservations (base) + refunded + still held

Credits are reserved per batch and generation, when it is accepted or retried, and settled per
item when the item ends. Each function runs in a transaction of its caller; each may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

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

from storage.database import insert_or_ignore, utc
from storage.idempotency import KeyUse, claim_key, free_key
from storage.tables import accounts, batches, reservations, settlements

_UNKNOWN_ITEM = "unknown"
"""Stands in a settlement for the items of a batch that Temporal has lost."""


class CreditLimitReachedError(Exception):
    """The account cannot pay."""

    def __init__(self, needed: int, remaining: int) -> None:
        super().__init__(f"{needed} credits are needed and {remaining} remain")
        self.needed = needed
        self.remaining = remaining


class TooManyOpenBatchesError(Exception):
    """The account has as many unfinished batches as it may."""


class BatchOpenError(Exception):
    """The batch has not ended, or somebody else was faster to open it again."""


@dataclass(frozen=True)
class Settlement:
    """How an item ended, in credits."""

    item_uuid: str
    completed: bool
    """Whether what was reserved for the item is charged; otherwise it is given back."""
    extra: int = 0
    """What is charged on top of it."""
    proxy_bytes: int = 0
    """What went through a proxy for the item, also if it failed."""


@dataclass(frozen=True)
class Ending:
    """How a batch ended."""

    status: Literal["completed", "failed", "cancelled"]
    completed: int
    """How many of its items, of all generations, are completed."""
    failed: int
    finished_at: datetime


@dataclass(frozen=True)
class Usage:
    """The credits of an account, and its traffic."""

    limit: int
    used: int
    """What was charged, and what open batches hold."""
    since: datetime
    proxy_bytes: int = 0
    """What went through proxies for items that have ended."""

    @property
    def remaining(self) -> int:
        """What can still be reserved; never below 0."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True)
class OpenBatch:
    """A batch whose latest generation has not ended."""

    batch_id: str
    generation: int
    is_admitted: bool


def open_batch(
    connection: Connection,
    *,
    batch_id: str,
    account: str,
    total_urls: int,
    output_format: str,
    credits_per_item: int,
    created_at: datetime,
    max_open: int,
    key_use: KeyUse | None = None,
) -> None:
    """Records a batch that is about to start, its credits reserved, and with `key_use` the
    idempotency key that it is submitted under.

    Raises `CreditLimitReachedError`, `TooManyOpenBatchesError` if the account would have more than
    `max_open`, or `KeyTakenError`; the transaction must then be rolled back.
    """
    connection.execute(
        insert(batches).values(
            id=batch_id,
            account_id=account,
            total_urls=total_urls,
            output_format=output_format,
            created_at=created_at,
            generation=1,
            ended_generation=0,
            is_open=True,
        )
    )
    if key_use is not None:
        claim_key(connection, account, key_use, batch_id, created_at)
    _reserve(connection, batch_id, 1, account, total_urls, credits_per_item)
    _check_open(connection, account, max_open)


def reopen_batch(
    connection: Connection,
    *,
    batch_id: str,
    account: str,
    seen_generation: int,
    items: int,
    credits_per_item: int,
    max_open: int,
) -> int:
    """Opens an ended batch again for `items` of its items, their credits reserved afresh.

    Returns the new generation. `seen_generation` is the one whose end the caller has seen.
    Raises `BatchOpenError` if the batch is open or has moved on since, `CreditLimitReachedError`
    if the account cannot pay, `TooManyOpenBatchesError` if it would have more than `max_open`; the
    transaction must then be rolled back.
    """
    generation = connection.execute(
        update(batches)
        .where(
            batches.c.id == batch_id,
            batches.c.is_open.is_(False),
            batches.c.ended_generation == seen_generation,
        )
        .values(generation=batches.c.generation + 1, is_open=True)
        .returning(batches.c.generation)
    ).scalar()
    if generation is None:
        raise BatchOpenError
    _reserve(connection, batch_id, generation, account, items, credits_per_item)
    _check_open(connection, account, max_open)
    return int(generation)


def admit(connection: Connection, batch_id: str, generation: int) -> bool:
    """Lets the workflow of a generation begin. False if the reservation was withdrawn: then it
    must not. Either this or `withdraw` wins, whichever comes first."""
    admitted = connection.execute(
        update(reservations).where(_is(reservations, batch_id, generation)).values(is_admitted=True)
    )
    return bool(admitted.rowcount)


def withdraw(connection: Connection, batch_id: str, generation: int) -> bool:
    """Gives back the reservation of a generation that has not begun, as if it had never been; an
    idempotency key is free again.
    False if it has begun, or was withdrawn before."""
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
    connection: Connection, batch_id: str, generation: int, items: Iterable[Settlement]
) -> None:
    """Settles items that have ended. What is settled already stays as it was, and so does all of
    a generation that has ended."""
    reservation = _open_reservation(connection, batch_id, generation)
    if reservation is None:
        return
    per_item = reservation.credits_per_item
    now = datetime.now(UTC)
    for item in items:
        extra = item.extra if item.completed else 0
        settled = connection.execute(
            insert_or_ignore(connection, settlements)
            .values(
                batch_id=batch_id,
                generation=generation,
                item_uuid=item.item_uuid,
                base=per_item if item.completed else 0,
                refunded=0 if item.completed else per_item,
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
                used=per_item + extra if item.completed else 0,
                proxy_bytes=item.proxy_bytes,
            )


def refund_rest(connection: Connection, batch_id: str, generation: int) -> None:
    """Gives back what a generation still holds, for items of which nobody knows how they ended."""
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


def end(connection: Connection, batch_id: str, generation: int, ending: Ending) -> None:
    """Records that a generation has run to its end, and how it left the batch, which may be
    opened again."""
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


def end_lost(connection: Connection, batch_id: str, generation: int) -> None:
    """Records the end of a generation of which nothing is known but what was settled."""
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
    ending = Ending("failed", batch.completed, failed, datetime.now(UTC))
    end(connection, batch_id, generation, ending)


def open_batches(connection: Connection, *, before: datetime) -> list[OpenBatch]:
    """The batches whose latest generation was reserved before `before` and has not ended."""
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
    """Whether a generation may still run, or begin to."""
    found = connection.execute(
        select(batches.c.id).where(
            batches.c.id == batch_id,
            batches.c.generation == generation,
            batches.c.is_open.is_(True),
        )
    ).first()
    return found is not None


def usage(connection: Connection, account: str) -> Usage:
    """What `account`, which must exist, has used."""
    row = connection.execute(select(accounts).where(accounts.c.id == account)).one()
    return Usage(
        row.credits_limit,
        row.credits_used + row.credits_held,
        utc(row.created_at),
        row.proxy_bytes_used,
    )


def _open_reservation(connection: Connection, batch_id: str, generation: int) -> Row[Any] | None:
    """The reservation of a generation that has not ended, locked for this transaction."""
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
    # One statement checks and reserves, so that requests at once cannot spend the same credits.
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
    # `_reserve` has locked the account's row, so no other transaction can come in between.
    found = connection.execute(
        select(func.count()).where(batches.c.account_id == account, batches.c.is_open.is_(True))
    ).scalar_one()
    if found > max_open:
        raise TooManyOpenBatchesError


def _book(
    connection: Connection, account: str, *, held: int, used: int = 0, proxy_bytes: int = 0
) -> None:
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
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id, batches.c.generation == generation)
        .values(is_open=False, **values)
    )


def _is(table: Table, batch_id: str, generation: int) -> ColumnElement[bool]:
    return and_(table.c.batch_id == batch_id, table.c.generation == generation)
