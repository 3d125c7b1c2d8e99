"""A folder for all temporary files of a worker, so that whatever it leaves can be told from what
others still use."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "spidra-worker-"
_UNFINISHED = "spidra-unlocked-"
_LOCK = "lock"


@contextmanager
def own_temporary_folder() -> Iterator[None]:
    """Has this process, and those it starts, put temporary files into a folder of its own.

    It is removed at the end, with all that is in it. A process that is killed cannot do that: so
    the folders of those that are dead are removed at the start. Each is locked for as long as its
    process lives, and the system ends the lock with the process.
    """
    if sys.platform == "win32":
        yield
        return
    base = Path(tempfile.gettempdir())
    _remove_abandoned(base)
    # Nobody may find it before it is locked.
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=base))
    lock = os.open(unfinished / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    _lock(lock)
    folder = base / unfinished.name.replace(_UNFINISHED, _PREFIX)
    unfinished.rename(folder)
    former = os.environ.get("TMPDIR"), tempfile.tempdir
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        _restore(*former)
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
            continue  # somebody else's, or just being removed
        try:
            if _lock(lock):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _lock(descriptor: int) -> bool:
    """Whether nobody has locked it, and it is locked now."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
