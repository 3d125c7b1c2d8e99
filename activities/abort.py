"""Abort running work for a reason that comes from outside of the work."""

from __future__ import annotations

import asyncio

AbortReason = tuple[str, str]
"""Code and sentence of a `ScrapeError`."""


def abort_with(reason: asyncio.Future[AbortReason], code: str, what: str) -> None:
    """Set `reason`, unless an earlier reason is set already."""
    if not reason.done():
        reason.set_result((code, what))
