"""Whether an answer proves that the server did not enforce the format of the request.

Some servers accept every `response_format` and ignore it in silence. A server that enforces the
format makes the model write one JSON object and nothing else.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from activities.extraction.answers import strip_thinking

_MAX_DEPTH = 100
"""Levels of schemas. What is deeper proves nothing."""

_MAX_DIGITS = 400
"""Digits of integers that are read. The value of a longer one proves nothing."""

_LITERALS = ("true", "false", "null", "-")


def breaks_format(text: str, schema: dict[str, Any] | None) -> bool:
    """Return whether `text` is no answer of a server that enforces JSON, and `schema` if given.

    `schema` is in the strict dialect. An answer that may only have been cut off is none of these.
    """
    text = strip_thinking(text)
    if not text:
        return False
    try:
        answer = json.loads(text, strict=False, parse_constant=_refuse, parse_int=_integer)
    except json.JSONDecodeError as error:
        return not _may_be_cut(text, error)
    except ValueError:
        return True
    except RecursionError:
        return False
    if not isinstance(answer, dict):
        return True
    return schema is not None and not _fits(answer, schema, schema, 0)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _integer(digits: str) -> int:
    return int(digits[:_MAX_DIGITS])


def _may_be_cut(text: str, error: json.JSONDecodeError) -> bool:
    """Return whether `text` may be the beginning of a JSON object."""
    if not text.startswith("{"):
        return False
    rest = text[error.pos :]
    is_literal = any(literal.startswith(rest) for literal in _LITERALS)
    return is_literal or error.msg.startswith("Unterminated string")


def _fits(value: Any, part: dict[str, Any], root: dict[str, Any], depth: int) -> bool:
    """Return whether `value` fulfils `part` of `root`, a schema in the strict dialect.

    Properties may be missing. In the dialect each of them may be null, and some servers leave out
    what may be null.
    """
    if depth > _MAX_DEPTH:
        return True
    if "$ref" in part:
        return _fits(value, root["$defs"][part["$ref"].removeprefix("#/$defs/")], root, depth + 1)
    if "anyOf" in part:
        return any(_fits(value, branch, root, depth + 1) for branch in part["anyOf"])
    types = [part["type"]] if isinstance(part["type"], str) else part["type"]
    if "enum" in part and value not in part["enum"]:
        return False
    match value:
        case dict():
            members = part.get("properties", {})
            return "object" in types and (
                value.keys() <= members.keys()
                and all(_fits(value[name], members[name], root, depth + 1) for name in value)
            )
        case list():
            return "array" in types and all(
                _fits(item, part["items"], root, depth + 1) for item in value
            )
        case str():
            return "string" in types
        case bool():
            return "boolean" in types
        case None:
            return "null" in types
    return "number" in types or ("integer" in types and value == int(value))
