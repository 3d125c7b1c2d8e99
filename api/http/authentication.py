"""Which account a request belongs to, and whether that account may make another request."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import Connection

from api.http.app_keys import ACCOUNT, ALLOWANCE, DATABASE, SETTINGS
from api.http.errors import invalid_api_key, missing_api_key, rate_limited
from storage.accounts import account_of_key
from storage.rate_limits import Allowance, count_request


@web.middleware
async def authentication(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find the account of the API key and count the request. Only `/api` needs a key."""
    if request.path.startswith("/api/"):
        key = _api_key(request)
        if key is None:
            raise missing_api_key()
        request[ACCOUNT] = await _enter(request, key)
    return await handler(request)


async def add_rate_limit(request: web.Request, response: web.StreamResponse) -> None:
    """Add the `RateLimit` headers, unless the account is unknown or has no limit.

    This is a signal handler, so that streamed responses and errors have them as well.
    """
    allowance = request.get(ALLOWANCE)
    if allowance is not None:
        response.headers["RateLimit-Limit"] = str(allowance.limit)
        response.headers["RateLimit-Remaining"] = str(allowance.remaining)
        response.headers["RateLimit-Reset"] = str(allowance.reset_seconds)


async def _enter(request: web.Request, key: str) -> str:
    """Return the account of `key`, and count the request if there is a limit."""
    database, limit = request.app[DATABASE], request.app[SETTINGS].rate_limit
    allowance: Allowance | None = None
    if limit:
        account, allowance = await database.run(_identify_and_count, key, limit)
    else:
        account = await database.read(account_of_key, key)
    if account is None:
        raise invalid_api_key()
    if allowance is not None:
        request[ALLOWANCE] = allowance
        if allowance.is_exceeded:
            raise rate_limited(limit, allowance.reset_seconds)
    return account


def _identify_and_count(
    connection: Connection, key: str, limit: int
) -> tuple[str | None, Allowance | None]:
    account = account_of_key(connection, key)
    if account is None:
        return None, None
    return account, count_request(connection, account, limit)


def _api_key(request: web.Request) -> str | None:
    """Return the key that the request carries, or None."""
    key = request.headers.get("x-api-key", "").strip()
    if key:
        return key
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    return credential.strip() or None if scheme.lower() == "bearer" else None
