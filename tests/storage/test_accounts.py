"""API keys, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from settings import ApiKey
from storage import accounts
from storage.database import Database
from tests.support.databases import on_each_kind


@on_each_kind
def test_keys_open_their_account_until_they_expire_or_are_revoked(database: Database) -> None:
    account, past = "account", datetime.now(UTC) - timedelta(seconds=1)
    with database.transaction() as connection:
        first, second = (accounts.new_key(connection, account) for _ in range(2))
        expired = accounts.new_key(connection, account, expires_at=past)
        assert accounts.account_of_key(connection, first) == account
        assert accounts.account_of_key(connection, expired) is None
        key_id = accounts.hash_key(second)[: accounts.KEY_ID_LENGTH]
        assert key_id in {key.id for key in accounts.list_keys(connection, account)}
        assert accounts.revoke_key(connection, key_id)
        assert not accounts.revoke_key(connection, key_id)
        assert accounts.account_of_key(connection, second) is None
        assert accounts.account_of_key(connection, first) == account
        with pytest.raises(accounts.UnknownAccountError):
            accounts.new_key(connection, "nobody")


@on_each_kind
def test_keys_that_left_the_settings_open_nothing(database: Database) -> None:
    first, second = (ApiKey(key=f"key-number-{n}", account="acme", credits=n) for n in (1, 2))
    with database.transaction() as connection:
        accounts.ensure_keys(connection, [first])
        created = accounts.new_key(connection, "acme")
        accounts.ensure_keys(connection, [second])
        assert accounts.account_of_key(connection, first.key) is None
        assert accounts.account_of_key(connection, second.key) == "acme"
        assert accounts.account_of_key(connection, created) == "acme"
        accounts.ensure_keys(connection, [first])
        assert accounts.account_of_key(connection, first.key) == "acme"


@on_each_kind
def test_a_revoked_key_stays_revoked_whatever_the_settings_say(database: Database) -> None:
    entry = ApiKey(key="key-number-1", account="acme", credits=1)
    with database.transaction() as connection:
        accounts.ensure_keys(connection, [entry])
        accounts.revoke_key(connection, accounts.hash_key(entry.key)[: accounts.KEY_ID_LENGTH])
        for keys in ([], [entry]):
            accounts.ensure_keys(connection, keys)
            assert accounts.account_of_key(connection, entry.key) is None
