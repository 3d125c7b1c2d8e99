"""What form of an answer a client accepts, and whether it has the answer already."""

from __future__ import annotations

import hashlib
import re

from aiohttp import web
from aiohttp.typedefs import Handler

from api.batches.status import BatchStatus
from api.http.errors import ApiError

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\U0010ffff]*")')


@web.middleware
async def only_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses requests to `/api` whose sender accepts anything but JSON."""
    if request.path.startswith("/api/") and not _accepts_json(request):
        raise ApiError(
            406,
            "NOT_ACCEPTABLE",
            "Answers are application/json, which the Accept header of the request rules out.",
        )
    return await handler(request)


def _accepts_json(request: web.Request) -> bool:
    """As RFC 9110, 12.5.1, has it: the most specific range decides."""
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
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def batch_tag(status: BatchStatus) -> str:
    """The entity tag of the answer about a batch that stands so.

    Weak: two answers with one tag say the same of the batch, but their screenshot URLs are signed
    at different times.
    """
    digest = hashlib.sha256(status.status.encode())
    digest.update(status.state.model_dump_json().encode())
    for index, at in sorted(status.started.items()):
        digest.update(f"{index} {at.isoformat()}\n".encode())
    return f'W/"{digest.hexdigest()[:32]}"'


def is_known(request: web.Request, tag: str) -> bool:
    """Whether `If-None-Match` says that the client has what `tag` stands for. Tags are compared
    weakly (RFC 9110, 13.1.2)."""
    given = ",".join(request.headers.getall("If-None-Match", []))
    return given.strip() == "*" or tag.removeprefix("W/") in _TAG.findall(given)
