"""Idempotency keys: which batch a client's key stands for.

Each function runs in the transaction of its caller. Hashes of keys and bodies are stored, never
the keys and bodies themselves.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.sql import ColumnElement

from storage.database import insert_or_ignore
from storage.tables import batches, idempotency_keys, reservations

RETENTION = timedelta(hours=24)
"""How long a key stands for its batch. The contract says 24 hours."""


class KeyTakenError(Exception):
    """The key already stands for a batch."""


@dataclass(frozen=True)
class KeyUse:
    """An idempotency key and the body that came with it, as hashes. `key_use` creates it."""

    key_hash: str
    body_hash: str
    other_body_hashes: tuple[str, ...] = ()
    """Hashes that the same body had under the other sealing keys."""


@dataclass(frozen=True)
class KeyedBatch:
    """The batch that an idempotency key stands for."""

    batch_id: str
    total_urls: int
    is_same_body: bool
    """Whether the batch was submitted with the same body."""
    is_begun: bool
    """Whether the batch has begun. Until then it can be withdrawn."""


def key_use(key: str, body: bytes, *others: bytes) -> KeyUse:
    """Return the hashes of `key` and `body`.

    `body` must be a canonical form: the same bytes for equal bodies. `others` are canonical forms
    that the same body may have had earlier. Each hash also covers the key, so equal bodies of
    different keys have different hashes.

    A reader of the hashes can check a guess at the body. So the body must not contain a secret.
    """
    key_bytes = key.encode(errors="surrogateescape")
    salt = hashlib.sha256(key_bytes).digest()
    first, *rest = (hashlib.sha256(salt + each).hexdigest() for each in (body, *others))
    return KeyUse(hashlib.sha256(key_bytes).hexdigest(), first, tuple(rest))


def find_batch(connection: Connection, account: str, use: KeyUse) -> KeyedBatch | None:
    """Return the batch that the key stands for, or None if the key is free."""
    row = connection.execute(
        select(
            idempotency_keys.c.batch_id,
            idempotency_keys.c.body_hash,
            batches.c.total_urls,
            reservations.c.is_admitted,
        )
        .join(batches, batches.c.id == idempotency_keys.c.batch_id)
        .join(
            reservations,
            (reservations.c.batch_id == batches.c.id) & (reservations.c.generation == 1),
        )
        .where(_is(account, use), idempotency_keys.c.created_at > datetime.now(UTC) - RETENTION)
    ).first()
    if row is None:
        return None
    is_same = row.body_hash in (use.body_hash, *use.other_body_hashes)
    return KeyedBatch(row.batch_id, row.total_urls, is_same, row.is_admitted)


def claim_key(
    connection: Connection, account: str, use: KeyUse, batch_id: str, now: datetime
) -> None:
    """Let the key stand for the batch, whose row must exist.

    Raises `KeyTakenError` if the key stands for another batch.
    """
    connection.execute(
        delete(idempotency_keys).where(
            _is(account, use), idempotency_keys.c.created_at <= now - RETENTION
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
    """Free the key that stands for the batch, if there is one."""
    connection.execute(delete(idempotency_keys).where(idempotency_keys.c.batch_id == batch_id))


def delete_expired(connection: Connection) -> None:
    """Delete the keys that are older than `RETENTION`."""
    connection.execute(
        delete(idempotency_keys).where(
            idempotency_keys.c.created_at <= datetime.now(UTC) - RETENTION
        )
    )


def _is(account: str, use: KeyUse) -> ColumnElement[bool]:
    """Return the condition that a row is that of the account's key."""
    return (idempotency_keys.c.account_id == account) & (
        idempotency_keys.c.key_hash == use.key_hash
    )
