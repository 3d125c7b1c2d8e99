"""Which media type a client accepts: the API writes JSON only."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from api.http.errors import not_acceptable


@web.middleware
async def only_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a request to `/api` if its `Accept` header excludes JSON."""
    if request.path.startswith("/api/") and not _accepts_json(request):
        raise not_acceptable()
    return await handler(request)


def _accepts_json(request: web.Request) -> bool:
    """Return whether `Accept` allows JSON; the most specific range decides (RFC 9110, 12.5.1)."""
    weights: dict[str, float] = {}
    for entry in ",".join(request.headers.getall("Accept", [])).split(","):
        media_range, *parameters = (part.strip().lower() for part in entry.split(";"))
        weights[media_range] = _weight(parameters)
    weights.pop("", None)
    if not weights:
        return True
    found = [name for name in ("application/json", "application/*", "*/*") if name in weights]
    return bool(found) and weights[found[0]] > 0


def _weight(parameters: list[str]) -> float:
    """Return the `q` of a media range: 1 if it is absent, 0 if it is not a number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
