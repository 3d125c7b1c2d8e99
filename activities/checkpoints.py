"""Pages that wait for a model, kept in the bucket.

A worker that goes on with an item then does not have to fetch its page again.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, Field, ValidationError

from activities.conversion.tasks import ModelPage
from domain.items import ItemWarning
from storage.bucket import Bucket, ObjectMissingError, StorageUnavailableError
from storage.keys import CHECKPOINTS, checkpoint_key

logger = logging.getLogger(__name__)

KEEPS = timedelta(hours=24)
"""Age at which a page is too old to answer for its URL, and is deleted."""


class PageCheckpoint(BaseModel):
    """A page as the model is to read it, with what is known of how it was fetched."""

    reading: ModelPage
    http_status: int
    final_url: str
    warnings: list[ItemWarning]
    screenshot_key: str | None = None
    taken_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Checkpoints:
    """The pages in `bucket`, at most one for each item."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def save(self, batch_id: str, item_uuid: str, page: PageCheckpoint) -> None:
        """Write `page`. Raises `StorageUnavailableError`."""
        body = page.model_dump_json().encode()
        await self._bucket.put(checkpoint_key(batch_id, item_uuid), body, "application/json")

    async def load(self, batch_id: str, item_uuid: str) -> PageCheckpoint | None:
        """Return the page of an item, if there is one that is not too old.

        Raises `StorageUnavailableError`.
        """
        try:
            body = await self._bucket.get(checkpoint_key(batch_id, item_uuid))
            page = PageCheckpoint.model_validate_json(body)
        except (ObjectMissingError, ValidationError):  # Another version may have written it.
            return None
        return page if datetime.now(UTC) - page.taken_at < KEEPS else None

    async def delete(self, batch_id: str, item_uuid: str) -> None:
        """Delete the page of an item. If the bucket is away, `sweep` deletes it later."""
        try:
            await self._bucket.delete(checkpoint_key(batch_id, item_uuid))
        except StorageUnavailableError:
            logger.info("a checkpoint is left for the sweep", extra={"item": item_uuid})


async def sweep(bucket: Bucket, *, older_than: timedelta = KEEPS) -> int:
    """Delete the pages that are that old, and return how many. Raises `StorageUnavailableError`."""
    before = datetime.now(UTC) - older_than
    old = [found.key for found in await bucket.list(CHECKPOINTS) if found.written_at < before]
    for key in old:
        await bucket.delete(key)
    return len(old)
