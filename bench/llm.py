"""What waiting for a model costs: 50 pages with a model that takes two seconds for each, against
the same 50 as markdown, in interleaved rounds.

    make bench-llm ARGS="--rounds 3 --seconds 2"

It starts a stack with a site and a model's server of its own, and ends with an error if the pages
per second with the model are less than 0.9 of those without.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from stack.stack import Stack
from tests.support.client import ApiClient
from tests.support.model_server import KEY, MODEL, ModelServer, says
from tests.support.site import Site

PAGES = 50
TABS = 6
LEAST = 0.9
SETTINGS = {
    "SPIDRA_RATE_LIMIT": "0",
    "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
    "SPIDRA_TABS": str(TABS),
    "SPIDRA_HOST_CONCURRENCY": "0",  # all pages are of one
    "OPENAI_API_KEY": KEY,
    "SPIDRA_LLM_MODEL": MODEL,
    "SPIDRA_LLM_CONCURRENCY": "50",
}
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}


async def rate(api: ApiClient, site: Site, options: dict[str, object]) -> tuple[float, float]:
    """Pages per second of one batch: until the last item had its page, as far as tabs go, and
    until it had ended."""
    before = site.hits("/plain")
    began = time.monotonic()
    batch_id = await api.submit([site.url(f"/plain?n={n}") for n in range(PAGES)], **options)
    await asyncio.to_thread(site.wait_hits, "/plain", before + PAGES, 300)
    taken = time.monotonic() - began
    batch = await api.finished(batch_id)
    if batch["completedCount"] != PAGES:
        raise SystemExit(f"not all pages were completed: {batch['items']}")
    first, last = (datetime.fromisoformat(batch[name]) for name in ("createdAt", "finishedAt"))
    return PAGES / taken, PAGES / (last - first).total_seconds()


async def main() -> None:
    """Measures, prints, compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    with_model: list[float] = []
    without: list[float] = []
    with tempfile.TemporaryDirectory(prefix="spidra-bench-") as folder:
        async with Site() as site, ModelServer() as model:
            model.script = lambda _: says({"title": "On reading pages"}, delay=options.seconds)
            env = {**SETTINGS, "OPENAI_BASE_URL": model.url}
            async with Stack(Path(folder), env=env) as stack:
                await stack.wait_ready()
                async with ApiClient(stack.api_url, stack.api_key) as api:
                    await rate(api, site, {})  # so that all is warm
                    for number in range(1, options.rounds + 1):
                        plain = await rate(api, site, {})
                        asked = await rate(api, site, {"schema": SCHEMA})
                        print(
                            f"round {number}: pages/s without {plain[0]:.2f} (whole batch "
                            f"{plain[1]:.2f}), with the model {asked[0]:.2f} ({asked[1]:.2f})"
                        )
                        without.append(plain[0])
                        with_model.append(asked[0])
    ratio = statistics.median(with_model) / statistics.median(without)
    print(f"with the model {ratio:.2f} of the pages/s without; at most {model.most_at_once} waited")
    if ratio < LEAST:
        raise SystemExit(f"less than {LEAST}")


if __name__ == "__main__":
    asyncio.run(main())
