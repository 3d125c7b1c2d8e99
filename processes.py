"""What processes leave behind: no children, and no dump of their memory."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(sig: int = signal.SIGKILL) -> None:
    """Has the kernel send this process `sig` when its parent dies, however that happens.

    Linux only; elsewhere it does nothing, and an orphan has to notice by itself.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it died before the call
        os.kill(os.getpid(), sig)


def forbid_core_dumps() -> None:
    """Keeps this process, and those it starts, from writing its memory to disk when it crashes,
    since that holds secrets."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
