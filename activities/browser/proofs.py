"""Proofs of work that the widget of a CAPTCHA does by itself, once it is started.

ALTCHA, Cap, mCaptcha and Friendly Captcha let a browser calculate for some seconds. They start when
their box is clicked, and then fill in a field of a form.
"""

from __future__ import annotations

import asyncio

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from activities.browser.page_scripts import script_source

_SCRIPT = script_source("proofs")

_TIMEOUT = 2.0
"""Seconds for one call of our script in one frame."""

_MAX_FRAMES = 10


async def advance(page: Page) -> None:
    """Start each proof of work on `page`. Send the form of each proof that is done."""
    for frame in page.frames[:_MAX_FRAMES]:
        try:
            async with asyncio.timeout(_TIMEOUT):
                await frame.evaluate(_SCRIPT)
        except (TimeoutError, PlaywrightError):
            continue  # the frame is gone, or busy with the proof
