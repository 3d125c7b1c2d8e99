"""`make up`: the stack in the foreground, until it is interrupted."""

from __future__ import annotations

import asyncio
import json

from stack.console import Console
from stack.environment import DEMO_API_KEYS
from stack.interrupt import run_until_interrupted
from stack.stack import Stack


async def up(stack: Stack, console: Console) -> None:
    """Run `stack` until it is interrupted. Raises `StackError` if it does not start."""
    console.say("Starting the stack …")

    async def serve() -> None:
        async with stack:
            await stack.wait_ready()
            console.say(_welcome(stack))
            await asyncio.Event().wait()

    def kill() -> None:
        console.say("Killing the processes that still run …")
        stack.kill_for_good()

    await run_until_interrupted(
        serve(),
        on_interrupt=lambda: console.say("Stopping … (again to stop at once)"),
        on_second_interrupt=kill,
    )
    console.say("Stopped. Unfinished batches continue at the next start.")


def _welcome(stack: Stack) -> str:
    body = json.dumps({"urls": ["https://example.com/"], "screenshot": True})
    lines = [
        "",
        f"  API           {stack.api_url}",
        f"  API docs      {stack.api_url}/docs",
        f"  API health    {stack.api_url}/readyz",
        f"  Temporal      {stack.temporal_ui_url or stack.temporal_address}",
        f"  S3            {stack.s3_endpoint}, bucket {stack.bucket}",
        f"  data, logs    {stack.data_dir}",
    ]
    if stack.env["SPIDRA_API_KEYS"] == DEMO_API_KEYS:
        lines.append(f"  API key       {stack.api_key} (SPIDRA_API_KEYS is not set)")
    lines += [
        "",
        f"  curl -X POST {stack.api_url}/api/batch/scrape \\",
        f'    -H "x-api-key: {stack.api_key}" -H "Content-Type: application/json" \\',
        f"    -d '{body}'",
        "",
    ]
    return "\n".join(lines)
