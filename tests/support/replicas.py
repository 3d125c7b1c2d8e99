"""More API processes for a running stack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from stack.application import api_part
from stack.ports import LOOPBACK, free_ports
from stack.stack import Stack
from stack.supervisor import SupervisedPart


@asynccontextmanager
async def another_api(
    stack: Stack, folder: Path, **settings: str
) -> AsyncIterator[tuple[str, SupervisedPart]]:
    """Run an API with these settings on the parts of `stack`; yield its address and process."""
    [port] = free_ports(1)
    url = f"http://{LOOPBACK}:{port}"
    env = {**stack.env, "SPIDRA_API_PORT": str(port), **settings}
    process = SupervisedPart(api_part(url, env, folder / str(port)), None)
    process.start()
    try:
        await process.wait_ready(150)
        yield url, process
    finally:
        await process.stop()
