"""Booleans and members of enums."""

from __future__ import annotations

from typing import Any

from activities.declared.values import currencies, texts
from activities.declared.vocabulary import SAME_MEANING, joined

_TRUE = frozenset(
    ("true", "yes", "y", "instock", "instoreonly", "onlineonly", "limitedavailability")
)
_FALSE = frozenset(("false", "no", "n", "outofstock", "soldout", "discontinued"))


def boolean(value: Any) -> bool | None:
    """Return true or false. A thing's availability counts as well."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    word = joined(texts.SCHEMA_ORG.sub("", value.strip()))
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    return None


def member(value: Any, members: list[Any]) -> Any:
    """Return the member of an enum that equals `value` or has the same meaning, or None."""
    for known in members:
        if known == value and isinstance(known, bool) == isinstance(value, bool):
            return known
    word = joined(texts.plain(value) or "")
    names = {joined(known): known for known in members if isinstance(known, str)}
    if word and word in names:
        return names[word]
    for meaning in SAME_MEANING:
        if word in meaning:
            same = [known for name, known in names.items() if name in meaning]
            if len(same) == 1:
                return same[0]
    code = currencies.code_of(value)
    if code is not None:
        same = [known for known in members if currencies.code_of(known) == code]
        if len(same) == 1:
            return same[0]
    return None
