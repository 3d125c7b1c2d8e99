"""How values are written as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from aiohttp import web
from pydantic import BaseModel


def to_json(value: object) -> str:
    """Return `value` as compact JSON that keeps non-ASCII characters readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def timestamp(at: datetime | None) -> str | None:
    """Return `at` as RFC 3339 in UTC with milliseconds and `Z`, like all times of the API."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def json_response(
    body: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return a response with `body` as JSON, its fields under the names that clients know."""
    return web.Response(
        text=body.model_dump_json(by_alias=True),
        status=status,
        headers=headers,
        content_type="application/json",
    )
