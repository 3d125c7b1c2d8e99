"""The bucket of a stack, seen from outside."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from stack.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_CALL_SECONDS = 5.0
_PAUSE = 0.1


def s3_client(stack: Stack) -> S3Client:
    """Return a client with the credentials of `stack`."""
    return boto3.client(
        "s3",
        endpoint_url=stack.s3_endpoint,
        region_name=stack.env["AWS_REGION"],
        aws_access_key_id=stack.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.env["AWS_SECRET_ACCESS_KEY"],
        config=Config(connect_timeout=_CALL_SECONDS, read_timeout=_CALL_SECONDS),
    )


async def wait_writable(stack: Stack, seconds: float) -> None:
    """Wait until the bucket accepts an object.

    After a kill the S3 server answers some seconds before it accepts writes.
    """
    client = s3_client(stack)
    async with asyncio.timeout(seconds):
        while True:
            try:
                await asyncio.to_thread(
                    client.put_object, Bucket=stack.bucket, Key="probe", Body=b""
                )
            except (BotoCoreError, ClientError):
                await asyncio.sleep(_PAUSE)
            else:
                return
