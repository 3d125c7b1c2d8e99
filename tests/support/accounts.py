"""New accounts, so that tests do not share credits and batches."""

from __future__ import annotations

import uuid

from stack.stack import Stack
from storage import accounts
from storage.database import Database


def new_key(stack: Stack, credits_limit: int = 100_000) -> str:
    """Make an account in the stack's SQLite database, and return its key."""
    database = Database(f"sqlite:///{stack.data_dir}/spidra.db")
    account = f"a-{uuid.uuid4()}"
    with database.transaction() as connection:
        accounts.set_limit(connection, account, credits_limit)
        key = accounts.new_key(connection, account)
    database.close()
    return key
