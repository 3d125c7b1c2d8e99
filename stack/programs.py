"""The programs that the stack runs, and where they are."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from stack.errors import StackError

REPOSITORY = Path(__file__).parent.parent
"""The folder of `worker.py` and of the package `api`."""

GO_MEMORY = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
"""Environment variables for programs in Go.

Their heaps are small here. With Go's defaults they spend much of their time collecting garbage.
"""


def find_program(name: str) -> str:
    """Return the path of a program. The folder of the running Python is searched first.

    Raises `StackError` if the program is not installed.
    """
    python_folder = Path(sys.executable).parent
    path = shutil.which(name, path=str(python_folder)) or shutil.which(name)
    if path is None:
        raise StackError(f"{name} is not installed: run `make setup`.")
    return path
