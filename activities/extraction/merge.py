"""Merge the results from the parts of a long page into one result.

Lists follow each other without duplicates. For every other property the first part that has a
value wins.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

_MAX_COMPARED = 1000
"""Entries of a list up to which each entry is compared with each other entry.

The comparison takes quadratic time. Longer lists lose only their exact duplicates.
"""


def merge_results(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Merge `results`, at least one, in the order of their parts."""
    merged = results[0]
    for result in results[1:]:
        merged = _merge_objects(merged, result)
    return merged


def _merge_objects(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    names = [*first, *(name for name in second if name not in first)]
    return {name: _merge_values(first.get(name), second.get(name)) for name in names}


def _merge_values(first: Any, second: Any) -> Any:
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, list) and isinstance(second, list):
        return _merge_lists(first, second)
    if isinstance(first, dict) and isinstance(second, dict):
        return _merge_objects(first, second)
    return first


def _merge_lists(first: list[Any], second: list[Any]) -> list[Any]:
    merged = list(first)
    known = {_key(value) for value in first}
    is_short = len(first) + len(second) <= _MAX_COMPARED
    for value in second:
        key = _key(value)
        if key in known:
            continue
        known.add(key)
        if is_short and isinstance(value, dict):
            _add_or_replace(merged, value)
        else:
            merged.append(value)
    return merged


def _add_or_replace(entries: list[Any], value: dict[str, Any]) -> None:
    """Add `value`, unless an entry says the same; replace an entry that says less."""
    for number, entry in enumerate(entries):
        if _includes(entry, value):
            return
        if _includes(value, entry):
            entries[number] = value
            return
    entries.append(value)


def _includes(whole: Any, part: Any) -> bool:
    """Return whether `whole` has every value of `part`, and `part` has at least one value."""
    if not isinstance(whole, dict) or not isinstance(part, dict):
        return False
    values = {name: value for name, value in part.items() if value is not None}
    return bool(values) and all(
        name in whole and _key(whole[name]) == _key(value) for name, value in values.items()
    )


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
