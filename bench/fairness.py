"""Whether one account's big batches hold up another account's small one.

    make bench-fairness ARGS="--rounds 3 --batches 20"

It starts a stack with a site of its own. In each round B submits a batch of 10 URLs to an idle
system, and another one right after A has submitted 20 batches of 50; both times are printed, and
their ratio. It ends with an error if B's batch is not complete, or comes after all of A's.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from stack.stack import Stack
from tests.support.accounts import new_key
from tests.support.client import ApiClient
from tests.support.site import Site

BATCHES = "/api/batch/scrape"
SETTINGS = {
    "SPIDRA_RATE_LIMIT": "0",
    "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
    "SPIDRA_TABS": "6",
    # All pages are those of one host; what is measured is whose turn it is.
    "SPIDRA_HOST_CONCURRENCY": "0",
}
BIG, SMALL = 50, 10
TIMEOUT = 1800.0


async def small_batch(api: ApiClient, site: Site, mode: str) -> float:
    """Seconds that B's batch takes, from the submit to the answer that it is complete."""
    began = time.perf_counter()
    batch_id = await api.submit([site.url("/plain")] * SMALL, scrapeMode=mode)
    batch = await api.finished(batch_id, timeout=TIMEOUT)
    check(batch["completedCount"] == SMALL, batch)
    return time.perf_counter() - began


async def one_round(stack: Stack, site: Site, batches: int, mode: str) -> tuple[float, float]:
    """Seconds of B's batch on an idle system, and after A's batches."""
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
        check(left > 0, "A was done before B: there was nothing to be fair about")
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


def check(holds: bool, what: object) -> None:
    """Ends the run unless it holds."""
    if not holds:
        raise SystemExit(f"broken promise: {what}")


async def main() -> None:
    """Measures `--rounds` times and prints medians."""
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
