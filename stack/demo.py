"""`make demo`: one batch from start to end, on a stack that exists only for it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from stack import shop
from stack.console import Console
from stack.errors import StackError
from stack.interrupt import run_until_interrupted
from stack.ports import LOOPBACK
from stack.progress import ProgressDisplay, short
from stack.stack import Stack

_TIMEOUT_SECONDS = 600.0
_REQUEST_SECONDS = 30.0
_POLL_SECONDS = 0.3
_ENDED = ("completed", "failed", "cancelled")
_EXCERPT_LINES = 14
_TITLE_WIDTH = 60
_NAME_WIDTH = 60

Json = dict[str, Any]


@dataclass(frozen=True)
class Demo:
    """A demonstration: the URLs to scrape, and a folder for the screenshots."""

    urls: tuple[str, ...]
    """Empty for the sample shop."""
    env: Mapping[str, str]
    """Settings of the worker and the API."""
    output: Path
    """Each demo creates a folder in this one for its screenshots."""
    console: Console

    async def run(self) -> bool:
        """Run the demo. Return False if it was interrupted.

        Raises `StackError` if the batch did not complete, or if an item of the sample shop did not
        end as it should.
        """
        folder = Path(tempfile.mkdtemp(prefix="spidra-demo-"))
        stack = Stack(folder, env=self._settings())
        try:
            interrupted = await run_until_interrupted(
                self._run_in_time(stack),
                on_interrupt=lambda: self.console.say("\nStopping …"),
                on_second_interrupt=stack.kill_for_good,
            )
        finally:
            shutil.rmtree(folder)
        return not interrupted

    def _settings(self) -> dict[str, str]:
        # The demo polls more often than the rate limit allows.
        settings = {"SPIDRA_RATE_LIMIT": "0", **self.env}
        if not self.urls:
            settings["SPIDRA_EGRESS_ALLOW"] = f"{LOOPBACK}/32"
        return settings

    async def _run_in_time(self, stack: Stack) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS) as limit:
                await self._run(stack)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise StackError(f"The demo did not end within {_TIMEOUT_SECONDS:.0f} s.") from error
        except aiohttp.ClientError as error:
            raise StackError(f"The API or the bucket cannot be reached: {error}") from error

    async def _run(self, stack: Stack) -> None:
        started = time.monotonic()
        async with AsyncExitStack() as exits:
            urls = list(self.urls)
            if not urls:
                site = await exits.enter_async_context(shop.open_shop())
                urls = [site + path for path in (*shop.PATHS, shop.MISSING_PATH)]
                self.console.say(f"The sample shop is at {site}")
            self.console.say("Starting Temporal, S3, the API and a worker …")
            await exits.enter_async_context(stack)
            await stack.wait_ready()
            self.console.say(f"Ready after {time.monotonic() - started:.1f} s.\n")
            session = await exits.enter_async_context(
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_REQUEST_SECONDS))
            )
            batch_id = await _submit(session, stack, urls)
            self.console.say(f"POST /api/batch/scrape: {len(urls)} URLs, batch {batch_id}")
            batch = await self._follow(session, stack, batch_id)
            self._show_results(batch)
            await self._save_screenshots(session, batch, self.output / batch_id)
        self.console.say(f"Done in {time.monotonic() - started:.1f} s. Everything is stopped.")
        self._check(batch)

    async def _follow(self, session: aiohttp.ClientSession, stack: Stack, batch_id: str) -> Json:
        """Show the progress of the batch until it has ended. Return its last status."""
        display = ProgressDisplay(self.console)
        while True:
            batch = await _get(session, stack, batch_id)
            display.show(batch["items"])
            if batch["status"] in _ENDED:
                return batch
            await asyncio.sleep(_POLL_SECONDS)

    def _show_results(self, batch: Json) -> None:
        self.console.say(
            f"\n{batch['status']}: {batch['completedCount']} completed, "
            f"{batch['failedCount']} failed\n"
        )
        self.console.say(f"  {'status':<10} {'time':>6} {'size':>9}  result")
        for item in batch["items"]:
            size = f"{len(item['result'].encode()) / 1000:.1f} kB" if item["result"] else "-"
            result = _title(item["result"]) if item["result"] else item["error"] or ""
            self.console.say(
                f"  {item['status']:<10} {_seconds(item):>5.1f}s {size:>9}  "
                f"{result[:_TITLE_WIDTH] or '(an empty page)'}"
            )
        completed = [item for item in batch["items"] if item["result"]]
        examples = [item for item in completed if item["url"].endswith(shop.EXAMPLE_PATH)]
        for item in (examples or completed)[:1]:
            lines = _from_heading(item["result"])
            self.console.say(f"\nFrom the markdown of {item['url']}:\n")
            self.console.say("\n".join(f"  | {line}" for line in lines[:_EXCERPT_LINES]))

    async def _save_screenshots(
        self, session: aiohttp.ClientSession, batch: Json, folder: Path
    ) -> None:
        self.console.say("\nScreenshots, fetched by their presigned URLs:\n")
        for number, item in enumerate(batch["items"], 1):
            if item["screenshotUrl"] is None:
                continue
            async with session.get(item["screenshotUrl"]) as response:
                response.raise_for_status()
                picture = await response.read()
            name = short(item["url"]).strip("/").replace("/", "-").replace(":", "-")
            path = folder / f"{number:02}-{name[:_NAME_WIDTH]}.png"
            await asyncio.to_thread(_write, path, picture)
            self.console.say(f"  {path}")
        self.console.say()

    def _check(self, batch: Json) -> None:
        """Raise `StackError` if the batch did not end as it should."""
        if batch["status"] != "completed":
            raise StackError(f"The batch is {batch['status']}, not completed.")
        failed = [item for item in batch["items"] if item["status"] != "completed"]
        if self.urls:
            if failed:
                self.console.say(f"{len(failed)} of {batch['totalUrls']} pages failed, see above.")
            return
        wrong = [item["url"] for item in failed if not item["url"].endswith(shop.MISSING_PATH)]
        if wrong or not failed:
            raise StackError(
                "In the sample shop, exactly the missing page should have failed. These other "
                f"pages failed: {', '.join(wrong) or 'none'}."
            )


async def _submit(session: aiohttp.ClientSession, stack: Stack, urls: list[str]) -> str:
    """Submit a batch and return its id."""
    async with session.post(
        f"{stack.api_url}/api/batch/scrape",
        headers={"x-api-key": stack.api_key},
        json={"urls": urls, "screenshot": True},
    ) as response:
        answer = await response.json()
        if response.status != 202:
            raise StackError("\n".join(answer.get("errors") or [answer["message"]]))
        return str(answer["batchId"])


async def _get(session: aiohttp.ClientSession, stack: Stack, batch_id: str) -> Json:
    """Return the API's status of a batch."""
    async with session.get(
        f"{stack.api_url}/api/batch/scrape/{batch_id}", headers={"x-api-key": stack.api_key}
    ) as response:
        answer: Json = await response.json()
        if response.status != 200:
            raise StackError(answer["message"])
        return answer


def _from_heading(markdown: str) -> list[str]:
    """Return the lines from the first heading on, or all lines if there is no heading."""
    lines = markdown.strip().splitlines()
    headings = [index for index, line in enumerate(lines) if line.startswith("#")]
    return lines[headings[0] :] if headings else lines


def _title(markdown: str) -> str:
    return next(iter(_from_heading(markdown)), "").lstrip("# ")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _seconds(item: Json) -> float:
    """Return the seconds from the start of the item's last attempt to its end."""
    if item["startedAt"] is None or item["finishedAt"] is None:
        return 0.0
    started, finished = map(datetime.fromisoformat, (item["startedAt"], item["finishedAt"]))
    return (finished - started).total_seconds()
