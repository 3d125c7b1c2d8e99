"""The temporary folder of a worker.

One folder for all temporary files of a process makes clear which files a dead process left.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "spidra-worker-"
_UNLOCKED_PREFIX = "spidra-unlocked-"
_LOCK = "lock"


@contextmanager
def own_temporary_folder() -> Iterator[None]:
    """Give this process and its children a temporary folder of their own.

    The folder is removed at the end. A killed process cannot remove its folder, so the folders of
    dead processes are removed at the start. A process locks its folder while it lives. The system
    releases the lock when the process ends, however it ends.
    """
    if sys.platform == "win32":
        yield
        return
    base = Path(tempfile.gettempdir())
    _remove_abandoned(base)
    # Other workers look for `_PREFIX`, so the folder gets that name only once it is locked.
    unlocked = Path(tempfile.mkdtemp(prefix=_UNLOCKED_PREFIX, dir=base))
    lock = os.open(unlocked / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    _lock(lock)
    folder = base / unlocked.name.replace(_UNLOCKED_PREFIX, _PREFIX)
    unlocked.rename(folder)
    previous = os.environ.get("TMPDIR"), tempfile.tempdir
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        _restore(*previous)
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _restore(variable: str | None, tempdir: str | None) -> None:
    tempfile.tempdir = tempdir
    if variable is None:
        del os.environ["TMPDIR"]
    else:
        os.environ["TMPDIR"] = variable


def _remove_abandoned(base: Path) -> None:
    for folder in base.glob(f"{_PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR)
        except OSError:
            continue  # not a worker's folder, or another process is removing it
        try:
            if _lock(lock):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _lock(descriptor: int) -> bool:
    """Lock the file. Return False if another process holds the lock."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
