"""`GET /api/account`: plan, credits and proxy traffic, with the models of the response.

The descriptions are what a reader of the OpenAPI document sees.
"""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from api.http.app_keys import ACCOUNT, DATABASE, SETTINGS
from api.http.response_models import Count, Megabytes, ResponseModel, Timestamp
from api.http.responses import json_response
from domain.proxies import BYTES_PER_MB
from storage import ledger


class Plan(ResponseModel):
    """The plan of the account."""

    name: str = Field(description="The name of the plan.")


class Credits(ResponseModel):
    """The credits of the account."""

    limit: Count = Field(description="The credits that it may use.")
    used: Count = Field(description="The credits that it has used, or holds for open batches.")
    remaining: Count = Field(description="The credits that it can still use.")
    billing_cycle_start: Timestamp = Field(description="The time from which credits are counted.")


class ProxyBandwidth(ResponseModel):
    """The traffic of the account through proxy exits, in megabytes of 1,000,000 bytes.

    Both directions count.
    """

    limit_mb: Megabytes = Field(description="The traffic that it may use. 0 if there is no limit.")
    used_mb: Megabytes = Field(description="The traffic of all ended items, failed ones too.")
    remaining_mb: Megabytes = Field(
        description="The traffic that it can still use. 0 if there is no limit."
    )


class Account(ResponseModel):
    """The account of the API key."""

    plan: Plan
    credits: Credits
    proxy_bandwidth: ProxyBandwidth
    subscription: None = Field(description="Always null: this server has no subscriptions.")


class AccountResponse(ResponseModel):
    """Plan, credits and proxy traffic."""

    data: Account


async def get(request: web.Request) -> web.Response:
    """Handle `GET /api/account`."""
    usage = await request.app[DATABASE].read(ledger.usage, request[ACCOUNT])
    account = Account(
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
    return json_response(AccountResponse(data=account))


def _bandwidth(limit: int, used: float) -> ProxyBandwidth:
    """Return the traffic in megabytes, rounded to the kilobyte."""
    return ProxyBandwidth(
        limit_mb=limit, used_mb=round(used, 3), remaining_mb=max(0.0, round(limit - used, 3))
    )
