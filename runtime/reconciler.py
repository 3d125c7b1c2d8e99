"""Repairs what died between two steps: reservations whose workflow never began, and those whose
workflow ended without settling. Sweeps out idempotency keys that have expired, secrets that nobody
needs any more, and pages that have waited for a model for too long."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities import checkpoints
from storage import idempotency, ledger
from storage.bucket import Bucket, StorageUnavailableError
from storage.database import Database, DatabaseUnavailableError
from storage.vault import Vault
from workflows.batch import BatchWorkflow
from workflows.history import state_from_history
from workflows.state import BatchState, workflow_id

logger = logging.getLogger(__name__)

_RPC_TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True)
class _Ended:
    """What the latest run of a batch's workflow left."""

    status: Literal["completed", "failed", "cancelled"]
    state: BatchState


class Reconciler:
    """Compares open reservations with what Temporal knows. Any number may run at once.

    `interval` is how often, and how old a reservation has to be before it is looked at, in
    seconds. It has to be longer than an API process can take from reserving to starting.
    """

    def __init__(
        self,
        client: Client,
        database: Database,
        vault: Vault,
        bucket: Bucket,
        *,
        interval: float,
    ) -> None:
        self._client = client
        self._database = database
        self._vault = vault
        self._bucket = bucket
        self._interval = interval

    async def run_forever(self) -> None:
        """Repairs again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            try:
                await self.run_once()
            except (RPCError, DatabaseUnavailableError, StorageUnavailableError) as error:
                logger.warning("could not reconcile: %s", error)

    async def run_once(self) -> None:
        """Repairs what is old enough. Raises `RPCError`, `DatabaseUnavailableError`,
        `StorageUnavailableError`."""
        before = datetime.now(UTC) - timedelta(seconds=self._interval)
        for batch in await self._database.run(ledger.open_batches, before=before):
            await self._repair(batch)
        await self._database.run(idempotency.delete_expired)
        await self._sweep_secrets()
        await checkpoints.sweep(self._bucket)

    async def _sweep_secrets(self) -> None:
        """Deletes secrets that have expired, or whose generation does not run any more."""
        secrets = await self._vault.all(older_than=timedelta(seconds=self._interval))
        for batch_id, generation, is_expired in secrets:
            if is_expired or not await self._database.run(ledger.is_open, batch_id, generation):
                await self._vault.delete(batch_id, generation)
                logger.warning(
                    "repaired: deleted a secret that nobody needs",
                    extra={"batch": batch_id, "generation": generation},
                )

    async def _repair(self, batch: ledger.OpenBatch) -> None:
        is_running, ended = await self._last_run(batch.batch_id)
        if is_running:
            return
        extra = {"batch": batch.batch_id, "generation": batch.generation}
        if not batch.is_admitted:
            if await self._database.run(ledger.withdraw, batch.batch_id, batch.generation):
                logger.warning("repaired: withdrew a reservation that never began", extra=extra)
            return
        await self._database.run(_settle_rest, batch, ended)
        logger.warning("repaired: settled a batch that ended without doing so", extra=extra)

    async def _last_run(self, batch_id: str) -> tuple[bool, _Ended | None]:
        """Whether the batch runs; if not, how it ended, or None if Temporal does not know it."""
        handle = self._client.get_workflow_handle_for(BatchWorkflow.run, workflow_id(batch_id))
        try:
            description = await handle.describe(rpc_timeout=_RPC_TIMEOUT)
            if description.status == WorkflowExecutionStatus.RUNNING:
                return True, None
            if description.status == WorkflowExecutionStatus.COMPLETED:
                state = await handle.result(rpc_timeout=_RPC_TIMEOUT)
                return False, _Ended("cancelled" if state.cancellation else "completed", state)
            history = await handle.fetch_history(rpc_timeout=_RPC_TIMEOUT)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return False, None
            raise
        state = state_from_history(history, self._client.data_converter)
        state.finished_at = description.close_time
        return False, _Ended("failed", state)


def _settle_rest(connection: Connection, batch: ledger.OpenBatch, ended: _Ended | None) -> None:
    if ended is None:
        ledger.refund_rest(connection, batch.batch_id, batch.generation)
        ledger.end_lost(connection, batch.batch_id, batch.generation)
        return
    state = ended.state
    items = [
        ledger.Settlement(item.uuid, item.is_completed, item.extra, item.proxy_bytes)
        for item in (
            state.settled(each) for each in state.items if each.generation == batch.generation
        )
    ]
    ledger.settle(connection, batch.batch_id, batch.generation, items)
    ledger.refund_rest(connection, batch.batch_id, batch.generation)
    ending = ledger.Ending(
        status=ended.status,
        completed=state.count("completed"),
        # What had not ended will not any more.
        failed=state.count("failed") + state.count("pending"),
        finished_at=state.finished_at or datetime.now(UTC),
    )
    ledger.end(connection, batch.batch_id, batch.generation, ending)
