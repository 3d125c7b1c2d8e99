"""Memory and processes of a worker that scrapes many pages in a row."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

import psutil

from bench.cpu_profile import is_browser
from bench.scrapers import BATCH, Product, running_shop, running_stack
from tests.support.processes import command_of


async def soak(pages: int, tabs: int, rest: float) -> None:
    """Scrape `pages` pages, two batches at a time, and print the memory in between.

    Prints the memory once more after `rest` seconds, and then the processes that are left when the
    stack has stopped.
    """
    async with running_shop() as url, running_stack(tabs) as (stack, api):
        scrape = Product(stack, api, mode="default")
        worker = psutil.Process(stack.part("worker-1").pid)
        _print_memory("before", worker)
        began, done = time.perf_counter(), 0
        marks = {max(1, round(pages * part / 4)) for part in range(5)}
        while done < pages:
            count = min(2 * BATCH, pages - done)
            await scrape([f"{url}/products/{done + n}" for n in range(count)])
            done += count
            if any(done - count < mark <= done for mark in marks):
                _print_memory(f"{done} pages", worker)
        seconds = time.perf_counter() - began
        print(f"{done} pages in {seconds:.0f} s: {done / seconds:.2f} pages/s, none failed")
        await asyncio.sleep(rest)
        _print_memory(f"{rest:g} s later", worker)
        for process in worker.children(recursive=True):
            kinds = [a for a in command_of(process) if a.startswith("--type=")]
            print(f"  {process.pid} {process.name()} {' '.join(kinds)}")
        running = psutil.Process().children(recursive=True)
    # A killed process may take a moment to disappear.
    _, left = psutil.wait_procs(running, timeout=2)
    print(f"processes left two seconds after the stack had stopped: {len(left)}")
    for process in left:
        print(f"  {process.pid} {process.status()} {' '.join(command_of(process))[:100]}")


def _print_memory(when: str, worker: psutil.Process) -> None:
    children = worker.children(recursive=True)
    browsers = list(filter(is_browser, children))
    others = [process for process in children if process not in browsers]
    print(
        f"{when:>12}: worker {_megabytes([worker]):6.0f} MB, "
        f"its helpers {_megabytes(others):6.0f} MB ({len(others)}), "
        f"browsers {_megabytes(browsers):6.0f} MB ({len(browsers)} processes)",
        flush=True,
    )


def _megabytes(processes: Iterable[psutil.Process]) -> float:
    """Return the memory of `processes`, with shared pages counted once (proportional set size)."""
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 2**20
