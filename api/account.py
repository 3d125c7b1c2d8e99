"""`GET /api/account`: plan, credits and proxy traffic."""

from __future__ import annotations

from aiohttp import web

from api.batches.reservations import BYTES_PER_MB
from api.http.app_keys import ACCOUNT, DATABASE, SETTINGS
from api.http.responses import json_response
from api.openapi.response_models import Account, AccountAnswer, Credits, Plan, ProxyBandwidth
from storage import ledger


async def get(request: web.Request) -> web.Response:
    """`used` includes what open batches hold."""
    usage = await request.app[DATABASE].read(ledger.usage, request[ACCOUNT])
    return json_response(
        AccountAnswer(
            data=Account(
                plan=Plan(name="self-hosted"),
                credits=Credits(
                    limit=usage.limit,
                    used=usage.used,
                    remaining=usage.remaining,
                    billing_cycle_start=usage.since,
                ),
                proxy_bandwidth=_bandwidth(
                    request.app[SETTINGS].proxy_limit_mb, usage.proxy_bytes / BYTES_PER_MB
                ),
                subscription=None,
            )
        )
    )


def _bandwidth(limit: int, used: float) -> ProxyBandwidth:
    """All in megabytes, to the kilobyte."""
    return ProxyBandwidth(
        limit_mb=limit, used_mb=round(used, 3), remaining_mb=max(0.0, round(limit - used, 3))
    )
