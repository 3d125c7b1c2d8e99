"""Reading a JSON body, strictly."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

from aiohttp import web

from api.http.app_keys import BEGAN
from api.http.errors import ApiError

MAX_DEPTH = 100
"""Levels of nesting in a body: several times what the deepest schema allowed needs."""


_BODY_SECONDS = 10.0
"""For the body to arrive: more than a mebibyte takes on any line that can carry the results."""


async def read_object(request: web.Request, *, or_nothing: bool = False) -> dict[str, Any]:
    """The JSON object in the body of `request`; with `or_nothing` an empty body is an empty one.

    Raises `ApiError`: 408 if the body does not arrive, 415 if it is declared to be something
    else, 400 `INVALID_JSON` if it is not one JSON object in UTF-8, or says what others would read
    differently: a name twice, a number without end, text that cannot be encoded again.
    """
    if "Content-Type" in request.headers and not _is_json(request.content_type):
        raise ApiError(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            f"The body must be application/json, not {request.content_type[:100]}.",
        )
    try:
        content = await _read(request)
        if or_nothing and not content.strip():
            return {}
        body = json.loads(
            content.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_unique_names,
        )
        json.dumps(body, ensure_ascii=False).encode()
    except web.RequestPayloadError:
        raise _invalid("its transfer or content encoding is broken") from None
    except UnicodeEncodeError:
        raise _invalid("it holds a lone surrogate, which is not a character") from None
    except RecursionError:
        raise _invalid(f"it is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        raise _invalid(str(error)) from None
    if not isinstance(body, dict):
        raise _invalid("it is not an object")
    if _depth(body) > MAX_DEPTH:
        raise _invalid(f"it is nested deeper than {MAX_DEPTH} levels")
    return body


async def _read(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            content = await request.read()
    except TimeoutError:
        raise ApiError(
            408, "REQUEST_TIMEOUT", f"The body did not arrive within {_BODY_SECONDS:.0f} seconds."
        ) from None
    request[BEGAN] = asyncio.get_running_loop().time()
    return content


def _is_json(content_type: str) -> bool:
    return content_type == "application/json" or content_type.endswith("+json")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:50]} is too large a number")
    return number


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has the name {twice[:50]!r} more than once")
    return found


def _depth(value: object) -> int:
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


def _invalid(why: str) -> ApiError:
    return ApiError(400, "INVALID_JSON", f"The body is not valid JSON: {why}.")
