"""The key of every object in the bucket.

    batches/BATCH/request.json                            the options of a batch
    batches/BATCH/ITEM/GENERATION-ATTEMPT/result.json     the result of an item
    batches/BATCH/ITEM/GENERATION-ATTEMPT/screenshot.png  the screenshot of an item
    checkpoints/BATCH/ITEM.json                           a page that waits for a model
    secrets/BATCH/GENERATION                              sealed secrets, such as cookies

The reconciler lists the checkpoints and the secrets, and deletes objects that are not needed.
"""

from __future__ import annotations

CHECKPOINTS = "checkpoints/"
"""Prefix of the pages that wait for a model."""

SECRETS = "secrets/"
"""Prefix of the sealed secrets."""


def request_key(batch_id: str) -> str:
    """Return the key of a batch's options."""
    return f"batches/{batch_id}/request.json"


def item_prefix(batch_id: str, item_uuid: str, generation: int, attempt: int) -> str:
    """Return the prefix of the objects that one attempt at an item writes.

    Each attempt has a prefix of its own. An attempt that counts as lost may still be running, and
    it must not overwrite the result that its successor reported.
    """
    return f"batches/{batch_id}/{item_uuid}/{generation}-{attempt}"


def result_key(prefix: str) -> str:
    """Return the key of an item's result; `prefix` is from `item_prefix`."""
    return f"{prefix}/result.json"


def screenshot_key(prefix: str) -> str:
    """Return the key of an item's screenshot; `prefix` is from `item_prefix`."""
    return f"{prefix}/screenshot.png"


def checkpoint_key(batch_id: str, item_uuid: str) -> str:
    """Return the key of an item's page while the page waits for a model."""
    return f"{CHECKPOINTS}{batch_id}/{item_uuid}.json"


def secrets_key(batch_id: str, generation: int) -> str:
    """Return the key of the sealed secrets of one generation of a batch."""
    return f"{SECRETS}{batch_id}/{generation}"


def parse_secrets_key(key: str) -> tuple[str, int] | None:
    """Return batch and generation of a `secrets_key`, or None if `key` is not one."""
    batch_id, _, generation = key.removeprefix(SECRETS).rpartition("/")
    if not key.startswith(SECRETS) or not generation.isdecimal():
        return None
    return batch_id, int(generation)
