"""Texts: plain strings, URLs, email addresses and telephone numbers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from w3lib.url import safe_url_string

SCHEMA_ORG = re.compile(r"^(?i:(?:(?:https?:)?(?://)?(?:www\.)?schema\.org/)|schema:)(?=[A-Z])")
"""The address of schema.org before the name of a type or of an enumeration's member."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_HOST = re.compile(r"^(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/|$)", re.IGNORECASE)


def plain(value: Any) -> str | None:
    """Return a value as a string, without the address of schema.org before enum members."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return SCHEMA_ORG.sub("", value.strip()) or None
    return None


def absolute_url(value: Any, base_url: str) -> str | None:
    """Return an absolute http or https URL."""
    if not isinstance(value, str):
        return None
    value = value.strip()
    if not value or any(character.isspace() for character in value):
        return None
    if (
        _HOST.match(value)
        and "/" not in value.partition("/")[0]
        and value.lower().startswith("www.")
    ):
        value = f"https://{value}"
    try:
        absolute = str(safe_url_string(urljoin(base_url, value)))
    except ValueError:
        return None
    return absolute if absolute.startswith(("http://", "https://")) else None


def email(value: Any) -> str | None:
    """Return an email address, without `mailto:`."""
    if not isinstance(value, str):
        return None
    value = value.strip().removeprefix("mailto:")
    return value if _EMAIL.fullmatch(value) else None


def telephone(value: Any) -> str | None:
    """Return a telephone number as the page writes it, without `tel:`."""
    text = plain(value)
    return text.removeprefix("tel:").strip() if text else None
