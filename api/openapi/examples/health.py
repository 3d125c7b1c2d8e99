"""Examples for `/healthz`, `/readyz` and `/version`."""

from __future__ import annotations

from typing import Any

from spidra_batch import __version__

HEALTH: dict[str, Any] = {"alive": {"status": "ok"}}

READY: dict[str, Any] = {
    "ready": {"status": "ok", "database": "ok", "bucket": "ok", "temporal": "ok", "worker": "ok"}
}

NOT_READY: dict[str, Any] = {
    "noWorker": {
        "status": "unavailable",
        "database": "ok",
        "bucket": "ok",
        "temporal": "ok",
        "worker": "no worker polls the task queue spidra-batch",
    }
}

VERSION: dict[str, Any] = {"version": {"version": __version__}}
