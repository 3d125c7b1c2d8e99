"""Crawl4AI in a process and a virtual environment of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bench.checks import fail
from bench.scrapers import ROOT, START_SECONDS, Scraper

_VERSION = "crawl4ai==0.9.5"
_FOLDER = ROOT / ".data" / "bench"
"""Folder of the virtual environment, which is kept for the next run."""

_INSTALL_SECONDS = 900.0


def install_crawl4ai() -> Path | None:
    """Install Crawl4AI if it is missing; return its Python, or None if that fails."""
    python = _FOLDER / "crawl4ai" / "bin" / "python"
    probe = [str(python), "-c", "import crawl4ai"]
    if python.exists() and subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        return python
    print(f"Installing {_VERSION} into {python.parents[1]} …", flush=True)
    python.parents[1].parent.mkdir(parents=True, exist_ok=True)
    for command in (
        [sys.executable, "-m", "venv", str(python.parents[1])],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _VERSION],
    ):
        try:
            subprocess.run(command, capture_output=True, timeout=_INSTALL_SECONDS, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            detail = getattr(error, "stderr", None) or b""
            lines = [line for line in detail.decode().splitlines() if line.startswith("ERROR")]
            print(f"Crawl4AI could not be installed and is left out: {lines[-1:] or error}")
            return None
    return python


@asynccontextmanager
async def running_crawl4ai(python: Path, browser: Path, tabs: int) -> AsyncIterator[Scraper]:
    """Run Crawl4AI with its browser, through `crawl4ai_rival.py`."""
    process = await asyncio.create_subprocess_exec(
        python,
        Path(__file__).with_name("crawl4ai_rival.py"),
        str(browser),
        str(tabs),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "CRAWL4AI_NO_CLOUD_NOTICE": "1",
            "CRAWL4_AI_BASE_DIRECTORY": str(_FOLDER),
        },
        limit=2**20,
    )
    orders, answers = process.stdin, process.stdout
    assert orders is not None  # noqa: S101
    assert answers is not None  # noqa: S101
    try:
        async with asyncio.timeout(START_SECONDS):
            while await answers.readline() != b"ready\n":
                if answers.at_eof():
                    raise SystemExit("Crawl4AI did not start.")

        async def scrape(urls: Sequence[str]) -> float:
            orders.write(" ".join(urls).encode() + b"\n")
            answer = json.loads(await answers.readline())
            if answer["good"] != len(urls):
                fail(f"Crawl4AI, {answer['good']} of {len(urls)}")
            return float(answer["seconds"])

        yield scrape
    finally:
        orders.close()
        await process.wait()
