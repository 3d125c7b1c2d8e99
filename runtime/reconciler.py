"""The reconciler: it repairs what a crash between two steps left behind.

It withdraws reservations whose workflow never began. It settles batches whose workflow ended
without settling. It also deletes expired idempotency keys, secrets that are no longer needed, and
pages that have waited too long for a model.
"""

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
from domain.items import BatchEnd
from storage import batches, idempotency, ledger
from storage.batches import OpenBatch
from storage.bucket import Bucket, StorageUnavailableError
from storage.database import Database, DatabaseUnavailableError
from storage.vault import Vault
from workflows.batch import BatchWorkflow
from workflows.history import state_from_history
from workflows.state import BatchState, workflow_id

logger = logging.getLogger(__name__)

_RPC_TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True)
class _EndedRun:
    """A run of a batch's workflow that has ended."""

    status: Literal["completed", "failed", "cancelled"]
    state: BatchState


class Reconciler:
    """Compares open reservations with the workflows that Temporal knows.

    Several reconcilers may run at the same time. `interval` is in seconds. It is the pause
    between two repairs. Younger reservations and secrets are left alone, so it must be longer
    than an API process needs from reserving credits to starting the workflow.
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
        self._interval = timedelta(seconds=interval)

    async def run_forever(self) -> None:
        """Repair at every interval until cancelled."""
        while True:
            await asyncio.sleep(self._interval.total_seconds())
            try:
                await self.run_once()
            except (RPCError, DatabaseUnavailableError, StorageUnavailableError) as error:
                logger.warning("could not reconcile: %s", error)

    async def run_once(self) -> None:
        """Repair what is older than the interval, and delete what is no longer needed.

        Raises `RPCError`, `DatabaseUnavailableError` or `StorageUnavailableError`.
        """
        before = datetime.now(UTC) - self._interval
        for batch in await self._database.run(batches.open_batches, before=before):
            await self._repair(batch)
        await self._database.run(idempotency.delete_expired)
        await self._delete_unneeded_secrets()
        await checkpoints.sweep(self._bucket)

    async def _repair(self, batch: OpenBatch) -> None:
        is_running, ended = await self._last_run(batch.batch_id)
        if is_running:
            return
        extra = {"batch": batch.batch_id, "generation": batch.generation}
        if not batch.is_admitted:
            if await self._database.run(ledger.withdraw, batch.batch_id, batch.generation):
                logger.warning("repaired: withdrew a reservation that never began", extra=extra)
            return
        await self._database.run(_settle_rest, batch, ended)
        logger.warning(
            "repaired: settled a batch whose workflow ended without settling", extra=extra
        )

    async def _last_run(self, batch_id: str) -> tuple[bool, _EndedRun | None]:
        """Return whether the batch is running, and its latest run if that has ended.

        The run is None as well if Temporal does not know the batch.
        """
        handle = self._client.get_workflow_handle_for(BatchWorkflow.run, workflow_id(batch_id))
        try:
            description = await handle.describe(rpc_timeout=_RPC_TIMEOUT)
            if description.status == WorkflowExecutionStatus.RUNNING:
                return True, None
            if description.status == WorkflowExecutionStatus.COMPLETED:
                state = await handle.result(rpc_timeout=_RPC_TIMEOUT)
                return False, _EndedRun("cancelled" if state.cancellation else "completed", state)
            history = await handle.fetch_history(rpc_timeout=_RPC_TIMEOUT)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return False, None
            raise
        state = state_from_history(history, self._client.data_converter)
        state.finished_at = description.close_time
        return False, _EndedRun("failed", state)

    async def _delete_unneeded_secrets(self) -> None:
        """Delete secrets that have expired or whose generation is no longer open."""
        for secret in await self._vault.list_secrets(older_than=self._interval):
            batch_id, generation = secret.batch_id, secret.generation
            if not secret.is_expired and await self._database.run(
                batches.is_open, batch_id, generation
            ):
                continue
            await self._vault.delete(batch_id, generation)
            logger.warning(
                "repaired: deleted a secret that is no longer needed",
                extra={"batch": batch_id, "generation": generation},
            )


def _settle_rest(connection: Connection, batch: OpenBatch, ended: _EndedRun | None) -> None:
    if ended is None:
        ledger.refund_rest(connection, batch.batch_id, batch.generation)
        ledger.end_lost(connection, batch.batch_id, batch.generation)
        return
    state = ended.state
    ending = BatchEnd(
        status=ended.status,
        completed=state.count("completed"),
        # A pending item cannot end any more, because its workflow has ended.
        failed=state.count("failed") + state.count("pending"),
        finished_at=state.finished_at or datetime.now(UTC),
    )
    items = state.settled_in(batch.generation)
    ledger.end_broken(connection, batch.batch_id, batch.generation, items, ending)
