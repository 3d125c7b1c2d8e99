"""The activities that keep the credit ledger: short, and safe to repeat."""

from __future__ import annotations

from sqlalchemy import Connection
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.items import ADMIT_BATCH, SETTLE_ITEMS, AdmitInput, SettleInput
from storage import ledger
from storage.database import Database, DatabaseUnavailableError


class LedgerActivities:
    """The ledger in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name=ADMIT_BATCH)
    async def admit_batch(self, batch: AdmitInput) -> bool:
        """Whether the generation may begin: False if its reservation was withdrawn.

        Raises `ApplicationError` if the database is out of reach.
        """
        try:
            return await self._database.run(ledger.admit, batch.batch_id, batch.generation)
        except DatabaseUnavailableError:
            raise _unavailable() from None

    @activity.defn(name=SETTLE_ITEMS)
    async def settle_items(self, settled: SettleInput) -> None:
        """Settles items that have ended, and with `end` the generation as a whole.

        Raises `ApplicationError` if the database is out of reach.
        """
        try:
            await self._database.run(_settle, settled)
        except DatabaseUnavailableError:
            raise _unavailable() from None


def _settle(connection: Connection, settled: SettleInput) -> None:
    items = [
        ledger.Settlement(item.uuid, item.is_completed, item.extra, item.proxy_bytes)
        for item in settled.items
    ]
    ledger.settle(connection, settled.batch_id, settled.generation, items)
    if settled.end is not None:
        ending = ledger.Ending(**settled.end.model_dump())
        ledger.end(connection, settled.batch_id, settled.generation, ending)


def _unavailable() -> ApplicationError:
    return ApplicationError("The database is out of reach.", type="DATABASE_UNAVAILABLE")
