"""Whether an answer proves that the server did not enforce the format of the request.

Some servers accept every `response_format` and ignore it in silence. A server that enforces the
format makes the model write one JSON object and nothing else.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from activities.extraction.answers import strip_thinking

_MAX_DEPTH = 100
"""Levels of schemas. What is deeper proves nothing."""

_MAX_DIGITS = 400
"""Digits of integers that are read. The value of a longer one proves nothing."""

_BEGINNING = re.compile(
    r"|-|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?"  # of a value
    r"|\.|\.?\d*[eE][+-]?"  # of the rest of a number
    r"|u[0-9a-fA-F]{0,3}"  # of the rest of an escape
)
"""What may stand at the end of an answer that was cut off, from the place of the error on."""


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
    return schema is not None and not _Fit(schema).fits(answer, schema)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _integer(digits: str) -> int:
    return int(digits[:_MAX_DIGITS])


def _may_be_cut(text: str, error: json.JSONDecodeError) -> bool:
    """Return whether `text` may be the beginning of a JSON object."""
    if not text.startswith("{"):
        return False
    is_beginning = _BEGINNING.fullmatch(text, error.pos) is not None
    return is_beginning or error.msg.startswith("Unterminated string")


class _Fit:
    """Tells which values fulfil which parts of `root`, a schema in the strict dialect.

    Properties may be missing. In the dialect each of them may be null, and some servers leave out
    what may be null.
    """

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._known: dict[tuple[int, int], bool] = {}
        """Results by value and part. Without them, the time for two alternatives of a recursive
        schema doubles with each level of the answer."""

    def fits(self, value: Any, part: dict[str, Any], depth: int = 0) -> bool:
        """Return whether `value` fulfils `part`."""
        if depth > _MAX_DEPTH:
            return True
        key = id(value), id(part)
        if key not in self._known:
            self._known[key] = self._judge(value, part, depth)
        return self._known[key]

    def _judge(self, value: Any, part: dict[str, Any], depth: int) -> bool:
        if "$ref" in part:
            target = self._root["$defs"][part["$ref"].removeprefix("#/$defs/")]
            return self.fits(value, target, depth + 1)
        if "anyOf" in part:
            return any(self.fits(value, branch, depth + 1) for branch in part["anyOf"])
        if "enum" in part and value not in part["enum"]:
            return False
        types = [part["type"]] if isinstance(part["type"], str) else part["type"]
        if isinstance(value, dict):
            members = part.get("properties", {})
            return "object" in types and (
                value.keys() <= members.keys()
                and all(self.fits(value[name], members[name], depth + 1) for name in value)
            )
        if isinstance(value, list):
            return "array" in types and all(
                self.fits(item, part["items"], depth + 1) for item in value
            )
        return any(_is_of(value, kind) for kind in types)


def _is_of(value: Any, kind: str) -> bool:
    """Return whether `value`, no object and no list, has the type `kind` of JSON Schema."""
    match value:
        case str():
            return kind == "string"
        case bool():
            return kind == "boolean"
        case None:
            return kind == "null"
        case int():
            return kind in ("number", "integer")
    return kind == "number" or (kind == "integer" and value.is_integer())
