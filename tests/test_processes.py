"""What a process leaves behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

_CHILD = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_neither_a_process_nor_its_children_dump_their_memory() -> None:
    code = (
        "import subprocess, sys; from activities.processes import forbid_core_dumps; "
        f"forbid_core_dumps(); subprocess.run([sys.executable, '-c', {_CHILD!r}], check=True)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "(0, 0)"
