"""The API and the workers as parts of the stack."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import aiohttp

from stack.errors import StackError
from stack.part import Part
from stack.programs import REPOSITORY
from stack.temporal import worker_probe

_PROBE_SECONDS = 3.0
_API_STOP_SECONDS = 15.0
_WORKER_STOP_MARGIN = 10.0
"""Time for a worker to close its browser after its items are done or handed over."""

_READYZ_PAUSE = 0.1


def api_part(url: str, env: Mapping[str, str], logs: Path) -> Part:
    """Return the part that runs `python -m api`. The API will answer at `url`."""

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
    """Return the part that runs `python worker.py`, with `number` in its name."""
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


async def wait_until_ready(api_url: str, timeout: float) -> None:
    """Wait until the API says that everything it depends on is ready.

    Raises `StackError`, with the last answer of the API, after `timeout` seconds.
    """
    answer = "nothing"
    try:
        async with asyncio.timeout(timeout), aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError):
                    async with session.get(f"{api_url}/readyz") as response:
                        if response.status == 200:
                            return
                        answer = await response.text()
                await asyncio.sleep(_READYZ_PAUSE)
    except TimeoutError as error:
        raise StackError(
            f"The stack is not ready after {timeout:.0f} s; the API says: {answer}"
        ) from error
