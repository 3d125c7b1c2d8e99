"""Idempotency keys: which batch a client's key stands for. Each function takes the connection of a
transaction. Neither keys nor bodies are stored, only hashes of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.sql import ColumnElement

from storage.database import insert_or_ignore
from storage.tables import batches, idempotency_keys, reservations

KEEPS = timedelta(hours=24)
"""How long a key stands for its batch (the contract)."""


class KeyTakenError(Exception):
    """The key stands for a batch already."""


@dataclass(frozen=True)
class KeyUse:
    """A key and the body that came with it, as hashes; see `key_use`."""

    key_hash: str
    body_hash: str
    other_body_hashes: tuple[str, ...] = ()
    """What the body's hash may have been as well, if another key was in use then."""


@dataclass(frozen=True)
class KeyedBatch:
    """The batch that a key stands for."""

    batch_id: str
    total_urls: int
    is_same_body: bool
    """Whether it was submitted with the body in question."""
    is_begun: bool
    """Whether it can no longer be withdrawn."""


def key_use(key: str, body: bytes, *others: bytes) -> KeyUse:
    """What is stored of `key` and of `body`, which has to be the same for equal bodies, or may have
    been one of `others`. The key is part of all hashes, so that equal bodies do not show as such.

    Who reads the hashes can tell whether a guess at the body is right: it must hold no secret.
    """
    key_bytes = key.encode(errors="surrogateescape")
    salt = hashlib.sha256(key_bytes).digest()
    first, *rest = (hashlib.sha256(salt + each).hexdigest() for each in (body, *others))
    return KeyUse(hashlib.sha256(key_bytes).hexdigest(), first, tuple(rest))


def find_batch(connection: Connection, account: str, use: KeyUse) -> KeyedBatch | None:
    """The batch that the key of `use` stands for; None if it is free."""
    row = connection.execute(
        select(
            idempotency_keys.c.batch_id,
            idempotency_keys.c.body_hash,
            batches.c.total_urls,
            batches.c.generation,
            reservations.c.is_admitted,
        )
        .join(batches, batches.c.id == idempotency_keys.c.batch_id)
        .join(
            reservations,
            (reservations.c.batch_id == batches.c.id) & (reservations.c.generation == 1),
        )
        .where(_is(account, use), idempotency_keys.c.created_at > datetime.now(UTC) - KEEPS)
    ).first()
    if row is None:
        return None
    is_same = row.body_hash in (use.body_hash, *use.other_body_hashes)
    return KeyedBatch(row.batch_id, row.total_urls, is_same, row.is_admitted)


def claim_key(
    connection: Connection, account: str, use: KeyUse, batch_id: str, now: datetime
) -> None:
    """Lets the key stand for that batch, whose row is there. Raises `KeyTakenError`."""
    connection.execute(
        delete(idempotency_keys).where(
            _is(account, use), idempotency_keys.c.created_at <= now - KEEPS
        )
    )
    claimed = connection.execute(
        insert_or_ignore(connection, idempotency_keys)
        .values(
            account_id=account,
            key_hash=use.key_hash,
            body_hash=use.body_hash,
            batch_id=batch_id,
            created_at=now,
        )
        .returning(idempotency_keys.c.key_hash)
    ).first()
    if claimed is None:
        raise KeyTakenError


def free_key(connection: Connection, batch_id: str) -> None:
    """Frees the key that stands for that batch, if there is one."""
    connection.execute(delete(idempotency_keys).where(idempotency_keys.c.batch_id == batch_id))


def delete_expired(connection: Connection) -> None:
    """Deletes the keys that stand for nothing any more."""
    connection.execute(
        delete(idempotency_keys).where(idempotency_keys.c.created_at <= datetime.now(UTC) - KEEPS)
    )


def _is(account: str, use: KeyUse) -> ColumnElement[bool]:
    return (idempotency_keys.c.account_id == account) & (
        idempotency_keys.c.key_hash == use.key_hash
    )
