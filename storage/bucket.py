"""The S3 bucket. `storage.keys` names the objects in it."""

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
"""How long a presigned URL is valid. The contract says one hour."""

_THREADS = 16
_ATTEMPTS = 2
_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
"""Error codes by which S3 servers say that an object or a bucket does not exist."""

T = TypeVar("T")


class StorageUnavailableError(Exception):
    """The bucket cannot be reached or refuses the call. A later call may succeed."""


class ObjectMissingError(Exception):
    """No object has that key."""


@dataclass(frozen=True)
class ObjectFound:
    """An object in a listing."""

    key: str
    written_at: datetime


class Bucket:
    """One bucket.

    Call the methods from one event loop; threads do the work. Each method that uses the network
    raises `StorageUnavailableError` if the bucket cannot be used.

    `timeout` limits, in seconds, the time to connect and the wait for each answer. Each call is
    tried twice. `call_timeout` limits a call as a whole, including the wait for a free thread.
    Credentials and region come from the sources of boto3 (`AWS_*`, profiles, instance roles).

    The constructor raises `SettingsError` if `SPIDRA_S3_BUCKET` is not set.
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
        """Write the object `key`, or replace it."""

        def call() -> None:
            self._client.put_object(Bucket=self.name, Key=key, Body=body, ContentType=content_type)

        await self._run(call)

    async def get(self, key: str) -> bytes:
        """Return the bytes of the object `key`.

        Raises `ObjectMissingError` if it does not exist.
        """

        def call() -> bytes:
            return self._client.get_object(Bucket=self.name, Key=key)["Body"].read()

        return await self._run(call)

    async def delete(self, key: str) -> None:
        """Delete the object `key`; do nothing if it does not exist."""
        await self._run(lambda: self._client.delete_object(Bucket=self.name, Key=key))

    async def list(self, prefix: str) -> list[ObjectFound]:
        """Return the objects whose keys begin with `prefix`."""

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
        """Raise `StorageUnavailableError` if the bucket does not exist."""
        try:
            await self._run(lambda: self._client.head_bucket(Bucket=self.name))
        except ObjectMissingError:
            raise StorageUnavailableError(f"there is no bucket {self.name}") from None

    def presigned_url(self, key: str) -> str:
        """Return a URL that lets anyone read `key` for `PRESIGNED_SECONDS`.

        The URL is computed without the network.
        """
        return self._public_client.generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": key}, ExpiresIn=PRESIGNED_SECONDS
        )

    def close(self) -> None:
        """Release threads and connections. Running calls still end by themselves."""
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
            # The messages of connection errors contain the endpoint and no secret.
            raise StorageUnavailableError(str(error)) from error


def _client(endpoint_url: str | None, timeout: float) -> S3Client:
    config = Config(
        signature_version="s3v4",
        connect_timeout=timeout,
        read_timeout=timeout,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        max_pool_connections=_THREADS,
        # A bucket name as a host name needs wildcard DNS. Self-hosted S3 servers rarely have it.
        s3={"addressing_style": "path" if endpoint_url else "auto"},
        # Some S3 servers do not understand the newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        return boto3.client("s3", endpoint_url=endpoint_url, config=config)
    except (BotoCoreError, ValueError) as error:
        raise SettingsError(f"The S3 client cannot be set up: {error}") from error
