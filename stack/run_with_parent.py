"""Runs a command that is killed as soon as its parent is gone, however the parent ended.

    python -I -S stack/tether.py PARENT_PID COMMAND [ARGUMENT…]

A program of its own, since what has to be done between fork and exec is not safe in a process
that has threads. It costs some 20 ms and then is the command, with the same process id. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # from linux/prctl.h


def main() -> None:
    """Ends with status 1 if the parent is gone already."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL)) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    # The parent may have died before it was asked for; then no signal ever comes.
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 -- no shell is wanted


if __name__ == "__main__":
    main()
