"""A small client of the API, like a user's script."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

BATCHES = "/api/batch/scrape"

Json = dict[str, Any]

TERMINAL = frozenset({"completed", "failed", "cancelled"})


class UnavailableError(Exception):
    """The batch cannot be read at this moment."""


class ApiClient:
    """A client of the API at `url` with `key`. Use it as an async context manager."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self._headers = {"x-api-key": key}

    async def __aenter__(self) -> ApiClient:
        timeout = aiohttp.ClientTimeout(total=60)
        self.session = aiohttp.ClientSession(self.url, headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def submit(self, urls: list[str], **options: object) -> str:
        """Submit a batch and return its id."""
        status, body = await self.post("/api/batch/scrape", {"urls": urls, **options})
        assert status == 202, body
        assert body["status"] == "queued"
        assert body["total"] == len(urls)
        return str(body["batchId"])

    async def post(
        self, path: str, json: object, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Json]:
        """Send a POST, and return the status and the body of the response."""
        async with self.session.post(path, json=json, headers=headers) as response:
            return response.status, await response.json()

    async def batch(self, batch_id: str) -> Json:
        """Return the batch as it is now."""
        async with self.session.get(f"/api/batch/scrape/{batch_id}") as response:
            body: Json = await response.json()
            if response.status != 200:
                raise UnavailableError(body)
            check_conservation(body)
            return body

    async def credits_used(self) -> int:
        """Return the credits that the account has used, or holds for open batches."""
        async with self.session.get("/api/account") as response:
            assert response.status == 200
            return int((await response.json())["data"]["credits"]["used"])

    async def wait_for(
        self, batch_id: str, condition: Callable[[Json], bool], *, timeout: float = 180
    ) -> Json:
        """Poll the batch until `condition` holds, even while the API is down, and return it."""
        deadline = time.monotonic() + timeout
        latest: Json | None = None
        while time.monotonic() < deadline:
            try:
                latest = await self.batch(batch_id)
            except (aiohttp.ClientConnectionError, UnavailableError):
                await asyncio.sleep(0.2)
                continue
            if condition(latest):
                return latest
            await asyncio.sleep(0.1)
        raise TimeoutError(f"the condition did not hold within {timeout} s: {summary(latest)}")

    async def finished(self, batch_id: str, *, timeout: float = 300) -> Json:
        """Wait until the batch has ended, and return it."""
        return await self.wait_for(batch_id, lambda b: b["status"] in TERMINAL, timeout=timeout)


def check_conservation(batch: Json) -> None:
    """Check what is true of every batch at any time."""
    items = batch["items"]
    assert len(items) == batch["totalUrls"]
    assert sum(item["status"] == "completed" for item in items) == batch["completedCount"]
    assert sum(item["status"] == "failed" for item in items) == batch["failedCount"]
    for item in items:
        assert (item["error"] is None) == (item["errorCode"] is None)
        assert (item["status"] == "failed") == (item["error"] is not None)
        assert (item["status"] == "completed") == (item["result"] is not None)
        assert (item["finishedAt"] is not None) == (item["status"] in TERMINAL)
    if batch["finishedAt"] is not None:
        assert batch["status"] in TERMINAL
        assert all(item["status"] in TERMINAL for item in items)
    elif batch["status"] != "cancelled":  # its started items still finish
        assert batch["status"] not in TERMINAL


def summary(batch: Json | None) -> object:
    """Return what a failing test should show of a batch: everything except its content."""
    if batch is None:
        return None
    items = [(i["url"], i["status"], i["errorCode"], i["attempts"]) for i in batch["items"]]
    return batch["status"], items
