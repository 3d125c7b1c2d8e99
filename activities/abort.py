"""Ending work at once for a reason that comes from outside of it."""

from __future__ import annotations

import asyncio

AbortReason = tuple[str, str]
"""Code and sentence of a `ScrapeError`."""


def abort_with(reason: asyncio.Future[AbortReason], code: str, what: str) -> None:
    """Sets `reason` unless an earlier one is known already."""
    if not reason.done():
        reason.set_result((code, what))
