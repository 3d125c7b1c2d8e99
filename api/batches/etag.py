"""The entity tag of a batch, by which a client's copy is compared with the batch as it is."""

from __future__ import annotations

import hashlib

from api.batches.status import BatchStatus


def batch_etag(status: BatchStatus) -> str:
    """Return the entity tag of the response about a batch with this status.

    The tag is weak. Two responses with one tag say the same about the batch, but their screenshot
    URLs are signed at different times.
    """
    digest = hashlib.sha256(status.status.encode())
    digest.update(status.state.model_dump_json().encode())
    for index, at in sorted(status.started.items()):
        digest.update(f"{index} {at.isoformat()}\n".encode())
    return f'W/"{digest.hexdigest()[:32]}"'
