"""The header `Retry-After` (RFC 9110, 10.2.3): how long a server asks its client to wait."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,9}")
_LENIENT_SECONDS = re.compile(r"\d+\.?\d*|\.\d+")


def parse_retry_after(value: str, *, is_lenient: bool = False) -> float | None:
    """Return the seconds that `value` asks to wait, or None if `value` cannot be read.

    The RFC allows whole seconds and an HTTP date. With `is_lenient`, fractions of a second and any
    number of digits are read as well, as some APIs send them. A date in the past means 0 seconds.
    """
    value = value.strip()
    if (_LENIENT_SECONDS if is_lenient else _SECONDS).fullmatch(value):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:  # Python returns this for no time zone, and for -0000
        at = at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)
