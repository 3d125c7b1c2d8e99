"""Whose request it is, and whether the account may make another one."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import Connection

from api.http.app_keys import ACCOUNT, ALLOWANCE, DATABASE, SETTINGS
from api.http.errors import ApiError
from storage.accounts import account_of_key
from storage.rate_limits import Allowance, count_request


@web.middleware
async def authentication(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Finds the account of the request's API key, and counts the request; everything under
    `/api` needs a key."""
    if request.path.startswith("/api/"):
        key = _api_key(request)
        if key is None:
            raise ApiError(
                401,
                "MISSING_API_KEY",
                "Send your API key in the header `x-api-key`, or as `Authorization: Bearer KEY`.",
            )
        request[ACCOUNT] = await _enter(request, key)
    return await handler(request)


async def add_rate_limit(request: web.Request, response: web.StreamResponse) -> None:
    """Says on the response what the account may still ask for; a signal, so that streamed
    responses and errors have it as well. Where no account is known there is nothing to say."""
    allowance = request.get(ALLOWANCE)
    if allowance is not None:
        response.headers["RateLimit-Limit"] = str(allowance.limit)
        response.headers["RateLimit-Remaining"] = str(allowance.remaining)
        response.headers["RateLimit-Reset"] = str(allowance.reset_seconds)


async def _enter(request: web.Request, key: str) -> str:
    database, limit = request.app[DATABASE], request.app[SETTINGS].rate_limit
    allowance: Allowance | None = None
    if limit:
        account, allowance = await database.run(_identify_and_count, key, limit)
    else:
        account = await database.read(account_of_key, key)
    if account is None:
        raise ApiError(403, "INVALID_API_KEY", "This API key is unknown, revoked or expired.")
    if allowance is not None:
        request[ALLOWANCE] = allowance
        if allowance.is_exceeded:
            raise ApiError(
                429,
                "RATE_LIMITED",
                f"The account has made its {limit} requests for now; it can make the next in "
                f"{allowance.reset_seconds} seconds.",
                retry_after=allowance.reset_seconds,
            )
    return account


def _identify_and_count(
    connection: Connection, key: str, limit: int
) -> tuple[str | None, Allowance | None]:
    account = account_of_key(connection, key)
    if account is None:
        return None, None
    return account, count_request(connection, account, limit)


def _api_key(request: web.Request) -> str | None:
    key = request.headers.get("x-api-key", "").strip()
    if key:
        return key
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    return credential.strip() or None if scheme.lower() == "bearer" else None
