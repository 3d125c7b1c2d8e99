"""Sentences about what is wrong with the body of a request."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.request_body import RequestBody

_EXCERPT_CHARACTERS = 60
_PATH_CHARACTERS = 100
"""Characters that an error shows of a value and of a field's name: a client may send any text."""

BodyT = TypeVar("BodyT", bound=RequestBody)


def parse_body(model: type[BodyT], body: Mapping[str, Any]) -> BodyT | list[str]:
    """Return `body` as `model`, or what is wrong with its fields: a sentence each."""
    try:
        return model.model_validate(body, by_name=False)
    except ValidationError as error:
        return [_sentence(model, detail) for detail in error.errors(include_url=False)]


def wrong_places(model: type[RequestBody], body: Mapping[str, Any]) -> set[tuple[str | int, ...]]:
    """Return where `body` is wrong: the names of fields, with the index of the entry in a list."""
    try:
        model.model_validate(body, by_name=False)
    except ValidationError as error:
        return {detail["loc"] for detail in error.errors(include_url=False)}
    return set()


def _sentence(model: type[RequestBody], detail: ErrorDetails) -> str:
    path = _path(detail["loc"])
    match detail["type"]:
        case "missing":
            return f"{path}: is required."
        case "extra_forbidden":
            return f"{path}: is not a known field.{_nearest(model, path)}"
        case "too_short":
            return f"{path}: must have at least one entry."
        case "too_long":
            limit = detail["ctx"]["max_length"]
            return f"{path}: has {len(detail['input'])} entries; at most {limit} are allowed."
        case "string_too_long":
            limit = detail["ctx"]["max_length"]
            return f"{path}: has {len(detail['input'])} characters; at most {limit} are allowed."
        case _:
            message = detail["msg"].replace("Input should be", "must be")
            return f"{path}: {message}{_not_this(model, detail)}."


def _not_this(model: type[RequestBody], detail: ErrorDetails) -> str:
    """Return the words that show the value, or no words for a secret."""
    secrets = {model.alias_of(name) for name in model.secret_names()}
    is_secret = bool(detail["loc"]) and detail["loc"][0] in secrets
    return "" if is_secret else f", not {excerpt(detail['input'])}"


def _nearest(model: type[RequestBody], name: str) -> str:
    known = [model.alias_of(own) for own in model.model_fields]
    lowered = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower().replace("_", ""), lowered, n=1)
    if close:
        return f" Did you mean {lowered[close[0]]}?"
    return f" Known are {', '.join(known)}."


def _path(location: Sequence[str | int]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path[:_PATH_CHARACTERS] or "body"


def excerpt(value: object) -> str:
    """Return `value` as an error may show it: short, and without the content of objects and lists.

    That content may be a secret.
    """
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _EXCERPT_CHARACTERS else f"{text[: _EXCERPT_CHARACTERS - 3]}…"
