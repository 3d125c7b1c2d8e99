"""llama.cpp's server with given weights, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from stack.ports import LOOPBACK, free_ports
from tests.support.paths import ROOT

_START_SECONDS = 120.0


@contextmanager
def model_server(weights: Path, *, context_tokens: int) -> Iterator[str]:
    """Run a server with one slot, and yield its address for `OPENAI_BASE_URL`."""
    if find_spec("xllamacpp") is None:
        raise SystemExit("xllamacpp is not installed; `make test-model` installs it where it can")
    [port] = free_ports(1)
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.support.llama_process",
            str(weights),
            str(port),
            str(context_tokens),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,  # the server ends with it
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(process, f"http://{LOOPBACK}:{port}/health")
        yield f"http://{LOOPBACK}:{port}/v1"
    finally:
        process.kill()
        process.communicate()


def _wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the model's server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(address):  # noqa: S310 -- the server that was started
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("the model is not loaded in time")
