"""Where the programs are that the stack runs."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from stack.errors import StackError

REPOSITORY = Path(__file__).parent.parent
"""Where `worker.py` and the package `api` are."""


GO_MEMORY = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
"""Variables for programs in Go. Their heaps are small here, and they would be collecting them for a
good part of their time."""


def find_program(name: str) -> str:
    """The path of a program, first looked for beside the running Python. Raises `StackError`."""
    beside = Path(sys.executable).parent
    path = shutil.which(name, path=str(beside)) or shutil.which(name)
    if path is None:
        raise StackError(f"{name} is not installed: run `make setup`.")
    return path
