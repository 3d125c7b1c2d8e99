"""`python -m tests.workflows.record_histories VERSION`: record histories for `test_replay`.

The batches scrape real pages on a real stack. One runs undisturbed, one has cookies, one is
cancelled, one has a host that asks to come back later, and one uses up its proxy traffic. Of a
retried batch, the second run is recorded.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import tempfile
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from stack.stack import Stack
from tests.conftest import STACK_ENV
from tests.support.client import ApiClient
from tests.support.site import Site
from tests.support.upstreams import upstream_proxy
from workflows.state import workflow_id

FOLDER = Path(__file__).parent / "histories"


async def record(version: str) -> None:
    """Write one file per batch."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            upstream_proxy("http") as upstream,
            Stack(
                Path(folder),
                env={**STACK_ENV, "SPIDRA_PROXIES": json.dumps({"de": upstream.url})},
            ) as stack,
            Site() as site,
            Site() as refusing,
            ApiClient(stack.api_url, stack.api_key) as api,
        ):
            await stack.wait_ready()
            temporal = await Client.connect(
                stack.temporal_address, data_converter=pydantic_data_converter
            )
            batches = {
                "plain": await api.submit([site.url("/plain"), site.url("/status/404")] * 6),
                "cookies": await api.submit([site.url("/plain")] * 3, cookies="a=1"),
                "refused": await api.submit([refusing.url("/refusing/record")]),
                "cancelled": await api.submit([site.url("/gated/record")] * 12),
                "retried": await api.submit([site.url("/plain"), site.url("/broken/record")]),
                "limited": await api.submit(
                    [site.url(f"/big?mb=0.2&{number}") for number in range(26)],
                    useProxy=True,
                    scrapeMode="fast",
                    maxProxyMb=0.1,
                ),
            }
            await api.wait_for(
                batches["cancelled"], lambda b: any(i["status"] == "running" for i in b["items"])
            )
            await api.session.delete(f"/api/batch/scrape/{batches['cancelled']}")
            site.open_gate("record")
            await api.finished(batches["retried"])
            await api.post(f"/api/batch/scrape/{batches['retried']}/retry", {})
            for name, batch_id in batches.items():
                await api.wait_for(batch_id, lambda b: b["finishedAt"] is not None)
                history = await temporal.get_workflow_handle(workflow_id(batch_id)).fetch_history()
                path = FOLDER / f"{name}-{version}.json"
                text = history.to_json().replace(f"@{socket.gethostname()}", "@recorded")
                await asyncio.to_thread(path.write_text, text + "\n")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1]))
