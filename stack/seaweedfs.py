"""The S3 server: SeaweedFS with all of its roles in one process, on 127.0.0.1 only."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from stack.ports import LOOPBACK, free_ports
from stack.programs import GO_MEMORY, find_program
from stack.supervisor import Part

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

REGION = "us-east-1"
"""Any will do, but the SDKs want one."""

_ROLES = ("master.port", "volume.port", "filer.port")
_GRPC_ROLES = ("master.port.grpc", "volume.port.grpc", "filer.port.grpc", "s3.port.grpc")

_VOLUME_MEGABYTES = 1024
_VOLUMES = 100
"""Objects are kept in files that grow up to the size of a volume; at this many the server is
full. It starts with seven, so the default of 8 leaves none for a second bucket."""

_STOP_SECONDS = 1.0
"""It writes everything out within milliseconds and then waits for its own connections."""

_TRIES = 3

_SOCKET_FOLDER = Path("/tmp")  # noqa: S108 -- SeaweedFS has it fixed


@dataclass(frozen=True)
class Credentials:
    """The access key of the server."""

    access_key: str
    secret_key: str


def ensure_credentials(data_dir: Path) -> Credentials:
    """The credentials of the server in `data_dir`, made at random if there are none yet."""
    path = _credentials_path(data_dir)
    if not path.exists():
        made = {"accessKey": secrets.token_hex(10), "secretKey": secrets.token_urlsafe(30)}
        identity = {"name": "spidra", "credentials": [made], "actions": ["Admin"]}
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
    """The server, its data in `data_dir`/s3. It is ready once the private `bucket` is there."""
    folder = data_dir / "s3"
    folder.mkdir(exist_ok=True)
    # Other internal ports each time leave a folder of the master's each; all that is in it
    # the master learns again from the volumes.
    for old in folder.glob("m[0-9]*"):
        shutil.rmtree(old)
    roles = dict(zip((*_ROLES, *_GRPC_ROLES), free_ports(len(_ROLES + _GRPC_ROLES)), strict=True))
    options: dict[str, object] = {
        "dir": folder,
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        **roles,
        # Else each start waits for an election, 15 s after a crash.
        "master.peers": "none",
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": _VOLUME_MEGABYTES,
        "volume.max": _VOLUMES,
        "volume.preStopSeconds": 0,
        "filer": "true",
        # It would serve the bucket to any web page, without a key.
        "filer.disableHttp": "true",
        "s3": "true",
        "s3.port": port,
        "s3.config": _credentials_path(data_dir),
        "s3.iam": "false",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
    }
    client = _client(f"http://{LOOPBACK}:{port}", credentials)

    async def has_bucket(_pid: int) -> bool:
        return await asyncio.to_thread(_ensure_bucket, client, bucket)

    def remove_sockets() -> None:
        for used in (port, *roles.values()):
            for path in _SOCKET_FOLDER.glob(f"seaweedfs-*-{used}.sock"):
                path.unlink(missing_ok=True)

    return Part(
        name="s3",
        command=(
            find_program("weed"),
            "-logtostderr=true",
            "server",
            *(f"-{name}={value}" for name, value in options.items()),
        ),
        env={**GO_MEMORY, **env},
        cwd=data_dir,
        log=data_dir / "logs" / "s3.log",
        probe=has_bucket,
        stop_seconds=_STOP_SECONDS,
        tries=_TRIES,
        is_shown=_is_error,
        clean_up=remove_sockets,
    )


def _credentials_path(data_dir: Path) -> Path:
    return data_dir / "s3-credentials.json"


def _is_error(line: str) -> bool:
    """Whether a line of its log, which begins with its level and the date, is an error."""
    return line[:1] in ("E", "F") and line[1:5].isdigit()


def _ensure_bucket(client: S3Client, bucket: str) -> bool:
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
