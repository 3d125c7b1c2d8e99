"""One result from those of a page's parts: lists follow each other without what is in them twice;
of everything else the first part that has a value counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

_COMPARED = 1000
"""Entries of a list up to which each is compared with each."""


def merge(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`results` of parts in their order as one. There has to be at least one."""
    merged = results[0]
    for result in results[1:]:
        merged = _objects(merged, result)
    return merged


def _objects(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    names = [*first, *(name for name in second if name not in first)]
    return {name: _values(first.get(name), second.get(name)) for name in names}


def _values(first: Any, second: Any) -> Any:
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, list) and isinstance(second, list):
        return _lists(first, second)
    if isinstance(first, dict) and isinstance(second, dict):
        return _objects(first, second)
    return first


def _lists(first: list[Any], second: list[Any]) -> list[Any]:
    result = list(first)
    known = {_key(value) for value in first}
    is_short = len(first) + len(second) <= _COMPARED
    for value in second:
        key = _key(value)
        if key in known:
            continue
        known.add(key)
        if is_short and isinstance(value, dict):
            for number, other in enumerate(result):
                if _says_all_of(other, value):
                    break
                if _says_all_of(value, other):
                    result[number] = value
                    break
            else:
                result.append(value)
        else:
            result.append(value)
    return result


def _says_all_of(whole: Any, part: Any) -> bool:
    """Whether `whole` is the same thing as `part`, with every value that `part` has; `part` has to
    have some."""
    if not isinstance(whole, dict) or not isinstance(part, dict):
        return False
    values = {name: value for name, value in part.items() if value is not None}
    return bool(values) and all(
        name in whole and _key(whole[name]) == _key(value) for name, value in values.items()
    )


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
