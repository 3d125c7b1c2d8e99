"""A process leaves no core dump and no temporary files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

_CHILD = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_process_and_its_children_write_no_core_dump() -> None:
    code = (
        "import subprocess, sys; from processes import forbid_core_dumps; "
        f"forbid_core_dumps(); subprocess.run([sys.executable, '-c', {_CHILD!r}], check=True)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "(0, 0)"


_WITH_FOLDER = """
import sys, tempfile
from runtime.temporary import own_temporary_folder
with own_temporary_folder():
    open(tempfile.mkdtemp() + "/profile", "w").close()
    print(tempfile.gettempdir(), flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_only_folders_of_dead_workers_are_removed(tmp_path: Path) -> None:
    def start() -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", _WITH_FOLDER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        assert process.stdout is not None
        return process, Path(process.stdout.readline().strip())

    (alive, used), (dead, left) = start(), start()
    dead.kill()
    dead.communicate()
    assert len(list(left.iterdir())) == 2
    other = tmp_path / "spidra-worker-without-a-lock"
    other.mkdir()
    third, own = start()
    assert set(tmp_path.iterdir()) == {used, own, other}
    for process in (alive, third):
        process.communicate()
        assert process.returncode == 0
    assert set(tmp_path.iterdir()) == {other}
