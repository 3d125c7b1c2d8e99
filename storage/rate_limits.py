"""How many requests an account has made, counted where all API processes see it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection, case
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import rate_windows

WINDOW_SECONDS = 15 * 60
"""A window begins with the first request after the last one is over (the contract: 15 minutes)."""


@dataclass(frozen=True)
class Allowance:
    """What an account may still ask for."""

    limit: int
    remaining: int
    """Requests after this one; never below 0."""
    reset_seconds: int
    """Until the next window; at least 1."""
    is_exceeded: bool
    """Whether this request is one too many."""


def count_request(connection: Connection, account: str, limit: int) -> Allowance:
    """Counts a request of `account`, which may make `limit` in one window."""
    now = int(time.time())
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(rate_windows).values(account_id=account, started_at=now, requests=1)
    is_over = rate_windows.c.started_at <= now - WINDOW_SECONDS
    row = connection.execute(
        insert.on_conflict_do_update(
            index_elements=[rate_windows.c.account_id],
            set_={
                "started_at": case((is_over, now), else_=rate_windows.c.started_at),
                "requests": case((is_over, 1), else_=rate_windows.c.requests + 1),
            },
        ).returning(rate_windows.c.started_at, rate_windows.c.requests)
    ).one()
    return Allowance(
        limit=limit,
        remaining=max(0, limit - row.requests),
        reset_seconds=max(1, row.started_at + WINDOW_SECONDS - now),
        is_exceeded=row.requests > limit,
    )
