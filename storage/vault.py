"""Secrets of batches, sealed in the bucket for as long as the batch needs them.

Sealed is: encrypted and authenticated (AES-256-GCM) with a key that is only in the memory of the
processes, together with the batch, the generation and the expiry that it is for. Who copies an
object cannot read it, nor have it opened for another batch or after its time.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.bucket import Bucket, ObjectMissingError

KEEPS = timedelta(days=3)
"""After which a secret is not opened any more, and swept out."""

PREFIX = "secrets/"

_VERSION = b"\x01"
_EXPIRY = struct.Struct(">Q")
_NONCE_BYTES = 12
_FINGERPRINT_USE = b"spidra fingerprint"


class SecretUnavailableError(Exception):
    """There is no secret, or it cannot be opened: it has expired, or was sealed with a key that is
    not known here."""


class Vault:
    """The secrets of batches in `bucket`.

    The first of `keys`, each of 32 bytes, seals; all of them open, for as long as the one that
    sealed `keeps` its secrets. Without keys what is there can still be deleted.
    """

    def __init__(self, bucket: Bucket, keys: Sequence[bytes], *, keeps: timedelta = KEEPS) -> None:
        self._bucket = bucket
        self._keys = tuple(keys)
        self._keeps = keeps

    def __repr__(self) -> str:
        return f"Vault({len(self._keys)} keys)"

    async def put(self, batch_id: str, generation: int, secret: str) -> None:
        """Seals `secret` for one generation of a batch. Raises `StorageUnavailableError`."""
        expiry = _EXPIRY.pack(int(time.time() + self._keeps.total_seconds()))
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keys[0]).encrypt(
            nonce, secret.encode(), _context(batch_id, generation, expiry)
        )
        body = _VERSION + expiry + nonce + sealed
        await self._bucket.put(_key(batch_id, generation), body, "application/octet-stream")

    async def get(self, batch_id: str, generation: int) -> str:
        """What was sealed. Raises `SecretUnavailableError`, `StorageUnavailableError`."""
        try:
            body = await self._bucket.get(_key(batch_id, generation))
        except ObjectMissingError:
            raise SecretUnavailableError("there is none") from None
        head = len(_VERSION) + _EXPIRY.size
        expiry, nonce = body[len(_VERSION) : head], body[head : head + _NONCE_BYTES]
        sealed = body[head + _NONCE_BYTES :]
        if not body.startswith(_VERSION) or not sealed:
            raise SecretUnavailableError("it is not of this version")
        if _EXPIRY.unpack(expiry)[0] <= time.time():
            raise SecretUnavailableError("it has expired")
        for key in self._keys:
            try:
                return (
                    AESGCM(key)
                    .decrypt(nonce, sealed, _context(batch_id, generation, expiry))
                    .decode()
                )
            except InvalidTag:
                continue
        raise SecretUnavailableError("no key opens it")

    async def delete(self, batch_id: str, generation: int) -> None:
        """Deletes what was sealed, if anything. Raises `StorageUnavailableError`."""
        await self._bucket.delete(_key(batch_id, generation))

    async def all(self, *, older_than: timedelta) -> list[tuple[str, int, bool]]:
        """Batch, generation, and whether it has expired, of each secret that is that old.
        Raises `StorageUnavailableError`."""
        now = datetime.now(UTC)
        found = []
        for sealed in await self._bucket.list(PREFIX):
            batch_id, _, generation = sealed.key.removeprefix(PREFIX).rpartition("/")
            age = now - sealed.written_at
            if age > older_than and generation.isdecimal():
                found.append((batch_id, int(generation), age > self._keeps))
        return found

    def fingerprints(self, text: bytes) -> list[str]:
        """What tells `text` from others to those only who have a key: one for each key, that of
        the first key first."""
        return [
            hmac.new(
                hmac.digest(key, _FINGERPRINT_USE, hashlib.sha256), text, hashlib.sha256
            ).hexdigest()
            for key in self._keys
        ]


def _key(batch_id: str, generation: int) -> str:
    return f"{PREFIX}{batch_id}/{generation}"


def _context(batch_id: str, generation: int, expiry: bytes) -> bytes:
    """What a secret is bound to."""
    return b"\0".join(
        (b"spidra secret", _VERSION, batch_id.encode(), str(generation).encode(), expiry)
    )
