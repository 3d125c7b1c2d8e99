"""Examples for `/api/account`."""

from __future__ import annotations

from typing import Any

ACCOUNT: dict[str, Any] = {
    "account": {
        "data": {
            "plan": {"name": "self-hosted"},
            "credits": {
                "limit": 100000,
                "used": 4,
                "remaining": 99996,
                "billingCycleStart": "2026-11-23T23:35:16.002Z",
            },
            "proxyBandwidth": {"limitMb": 0, "usedMb": 0, "remainingMb": 0},
            "subscription": None,
        }
    }
}
