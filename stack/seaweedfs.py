"""The S3 server: SeaweedFS, with all its roles in one process on 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from stack.part import Part
from stack.ports import LOOPBACK, free_ports
from stack.programs import GO_MEMORY, find_program

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

REGION = "us-east-1"
"""The S3 SDKs need a region. SeaweedFS accepts any."""

_INTERNAL_PORTS = (
    "master.port",
    "volume.port",
    "filer.port",
    "master.port.grpc",
    "volume.port.grpc",
    "filer.port.grpc",
    "s3.port.grpc",
)
"""Options for the ports of the roles. Only this process uses those ports."""

_VOLUME_MEGABYTES = 1024
_VOLUMES = 100
"""The greatest number of volumes, which are files of up to `_VOLUME_MEGABYTES` for objects.

The server starts with seven. The default of 8 leaves none for a second bucket.
"""

_STOP_SECONDS = 1.0
"""The server writes everything within milliseconds, and then waits for its own connections."""

_TRIES = 3

_SOCKET_FOLDER = Path("/tmp")  # noqa: S108 -- fixed in SeaweedFS


@dataclass(frozen=True)
class Credentials:
    """The access key of the server."""

    access_key: str
    secret_key: str

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that give the key to an S3 client."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }


def ensure_credentials(data_dir: Path) -> Credentials:
    """Return the credentials of the server in `data_dir`. Create random ones if there are none."""
    path = _credentials_path(data_dir)
    if not path.exists():
        created = {"accessKey": secrets.token_hex(10), "secretKey": secrets.token_urlsafe(30)}
        identity = {"name": "spidra", "credentials": [created], "actions": ["Admin"]}
        partial = path.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"identities": [identity]}, file)
        partial.rename(path)
    found = json.loads(path.read_text())["identities"][0]["credentials"][0]
    return Credentials(found["accessKey"], found["secretKey"])


def seaweedfs_part(
    data_dir: Path, port: int, bucket: str, credentials: Credentials, env: Mapping[str, str]
) -> Part:
    """Return the part that runs the server, with its data in `data_dir`/s3.

    The server is ready when the private `bucket` exists.
    """
    folder = data_dir / "s3"
    folder.mkdir(exist_ok=True)
    # The internal ports change at each start, and the master creates a folder for each of its
    # ports. It learns the content again from the volumes.
    for old in folder.glob("m[0-9]*"):
        shutil.rmtree(old)
    internal = dict(zip(_INTERNAL_PORTS, free_ports(len(_INTERNAL_PORTS)), strict=True))
    options = _options(folder, port, _credentials_path(data_dir))
    client = _client(f"http://{LOOPBACK}:{port}", credentials)

    async def has_bucket(_pid: int) -> bool:
        return await asyncio.to_thread(_ensure_bucket, client, bucket)

    return Part(
        name="s3",
        command=(
            find_program("weed"),
            "-logtostderr=true",
            "server",
            *(f"-{name}={value}" for name, value in {**options, **internal}.items()),
        ),
        env={**GO_MEMORY, **env},
        cwd=data_dir,
        log=data_dir / "logs" / "s3.log",
        probe=has_bucket,
        stop_seconds=_STOP_SECONDS,
        tries=_TRIES,
        is_shown=_is_error,
        clean_up=lambda: _remove_sockets((port, *internal.values())),
    )


def _options(folder: Path, port: int, credentials: Path) -> dict[str, object]:
    return {
        "dir": folder,
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        # With peers, each start waits for an election, and after a crash for 15 s.
        "master.peers": "none",
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": _VOLUME_MEGABYTES,
        "volume.max": _VOLUMES,
        "volume.preStopSeconds": 0,
        "filer": "true",
        # The filer's HTTP server would serve the bucket to any web page, without a key.
        "filer.disableHttp": "true",
        "s3": "true",
        "s3.port": port,
        "s3.config": credentials,
        "s3.iam": "false",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
    }


def _remove_sockets(ports: Iterable[int]) -> None:
    for port in ports:
        for path in _SOCKET_FOLDER.glob(f"seaweedfs-*-{port}.sock"):
            path.unlink(missing_ok=True)


def _credentials_path(data_dir: Path) -> Path:
    return data_dir / "s3-credentials.json"


def _is_error(line: str) -> bool:
    """Return whether a line of the log, which begins with level and date, is an error."""
    return line[:1] in ("E", "F") and line[1:5].isdigit()


def _ensure_bucket(client: S3Client, bucket: str) -> bool:
    """Create the bucket if it does not exist. Return whether it exists."""
    try:
        client.create_bucket(Bucket=bucket)
    except (client.exceptions.BucketAlreadyOwnedByYou, client.exceptions.BucketAlreadyExists):
        return True
    except (BotoCoreError, ClientError):
        return False
    return True


def _client(endpoint: str, credentials: Credentials) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        config=Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1}),
    )
