"""End a measurement that does not measure what it should."""

from __future__ import annotations

from typing import NoReturn


def check(holds: bool, details: object) -> None:
    """End the run with an error unless `holds`."""
    if not holds:
        raise SystemExit(f"broken promise: {details}")


def fail(details: object) -> NoReturn:
    """End the run because a page was not scraped correctly."""
    raise SystemExit(f"a page was not scraped correctly: {details}")
