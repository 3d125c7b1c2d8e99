"""Accounts and their API keys. Each function runs in the transaction of its caller."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select, update

from settings import ApiKey
from storage.database import insert_or_ignore, utc
from storage.tables import accounts, api_keys

KEY_ID_LENGTH = 12
"""Length of a key's id, which is the start of its hash in hexadecimal digits.

Twelve digits (48 bits) tell all keys apart and do not help to guess a key.
"""


class UnknownAccountError(Exception):
    """No account has that name."""


@dataclass(frozen=True)
class Key:
    """What is stored of an API key. The key itself is not stored."""

    id: str
    account: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def hash_key(key: str) -> str:
    """Return the hash under which an API key is stored: SHA-256, hexadecimal.

    The server represents header bytes that are not UTF-8 as surrogates. The bytes are hashed.
    """
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


def account_of_key(connection: Connection, key: str) -> str | None:
    """Return the account that `key` opens, or None if it is unknown, revoked or expired."""
    key_hash = hash_key(key)
    row = connection.execute(select(api_keys).where(api_keys.c.key_hash == key_hash)).first()
    if row is None or not hmac.compare_digest(row.key_hash, key_hash):
        return None
    now = datetime.now(UTC)
    if row.revoked_at is not None or (row.expires_at is not None and utc(row.expires_at) <= now):
        return None
    return str(row.account_id)


def require_account(connection: Connection, account: str) -> None:
    """Raise `UnknownAccountError` if `account` does not exist."""
    if connection.execute(select(accounts.c.id).where(accounts.c.id == account)).first() is None:
        raise UnknownAccountError(account)


def set_limit(connection: Connection, account: str, limit: int) -> None:
    """Set how many credits `account` may use. Create the account if it does not exist."""
    row = {"id": account, "credits_limit": limit, "created_at": datetime.now(UTC)}
    connection.execute(insert_or_ignore(connection, accounts).values(row))
    connection.execute(update(accounts).where(accounts.c.id == account).values(credits_limit=limit))


def add_key(
    connection: Connection, account: str, key: str, *, expires_at: datetime | None = None
) -> None:
    """Let `key` open `account`, which must exist. A known key stays as it is."""
    connection.execute(
        insert_or_ignore(connection, api_keys).values(
            key_hash=hash_key(key),
            account_id=account,
            created_at=datetime.now(UTC),
            expires_at=expires_at,
        )
    )


def new_key(connection: Connection, account: str, *, expires_at: datetime | None = None) -> str:
    """Return a new random key that opens `account`. Only its hash is stored.

    Raises `UnknownAccountError`.
    """
    require_account(connection, account)
    key = f"sb_{secrets.token_urlsafe(32)}"
    add_key(connection, account, key, expires_at=expires_at)
    return key


def list_keys(connection: Connection, account: str | None = None) -> list[Key]:
    """Return the keys of `account`, or of all accounts, oldest first."""
    query = select(api_keys).order_by(api_keys.c.created_at)
    if account is not None:
        query = query.where(api_keys.c.account_id == account)
    return [
        Key(
            id=row.key_hash[:KEY_ID_LENGTH],
            account=row.account_id,
            created_at=utc(row.created_at),
            expires_at=utc(row.expires_at) if row.expires_at else None,
            revoked_at=utc(row.revoked_at) if row.revoked_at else None,
        )
        for row in connection.execute(query)
    ]


def revoke_key(connection: Connection, key_id: str) -> bool:
    """Revoke the key with that id, as `list_keys` returns it.

    Return False if no such key exists or it is revoked already.
    """
    revoked = connection.execute(
        update(api_keys)
        .where(
            func.substr(api_keys.c.key_hash, 1, KEY_ID_LENGTH) == key_id,
            api_keys.c.revoked_at.is_(None),
        )
        .values(revoked_at=datetime.now(UTC))
    )
    return bool(revoked.rowcount)


def ensure_keys(connection: Connection, keys: Iterable[ApiKey]) -> None:
    """Make sure that each key opens its account and that the account has the key's limit.

    Keys of an earlier call that are not among `keys` are deleted. Other keys and all accounts stay
    as they are. A revoked key stays revoked.
    """
    hashes = []
    for entry in keys:
        set_limit(connection, entry.account, entry.credits)
        add_key(connection, entry.account, entry.key)
        hashes.append(hash_key(entry.key))
    connection.execute(
        update(api_keys).where(api_keys.c.key_hash.in_(hashes)).values(is_from_settings=True)
    )
    connection.execute(
        delete(api_keys).where(
            api_keys.c.is_from_settings,
            api_keys.c.revoked_at.is_(None),
            api_keys.c.key_hash.not_in(hashes),
        )
    )
