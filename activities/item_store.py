"""What the run of an item reads from the bucket, and writes to it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from activities.checkpoints import Checkpoints, PageCheckpoint
from activities.item_context import ItemContext
from domain.failures import ScrapeError
from domain.options import StoredOptions, read_sealed
from storage.bucket import Bucket, ObjectMissingError, StorageUnavailableError
from storage.keys import item_prefix, request_key, result_key, screenshot_key
from storage.vault import SecretUnavailableError, Vault

_CACHED_OPTIONS = 1000
"""Batches whose options a worker remembers: each has at most 64 KB of schema, most have none."""

_PAUSE = 1.0
"""Seconds before the bucket is tried again."""

_PATIENCE = 30.0
"""Seconds after which a run gives up on the bucket. The workflow then starts another one."""

T = TypeVar("T")


class ItemStore:
    """The objects of items in `bucket`, and their secrets in `vault`.

    While the bucket is out of reach, each method tries again for half a minute, since the page
    would otherwise have to be fetched once more. Then it raises `StorageUnavailableError`.
    """

    def __init__(self, bucket: Bucket, vault: Vault) -> None:
        self._bucket = bucket
        self._vault = vault
        self._checkpoints = Checkpoints(bucket)
        self._options: OrderedDict[str, StoredOptions] = OrderedDict()

    async def load_options(self, batch_id: str) -> StoredOptions:
        """Return the options of a batch. Raises `ScrapeError` with `REQUEST_MISSING`."""
        if batch_id not in self._options:
            try:
                body = await _persistently(lambda: self._bucket.get(request_key(batch_id)))
            except ObjectMissingError:
                what = "The batch's request is not in the bucket any more."
                raise ScrapeError("REQUEST_MISSING", what) from None
            self._options[batch_id] = StoredOptions.from_stored(body)
            if len(self._options) > _CACHED_OPTIONS:
                self._options.popitem(last=False)
        return self._options[batch_id]

    async def load_secrets(self, run: ItemContext) -> dict[str, Any]:
        """Return the secrets of the item's batch. Raises `ScrapeError` if they cannot be opened."""
        item = run.item
        if not item.has_secrets:
            return {}
        try:
            sealed = await _persistently(lambda: self._vault.get(item.batch_id, item.generation))
        except SecretUnavailableError as error:
            names = " and ".join(run.options.secrets_given) or "cookies"
            what = f"The batch's {names} cannot be opened: {error}."
            raise ScrapeError("COOKIES_UNAVAILABLE", what) from None
        return read_sealed(sealed)

    async def put_result(self, run: ItemContext, result: str | dict[str, Any]) -> None:
        """Write the item's result as JSON, and set its key in the outcome."""
        key = result_key(_prefix(run))
        body = json.dumps(result, ensure_ascii=False).encode(errors="replace")
        await self._put(key, body, "application/json")
        run.outcome.result_key = key

    async def put_screenshot(self, run: ItemContext, picture: bytes | None) -> str | None:
        """Write the item's screenshot and return its key; None if there is no screenshot."""
        if picture is None:
            return None
        key = screenshot_key(_prefix(run))
        await self._put(key, picture, "image/png")
        return key

    async def save_checkpoint(self, run: ItemContext, page: PageCheckpoint) -> None:
        """Keep `page` until the model has answered."""
        await _persistently(
            lambda: self._checkpoints.save(run.item.batch_id, run.item.item_uuid, page)
        )

    async def load_checkpoint(self, run: ItemContext) -> PageCheckpoint | None:
        """Return the page that an earlier run of the item has kept, if it is not too old."""
        return await _persistently(
            lambda: self._checkpoints.load(run.item.batch_id, run.item.item_uuid)
        )

    async def delete_checkpoint(self, run: ItemContext) -> None:
        """Delete the page that is kept. A sweep deletes it later if the bucket is away."""
        await self._checkpoints.delete(run.item.batch_id, run.item.item_uuid)

    async def _put(self, key: str, body: bytes, content_type: str) -> None:
        await _persistently(lambda: self._bucket.put(key, body, content_type))


def _prefix(run: ItemContext) -> str:
    item = run.item
    return item_prefix(item.batch_id, item.item_uuid, item.generation, run.outcome.attempts)


async def _persistently(call: Callable[[], Awaitable[T]]) -> T:
    """Return `call()`, repeated while the bucket is out of reach."""
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            return await call()
        except StorageUnavailableError:
            if time.monotonic() > give_up:
                raise
        await asyncio.sleep(_PAUSE)
