"""Dialogs that a page opens: `alert`, `confirm`, `prompt` and `beforeunload`."""

from __future__ import annotations

from contextlib import suppress

from playwright.async_api import Dialog
from playwright.async_api import Error as PlaywrightError


async def close_dialog(dialog: Dialog) -> None:
    """Close `dialog` in the same way as Playwright does if no listener is set."""
    with suppress(PlaywrightError):  # the page is gone
        await (dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())
