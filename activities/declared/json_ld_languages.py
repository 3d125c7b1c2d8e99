"""Values of JSON-LD in several languages: the one in the language of the page."""

from __future__ import annotations

import re
from typing import Any

_TAG = re.compile(r"(?:[a-z]{2}(?:[-_][a-z0-9]{2,8})*|@none)", re.IGNORECASE)
"""A language (BCP 47) with a code of two letters: `url` and `sku` are none."""


def in_language(value: Any, language: str | None) -> Any:
    """Return the values in `language`, if `value` has the same in several languages.

    These are lists of `@value` with `@language`, and objects with a language as each key.
    """
    if language is None:
        return value
    by_language = _by_language(value)
    if len(by_language) < 2:
        return value
    wanted = language.lower().replace("_", "-")
    for tag in (wanted, wanted.partition("-")[0]):
        if tag in by_language:
            return by_language[tag]
    primary = wanted.partition("-")[0]
    near = [values for tag, values in by_language.items() if tag.partition("-")[0] == primary]
    return near[0] if len(near) == 1 else value


def _by_language(value: Any) -> dict[str, list[Any]]:
    """Return the values of each language, or nothing if one of them has none."""
    if isinstance(value, dict):
        pairs = list(value.items())
        if not all(_TAG.fullmatch(tag) and isinstance(text, str | list) for tag, text in pairs):
            return {}
    elif isinstance(value, list) and all(isinstance(part, dict) for part in value):
        pairs = [(part.get("@language"), part.get("@value")) for part in value]
    else:
        return {}
    found: dict[str, list[Any]] = {}
    for tag, text in pairs:
        if not isinstance(tag, str):
            return {}
        found.setdefault(tag.lower().replace("_", "-"), []).append(text)
    return found
