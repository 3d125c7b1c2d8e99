"""The values that a model finds on pages whose values are known.

    make bench-llm ARGS="--accuracy --runs 3"

Each page is read by the product, without a browser, and beside it with one plain prompt that has
the same text, the same schema and the same format of the answer. The temperature is 0 and requests
are sent one by one, so a server with one slot repeats its answers as well as it can. What differs
between runs is the random boundary in the messages of the product.

Asks the server at `OPENAI_BASE_URL`, or starts llama.cpp's server with SmolLM2, both of which `make
test-model` installs. `--weights` names another GGUF file.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from bench.accuracy.held_out import PAGES as HELD_OUT
from bench.accuracy.page import Page
from bench.accuracy.pages import PAGES
from bench.accuracy.pipeline import Way, ways
from bench.accuracy.report import Run, report
from bench.accuracy.server import model_server, packaged_weights

CONTEXT_TOKENS = 4096
_LISTS = {"pages": PAGES, "held-out": HELD_OUT}


async def run_once(way: Way, pages: Sequence[Page]) -> Run:
    """Return the outcomes of `pages`, asked about one after the other."""
    return Run([(page, await way(page)) for page in pages])


async def measure(url: str, options: argparse.Namespace) -> None:
    """Run all ways as often as asked for, in turn, and print what they found."""
    pages = [page for page in _LISTS[options.set] if page.language in options.languages]
    pages = pages[:: options.step]
    key, model = os.environ.get("OPENAI_API_KEY"), os.environ.get("SPIDRA_LLM_MODEL", "any")
    async with ways(url, key=key, model=model, context_tokens=options.context_tokens) as all_ways:
        runs: dict[str, list[Run]] = {name: [] for name in all_ways if name in options.ways}
        for number in range(1, options.runs + 1):
            for name, done in runs.items():
                done.append(await run_once(all_ways[name], pages))
                total = done[-1].total()
                print(f"run {number}, {name}: {total.right:.1f} of {total.all:.0f}", flush=True)
        for name, done in runs.items():
            print("\n".join(report(name, done)))
            if options.values:
                print("\n".join(f"  {line}" for line in done[-1].not_right()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--set", choices=list(_LISTS), default="pages")
    parser.add_argument("--languages", nargs="+", default=["en", "de", "fr", "es", "ja", "hi"])
    parser.add_argument("--step", type=int, default=1, help="take each second page, or third")
    parser.add_argument("--ways", nargs="+", default=["product", "plain prompt"])
    parser.add_argument("--values", action="store_true", help="also print what is not right")
    parser.add_argument("--weights", type=Path, help="a GGUF file")
    parser.add_argument("--context-tokens", type=int, default=CONTEXT_TOKENS)
    options = parser.parse_args(arguments)
    url = os.environ.get("OPENAI_BASE_URL")
    server: AbstractContextManager[str] = (
        nullcontext(url)
        if url is not None
        else model_server(
            options.weights or packaged_weights(), context_tokens=options.context_tokens
        )
    )
    with server as address:
        asyncio.run(measure(address, options))


if __name__ == "__main__":
    main()
