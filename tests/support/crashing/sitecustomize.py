"""A module that kills its process between two steps, when a test asks for that.

Python imports a module of this name at its start, if the module is on the path. The variable
`CRASH_FLAG` names a file with `before STEP` or `after STEP`. The first process that comes to this
moment deletes the file and dies.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle

from storage.bucket import Bucket
from storage.database import Database

_FLAG = Path(os.environ["CRASH_FLAG"])


def _crash_if_asked(moment: str) -> None:
    try:
        if _FLAG.read_text() != moment:
            return
        _FLAG.unlink()
    except FileNotFoundError:  # no crash is asked for, or another process was the first
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _with_crashes(
    method: Callable[..., Awaitable[Any]], step_of: Callable[..., str]
) -> Callable[..., Awaitable[Any]]:
    @wraps(method)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        step = step_of(*args)
        _crash_if_asked(f"before {step}")
        result = await method(*args, **kwargs)
        _crash_if_asked(f"after {step}")
        return result

    return wrapped


def _patch(owner: type, name: str, step_of: Callable[..., str]) -> None:
    setattr(owner, name, _with_crashes(getattr(owner, name), step_of))


_patch(Database, "run", lambda _self, work, *_: work.__name__.strip("_"))
_patch(Bucket, "put", lambda _self, key, *_: key.rpartition("/")[2])
_patch(Client, "start_workflow", lambda *_: "start")
_patch(WorkflowHandle, "signal", lambda *_: "signal")
