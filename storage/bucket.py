"""The S3 bucket that holds requests, results, screenshots and sealed secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from settings import Settings, SettingsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PRESIGNED_SECONDS = 3600
"""How long a presigned URL is good for (the contract: one hour)."""

_THREADS = 16
_ATTEMPTS = 2
_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})

T = TypeVar("T")


class StorageUnavailableError(Exception):
    """The bucket cannot be reached or refuses; repeating the call later may help."""


class ObjectMissingError(Exception):
    """There is no object with that key."""


@dataclass(frozen=True)
class ObjectFound:
    """An object that a listing shows."""

    key: str
    written_at: datetime


class Bucket:
    """One bucket. Its methods may be called from one event loop; the work is done in threads.

    `timeout` bounds connecting, and each wait for an answer, in seconds; a call is tried twice.
    `call_timeout` bounds a call as a whole, the wait for a free thread included.
    Credentials and region come from boto3's own sources (`AWS_*`, profiles, instance roles).

    Raises `SettingsError` if `SPIDRA_S3_BUCKET` is not set.
    """

    def __init__(
        self, settings: Settings, *, timeout: float, call_timeout: float | None = None
    ) -> None:
        settings.require("s3_bucket")
        assert settings.s3_bucket is not None  # noqa: S101 -- narrowed by require()
        self.name = settings.s3_bucket
        self._call_timeout = call_timeout
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="bucket")
        self._client = _client(settings.s3_endpoint_url, timeout)
        public_url = settings.s3_public_url or settings.s3_endpoint_url
        self._public_client = (
            self._client if public_url == settings.s3_endpoint_url else _client(public_url, timeout)
        )

    async def put(self, key: str, body: bytes, content_type: str) -> None:
        """Writes the object `key`, replacing what it held."""

        def call() -> None:
            self._client.put_object(Bucket=self.name, Key=key, Body=body, ContentType=content_type)

        await self._run(call)

    async def get(self, key: str) -> bytes:
        """The bytes of the object `key`. Raises `ObjectMissingError` if there is none."""

        def call() -> bytes:
            return self._client.get_object(Bucket=self.name, Key=key)["Body"].read()

        return await self._run(call)

    async def delete(self, key: str) -> None:
        """Deletes the object `key`, if there is one."""
        await self._run(lambda: self._client.delete_object(Bucket=self.name, Key=key))

    async def list(self, prefix: str) -> list[ObjectFound]:
        """The objects whose keys begin with `prefix`."""

        def call() -> list[ObjectFound]:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix
            )
            return [
                ObjectFound(found["Key"], found["LastModified"])
                for page in pages
                for found in page.get("Contents", ())
            ]

        return await self._run(call)

    async def check(self) -> None:
        """Raises `StorageUnavailableError` if the bucket is not there."""
        try:
            await self._run(lambda: self._client.head_bucket(Bucket=self.name))
        except ObjectMissingError:
            raise StorageUnavailableError(f"there is no bucket {self.name}") from None

    def presigned_url(self, key: str) -> str:
        """A URL under which anyone can read `key` for `PRESIGNED_SECONDS`. No network is used."""
        return self._public_client.generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": key}, ExpiresIn=PRESIGNED_SECONDS
        )

    def close(self) -> None:
        """Lets go of threads and connections; calls under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()
        if self._public_client is not self._client:
            self._public_client.close()

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(self._call_timeout):
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except TimeoutError:
            seconds = self._call_timeout
            raise StorageUnavailableError(f"no answer within {seconds} seconds") from None
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            if code in _MISSING:
                raise ObjectMissingError(code) from error
            raise StorageUnavailableError(f"the bucket answered {code}") from error
        except BotoCoreError as error:
            # The messages of connection errors hold the endpoint and nothing secret.
            raise StorageUnavailableError(str(error)) from error


def _client(endpoint_url: str | None, timeout: float) -> S3Client:
    config = Config(
        signature_version="s3v4",
        connect_timeout=timeout,
        read_timeout=timeout,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        max_pool_connections=_THREADS,
        # Buckets as host names need wildcard DNS, which S3 servers of one's own rarely have.
        s3={"addressing_style": "path" if endpoint_url else "auto"},
        # Checksums that not every S3 server understands.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        return boto3.client("s3", endpoint_url=endpoint_url, config=config)
    except (BotoCoreError, ValueError) as error:
        raise SettingsError(f"The S3 client cannot be set up: {error}") from error


def request_key(batch_id: str) -> str:
    """The key of a batch's `BatchRequest`."""
    return f"batches/{batch_id}/request.json"


CHECKPOINTS = "checkpoints/"
"""Prefix of the pages that wait for a model."""


def checkpoint_key(batch_id: str, item_uuid: str) -> str:
    """The key of an item's page, as long as it waits for a model."""
    return f"{CHECKPOINTS}{batch_id}/{item_uuid}.json"


def item_prefix(batch_id: str, item_uuid: str, generation: int, attempt: int) -> str:
    """The prefix of what one attempt at an item writes.

    Each attempt has its own: one that was given up for lost but lives on cannot overwrite the
    result that its successor reported.
    """
    return f"batches/{batch_id}/{item_uuid}/{generation}-{attempt}"
