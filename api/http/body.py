"""Reading a JSON body, strictly."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

from aiohttp import web

from api.http.app_keys import RECEIVED_AT
from api.http.errors import invalid_json, request_timeout, unsupported_media_type

MAX_BODY_BYTES = 1024 * 1024
"""The largest body that is read (the contract: 1 MiB)."""

BODY_SECONDS = 10.0
"""The time that the body has to arrive. A mebibyte needs less on any line that can carry the
results."""

MAX_DEPTH = 100
"""The levels of nesting that a body may have: several times what the deepest allowed schema needs.
"""


async def read_object(request: web.Request, *, allow_empty: bool = False) -> dict[str, Any]:
    """Return the JSON object in the body of `request`.

    With `allow_empty`, an empty body counts as an empty object.

    Raises:
        ApiError: 408 if the body does not arrive; 415 if it is declared as something other than
            JSON; 400 if it is not one JSON object in UTF-8. It is 400 as well if other parsers may
            read the body differently: it has a name twice, an infinite number, or text that cannot
            be encoded again.
    """
    if "Content-Type" in request.headers and not _is_json(request.content_type):
        raise unsupported_media_type(request.content_type)
    try:
        content = await _read(request)
        if allow_empty and not content.strip():
            return {}
        body = json.loads(
            content.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_float=_finite_float,
            object_pairs_hook=_unique_names,
        )
        json.dumps(body, ensure_ascii=False).encode()
    except web.RequestPayloadError:
        raise invalid_json("its transfer or content encoding is broken") from None
    except UnicodeEncodeError:
        raise invalid_json("it holds a lone surrogate, which is not a character") from None
    except RecursionError:
        raise invalid_json(f"it is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        raise invalid_json(str(error)) from None
    if not isinstance(body, dict):
        raise invalid_json("it is not an object")
    if _depth(body) > MAX_DEPTH:
        raise invalid_json(f"it is nested deeper than {MAX_DEPTH} levels")
    return body


async def _read(request: web.Request) -> bytes:
    """Return the body, and note when it had arrived."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            content = await request.read()
    except TimeoutError:
        raise request_timeout(BODY_SECONDS) from None
    request[RECEIVED_AT] = asyncio.get_running_loop().time()
    return content


def _is_json(content_type: str) -> bool:
    return content_type == "application/json" or content_type.endswith("+json")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:50]} is too large a number")
    return number


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return `pairs` as a dict. Raise `ValueError` if a name is there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has the name {twice[:50]!r} more than once")
    return found


def _depth(value: object) -> int:
    """Return how many levels `value` has. A loop, since a recursion would have a limit itself."""
    depth = 0
    level = [value]
    while level:
        depth += 1
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return depth
