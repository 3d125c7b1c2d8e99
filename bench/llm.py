"""The cost of waiting for a model.

    make bench-llm ARGS="--rounds 3 --seconds 2"

It compares 50 pages with a model that takes two seconds per answer to the same 50 pages as
markdown, in interleaved rounds. It starts a stack, a site and a model's server. It ends with an
error if the pages per second with the model are less than 0.9 of the pages per second without.

    make bench-llm ARGS="--accuracy"

measures something else: the values that a real model finds. `bench/accuracy/__main__.py` says how.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from bench.accuracy import __main__ as accuracy
from stack.stack import Stack
from tests.support.client import ApiClient
from tests.support.model_server import KEY, MODEL, ModelServer, says
from tests.support.site import Site

PAGES = 50
TABS = 6
MIN_RATIO = 0.9
SETTINGS = {
    "SPIDRA_RATE_LIMIT": "0",
    "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
    "SPIDRA_TABS": str(TABS),
    "SPIDRA_HOST_CONCURRENCY": "0",  # all pages are of one host
    "OPENAI_API_KEY": KEY,
    "SPIDRA_LLM_MODEL": MODEL,
    "SPIDRA_LLM_CONCURRENCY": "50",
}
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}


async def rate(api: ApiClient, site: Site, options: dict[str, object]) -> tuple[float, float]:
    """Return the pages per second of one batch, until its last page was loaded and until its end.

    The first number is about tabs only: a tab is free again when its page is loaded.
    """
    before = site.hits("/plain")
    began = time.monotonic()
    batch_id = await api.submit([site.url(f"/plain?n={n}") for n in range(PAGES)], **options)
    await asyncio.to_thread(site.wait_hits, "/plain", before + PAGES, 300)
    seconds = time.monotonic() - began
    batch = await api.finished(batch_id)
    if batch["completedCount"] != PAGES:
        raise SystemExit(f"not all pages were completed: {batch['items']}")
    first, last = (datetime.fromisoformat(batch[name]) for name in ("createdAt", "finishedAt"))
    return PAGES / seconds, PAGES / (last - first).total_seconds()


async def main() -> None:
    """Measure, print and compare."""
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
                    await rate(api, site, {})  # warm up
                    for number in range(1, options.rounds + 1):
                        plain = await rate(api, site, {})
                        answered = await rate(api, site, {"schema": SCHEMA})
                        print(
                            f"round {number}: pages/s without {plain[0]:.2f} (whole batch "
                            f"{plain[1]:.2f}), with the model {answered[0]:.2f} ({answered[1]:.2f})"
                        )
                        without.append(plain[0])
                        with_model.append(answered[0])
    ratio = statistics.median(with_model) / statistics.median(without)
    print(f"with the model {ratio:.2f} of the pages/s without; at most {model.most_at_once} waited")
    if ratio < MIN_RATIO:
        raise SystemExit(f"less than {MIN_RATIO}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--accuracy"]:
        accuracy.main(sys.argv[2:])
    else:
        asyncio.run(main())
