"""`Idempotency-Key`: a repeated request is answered with the batch that it made the first time.

The key is claimed in the transaction that reserves the credits. So if equal requests arrive at
once, exactly one makes a batch. The others wait until it is certain that this batch runs. A batch
that could not be started is withdrawn, and its key with it.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from aiohttp import web
from temporalio.client import Client

from api.batches.errors import idempotency_conflict
from api.batches.status import describe_batch
from api.http.app_keys import ACCOUNT, DATABASE, TEMPORAL, VAULT
from api.http.errors import ApiError, service_busy, validation_failed
from domain.options import BatchOptions
from storage import ledger
from storage.idempotency import KeyedBatch, KeyUse, find_batch, key_use
from storage.vault import Vault

HEADER = "Idempotency-Key"
MAX_KEY_CHARACTERS = 255
KEY_PATTERN = "^[!-~]([ -~]*[!-~])?$"
"""Printable ASCII, without spaces at the ends: HTTP does not keep them."""

_WAIT_SECONDS = 2.5
"""How long to wait for another request with the same key to start its batch."""

_PAUSE = 0.1
"""Seconds between two looks at that batch."""


def read_key(request: web.Request, body: dict[str, Any]) -> KeyUse | None:
    """Return the request's key with a fingerprint of `body`, or None if it has no key.

    Neither the order of names nor white space changes the fingerprint. Raises `ApiError` 422 if
    the key is empty, too long, not printable ASCII, or sent more than once.
    """
    given = request.headers.getall(HEADER, [])
    if not given:
        return None
    problem = None
    if len(given) > 1:
        problem = "must be there once only"
    elif not given[0]:
        problem = "must not be empty"
    elif len(given[0]) > MAX_KEY_CHARACTERS:
        problem = f"has {len(given[0])} characters; at most {MAX_KEY_CHARACTERS} are allowed"
    elif not re.fullmatch(KEY_PATTERN, given[0]):
        problem = "must be printable ASCII"
    if problem is not None:
        raise validation_failed([f"{HEADER}: {problem}."])
    return key_use(given[0], *map(_canonical, _without_secrets(body, request.app[VAULT])))


def _without_secrets(body: dict[str, Any], vault: Vault) -> list[dict[str, Any]]:
    """Return `body` with fingerprints in place of secrets, once for each key of the vault.

    What is stored must not reveal whether a guess at a secret is right.
    """
    names = [BatchOptions.alias_of(name) for name in BatchOptions.secret_names()]
    secrets = {name: body[name] for name in names if body.get(name)}
    if not secrets:
        return [body]
    marks = {name: vault.fingerprints(_canonical(value)) for name, value in secrets.items()}
    # Without a key, a body with secrets is refused before anything is stored.
    keys = range(max(len(each) for each in marks.values()) or 1)
    return [
        {**body, **{name: {"fingerprint": (each or [""])[key]} for name, each in marks.items()}}
        for key in keys
    ]


def _canonical(value: object) -> bytes:
    """Return one JSON text for all values that are equal."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


async def batch_of_key(request: web.Request, use: KeyUse) -> KeyedBatch | None:
    """Return the batch that has the key and certainly runs or has run; None if the key is free.

    Raises `ApiError`: 409 if the key was used with another body; 503 if it is still uncertain
    whether the batch of another request with this key will run.
    """
    database, account = request.app[DATABASE], request[ACCOUNT]
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _WAIT_SECONDS
    while (batch := await database.read(find_batch, account, use)) is not None:
        if not batch.is_same_body:
            raise idempotency_conflict()
        if batch.is_begun:
            return batch
        if await _has_workflow(request.app[TEMPORAL], batch.batch_id):
            # An admitted batch cannot be withdrawn any more, by that other request either.
            if await database.run(ledger.admit, batch.batch_id, 1):
                return batch
        elif loop.time() > deadline:
            raise service_busy(f"Another request with this {HEADER} is not decided yet.")
        else:
            await asyncio.sleep(_PAUSE)
    return None


async def _has_workflow(client: Client, batch_id: str) -> bool:
    """Return whether Temporal knows a workflow of the batch."""
    try:
        await describe_batch(client, batch_id)
    except ApiError:  # not found
        return False
    return True
