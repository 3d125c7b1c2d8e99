"""The delay of an account's small batch behind another account's big batches.

    make bench-fairness ARGS="--rounds 3 --batches 20"

It starts a stack and a site. In each round account B submits a batch of 10 URLs to an idle system.
Then account A submits 20 batches of 50 URLs, and B submits its batch again. Both times of B and
their ratio are printed. The run ends with an error if B's batch is not complete, or if it ends
after all batches of A.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench.checks import check
from stack.stack import Stack
from tests.support.accounts import new_key
from tests.support.client import ApiClient
from tests.support.site import Site

BATCHES = "/api/batch/scrape"
SETTINGS = {
    "SPIDRA_RATE_LIMIT": "0",
    "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
    "SPIDRA_TABS": "6",
    # All pages are of one host, and a limit per host would hide whose item comes next.
    "SPIDRA_HOST_CONCURRENCY": "0",
}
BIG, SMALL = 50, 10
TIMEOUT = 1800.0


async def small_batch(api: ApiClient, site: Site, mode: str) -> float:
    """Return the seconds from the submit of B's batch until the API says that it is complete."""
    began = time.perf_counter()
    batch_id = await api.submit([site.url("/plain")] * SMALL, scrapeMode=mode)
    batch = await api.finished(batch_id, timeout=TIMEOUT)
    check(batch["completedCount"] == SMALL, batch)
    return time.perf_counter() - began


async def one_round(stack: Stack, site: Site, batches: int, mode: str) -> tuple[float, float]:
    """Return the seconds of B's batch on an idle system, and behind A's batches."""
    async with (
        ApiClient(stack.api_url, new_key(stack)) as a,
        ApiClient(stack.api_url, new_key(stack)) as b,
    ):
        idle = await small_batch(b, site, mode)
        big = [await a.submit([site.url("/plain")] * BIG, scrapeMode=mode) for _ in range(batches)]
        busy = await small_batch(b, site, mode)
        left = BIG * batches
        for batch_id in big:
            left -= (await a.batch(batch_id))["completedCount"]
        check(left > 0, "A's batches ended before B's, so nothing was measured")
        print(
            f"B's {SMALL}: idle {idle:6.2f} s, behind A's {BIG * batches}: {busy:6.2f} s; ", end=""
        )
        print(f"{left} of A's were left when B's were done")
        for batch_id in big:
            async with a.session.delete(f"{BATCHES}/{batch_id}"):
                pass
        for batch_id in big:
            await a.wait_for(batch_id, lambda found: found["finishedAt"] is not None)
    return idle, busy


async def main() -> None:
    """Measure `--rounds` rounds and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--mode", choices=["default", "fast"], default="default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spidra-bench-") as folder:
        async with Site() as site, Stack(Path(folder), env=SETTINGS) as stack:
            await stack.wait_ready()
            rounds = [
                await one_round(stack, site, options.batches, options.mode)
                for _ in range(options.rounds)
            ]
    idle, busy = (statistics.median(seconds) for seconds in zip(*rounds, strict=True))
    print(f"medians: idle {idle:.2f} s, busy {busy:.2f} s, ratio {busy / idle:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
