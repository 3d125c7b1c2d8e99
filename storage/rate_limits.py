"""The rate limit of each account, counted in SQL so that all API processes share one count."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection, case
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import rate_windows

WINDOW_SECONDS = 15 * 60
"""Length of a window. The contract says 15 minutes.

A window begins with the first request after the end of the previous window.
"""


@dataclass(frozen=True)
class Allowance:
    """How many requests an account may still make in its window."""

    limit: int
    remaining: int
    """Requests after this one, never below 0."""
    reset_seconds: int
    """Time until the next window, at least 1."""
    is_exceeded: bool
    """Whether this request is over the limit."""


def count_request(connection: Connection, account: str, limit: int) -> Allowance:
    """Count a request of `account`, which may make `limit` requests in one window."""
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
