"""Secrets of batches: sealed in the bucket for as long as their batch needs them.

A sealed secret is encrypted and authenticated (AES-256-GCM). The seal also covers the batch, the
generation and the expiry. The sealing key is in the memory of the processes only. So a copied
object cannot be read, cannot be opened for another batch, and cannot be opened after its expiry.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.bucket import Bucket, ObjectMissingError
from storage.keys import SECRETS, parse_secrets_key, secrets_key

RETENTION = timedelta(days=3)
"""How long a secret can be opened. After that it is deleted."""

_VERSION = b"\x01"
_EXPIRY = struct.Struct(">Q")
_NONCE_BYTES = 12
_FINGERPRINT_USE = b"spidra fingerprint"


class SecretUnavailableError(Exception):
    """The secret does not exist, has expired, or was sealed with an unknown key."""


@dataclass(frozen=True)
class StoredSecret:
    """A sealed secret in the bucket, not opened."""

    batch_id: str
    generation: int
    is_expired: bool


class Vault:
    """The secrets of batches in `bucket`.

    Each of `keys` has 32 bytes. The first key seals. Every key opens, so a retired key stays in
    the list until its last secret expires, which is after `retention`. Without keys, secrets can
    still be deleted.

    Each coroutine raises `StorageUnavailableError` if the bucket cannot be used.
    """

    def __init__(
        self, bucket: Bucket, keys: Sequence[bytes], *, retention: timedelta = RETENTION
    ) -> None:
        self._bucket = bucket
        self._keys = tuple(keys)
        self._retention = retention

    def __repr__(self) -> str:
        """Return a text without the keys, which must not appear in logs."""
        return f"Vault({len(self._keys)} keys)"

    async def put(self, batch_id: str, generation: int, secret: str) -> None:
        """Seal `secret` for one generation of a batch."""
        expiry = _EXPIRY.pack(int(time.time() + self._retention.total_seconds()))
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keys[0]).encrypt(
            nonce, secret.encode(), _context(batch_id, generation, expiry)
        )
        body = _VERSION + expiry + nonce + sealed
        await self._bucket.put(secrets_key(batch_id, generation), body, "application/octet-stream")

    async def get(self, batch_id: str, generation: int) -> str:
        """Return the secret of one generation of a batch.

        Raises `SecretUnavailableError`.
        """
        try:
            body = await self._bucket.get(secrets_key(batch_id, generation))
        except ObjectMissingError:
            raise SecretUnavailableError("there is none") from None
        head = len(_VERSION) + _EXPIRY.size
        expiry, nonce = body[len(_VERSION) : head], body[head : head + _NONCE_BYTES]
        sealed = body[head + _NONCE_BYTES :]
        if not body.startswith(_VERSION) or not sealed:
            raise SecretUnavailableError("it is not of this version")
        if _EXPIRY.unpack(expiry)[0] <= time.time():
            raise SecretUnavailableError("it has expired")
        context = _context(batch_id, generation, expiry)
        for key in self._keys:
            try:
                return AESGCM(key).decrypt(nonce, sealed, context).decode()
            except InvalidTag:
                continue
        raise SecretUnavailableError("no key opens it")

    async def delete(self, batch_id: str, generation: int) -> None:
        """Delete the secret of one generation of a batch, if there is one."""
        await self._bucket.delete(secrets_key(batch_id, generation))

    async def list_secrets(self, *, older_than: timedelta) -> list[StoredSecret]:
        """Return the secrets that were sealed more than `older_than` ago."""
        now = datetime.now(UTC)
        found = []
        for sealed in await self._bucket.list(SECRETS):
            age = now - sealed.written_at
            if age > older_than and (parsed := parse_secrets_key(sealed.key)) is not None:
                found.append(StoredSecret(*parsed, is_expired=age > self._retention))
        return found

    def fingerprints(self, text: bytes) -> list[str]:
        """Return one keyed hash of `text` for each key, in the order of the keys.

        Only the holder of a key can check a guess at `text` against its fingerprint.
        """
        return [
            hmac.new(
                hmac.digest(key, _FINGERPRINT_USE, hashlib.sha256), text, hashlib.sha256
            ).hexdigest()
            for key in self._keys
        ]


def _context(batch_id: str, generation: int, expiry: bytes) -> bytes:
    """Return the data that a seal authenticates besides the secret."""
    return b"\0".join(
        (b"spidra secret", _VERSION, batch_id.encode(), str(generation).encode(), expiry)
    )
