"""The project's own processes, run as anyone would run them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from stack.programs import REPOSITORY
from stack.supervisor import Part
from stack.temporal import worker_probe

_PROBE_SECONDS = 3.0
_API_STOP_SECONDS = 15.0
_WORKER_STOP_MARGIN = 10.0
"""For a worker to close its browser once its items are done or handed over."""


def api_part(url: str, env: Mapping[str, str], logs: Path) -> Part:
    """`python -m api`, which will answer at `url`."""

    async def answers(_pid: int) -> bool:
        timeout = aiohttp.ClientTimeout(total=_PROBE_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(f"{url}/healthz") as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    return Part(
        name="api",
        command=(sys.executable, "-m", "api"),
        env=env,
        cwd=REPOSITORY,
        log=logs / "api.log",
        probe=answers,
        stop_seconds=_API_STOP_SECONDS,
    )


def worker_part(number: int, env: Mapping[str, str], logs: Path) -> Part:
    """`python worker.py`, the `number`th of them."""
    name = f"worker-{number}"
    return Part(
        name=name,
        command=(sys.executable, "worker.py"),
        env=env,
        cwd=REPOSITORY,
        log=logs / f"{name}.log",
        probe=worker_probe(env),
        stop_seconds=float(env["SPIDRA_SHUTDOWN_GRACE"]) + _WORKER_STOP_MARGIN,
    )
