"""Run a command that the kernel kills as soon as its parent ends, however the parent ends.

    python -I -S stack/run_with_parent.py PARENT_PID COMMAND [ARGUMENT…]

This is a program of its own because its work belongs between fork and exec, and Python code there
is not safe in a process that has threads. It takes some 20 ms. Then it becomes the command, with
the same process id. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # from linux/prctl.h


def main() -> None:
    """Become the command. The exit status is 1 if the parent has ended already."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL)) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    # If the parent ended before the prctl call, the signal never comes.
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 -- no shell is wanted


if __name__ == "__main__":
    main()
