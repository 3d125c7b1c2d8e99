"""The activities that keep the credit ledger. They are short and safe to repeat."""

from __future__ import annotations

from sqlalchemy import Connection
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.items import ADMIT_BATCH, SETTLE_ITEMS, AdmitInput, SettleInput
from storage import ledger
from storage.database import Database, DatabaseUnavailableError


class LedgerActivities:
    """The activities on the ledger in `database`.

    Each raises `ApplicationError` if the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name=ADMIT_BATCH)
    async def admit_batch(self, batch: AdmitInput) -> bool:
        """Let a generation begin. Return False if its reservation was withdrawn."""
        try:
            return await self._database.run(ledger.admit, batch.batch_id, batch.generation)
        except DatabaseUnavailableError:
            raise _unavailable() from None

    @activity.defn(name=SETTLE_ITEMS)
    async def settle_items(self, settled: SettleInput) -> None:
        """Settle items that have ended. Record the end of their generation if `end` is set."""
        try:
            await self._database.run(_settle, settled)
        except DatabaseUnavailableError:
            raise _unavailable() from None


def _settle(connection: Connection, settled: SettleInput) -> None:
    ledger.settle(connection, settled.batch_id, settled.generation, settled.items)
    if settled.end is not None:
        ledger.end(connection, settled.batch_id, settled.generation, settled.end)


def _unavailable() -> ApplicationError:
    return ApplicationError("The database is out of reach.", type="DATABASE_UNAVAILABLE")
