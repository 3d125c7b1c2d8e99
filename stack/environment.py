"""The environment variables of the stack's processes."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path

from settings import SECRET_KEY_BYTES
from stack.ports import LOOPBACK, Ports
from stack.seaweedfs import REGION

DEMO_API_KEYS = "demo-key-local-only:demo:10000"
"""The default of `SPIDRA_API_KEYS`."""

_SHUTDOWN_GRACE = "5"
"""The default of `SPIDRA_SHUTDOWN_GRACE`: a person is waiting, and no item is lost."""

_BUCKET = "spidra"

_SECRETS = frozenset(
    {
        "OPENAI_API_KEY",
        "SPIDRA_API_KEYS",
        "SPIDRA_CAPTCHA_KEY",
        "SPIDRA_PROXIES",
        "SPIDRA_SECRET_KEY",
    }
)
"""Variables for the API and the workers only."""


def starts_temporal(given: Mapping[str, str]) -> bool:
    """Return whether the stack runs a Temporal server: `given` names no other."""
    return "SPIDRA_TEMPORAL_ADDRESS" not in given


def starts_s3(given: Mapping[str, str]) -> bool:
    """Return whether the stack runs an S3 server: `given` names no other."""
    return "SPIDRA_S3_ENDPOINT_URL" not in given


def build_environment(given: Mapping[str, str], data_dir: Path, ports: Ports) -> dict[str, str]:
    """Return the environment of the API and the workers, without the credentials of S3.

    Settings in `given` count. Settings in the environment of this process do not.
    """
    not_inherited = ["SPIDRA_", "OPENAI_"]
    settings = _defaults()
    if starts_temporal(given):
        not_inherited.append("TEMPORAL_")
        settings |= _temporal_settings(ports.temporal)
    if starts_s3(given):
        not_inherited.append("AWS_")
        settings |= _s3_settings(ports.s3)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(tuple(not_inherited))
    }
    fixed = {
        "SPIDRA_DATA_DIR": str(data_dir),
        "SPIDRA_API_PORT": str(ports.api),
        "SPIDRA_API_HOST": given.get("SPIDRA_API_HOST", LOOPBACK),
    }
    return {**inherited, **settings, **given, **fixed}


def without_secrets(env: Mapping[str, str]) -> dict[str, str]:
    """Return `env` without the secrets of the service, for Temporal and S3."""
    return {name: value for name, value in env.items() if name not in _SECRETS}


def _defaults() -> dict[str, str]:
    return {
        "SPIDRA_API_KEYS": DEMO_API_KEYS,
        "SPIDRA_SHUTDOWN_GRACE": _SHUTDOWN_GRACE,
        # In memory only, so sealed secrets cannot be opened after the stack ends.
        "SPIDRA_SECRET_KEY": base64.b64encode(os.urandom(SECRET_KEY_BYTES)).decode(),
        # Empty instead of unset: a file `.env` would set them otherwise.
        "SPIDRA_DATABASE_URL": "",
        "SPIDRA_S3_PUBLIC_URL": "",
        "SPIDRA_LLM_MODEL": "",
        "OPENAI_API_KEY": "",
        "OPENAI_BASE_URL": "",
        "PYTHONUNBUFFERED": "1",
    }


def _temporal_settings(port: int) -> dict[str, str]:
    return {
        "SPIDRA_TEMPORAL_ADDRESS": f"{LOOPBACK}:{port}",
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }


def _s3_settings(port: int) -> dict[str, str]:
    return {
        "SPIDRA_S3_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
        "SPIDRA_S3_BUCKET": _BUCKET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
