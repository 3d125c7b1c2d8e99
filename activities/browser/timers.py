"""How long the timers of a page still have to run.

Chromium tells nothing about timers. `scripts/fingerprint.js` keeps a list in each window. Only a
caller that knows a random name can ask for the list.
"""

from __future__ import annotations

import secrets
from typing import Any

from playwright.async_api import CDPSession

_NAME = secrets.token_hex(16)
"""The name under which a window tells how long its timers have to run. No page knows it."""

_MAX_DELAYS = {"setTimeout": 1000, "setInterval": 500}
"""The longest delay, in milliseconds, that is worth waiting for; by the function that sets it.

Longer timers bring reminders, advertisements and reports. Short intervals wait for a script.
"""

SCRIPT_OPTIONS: dict[str, Any] = {"timersName": _NAME, "maxDelays": _MAX_DELAYS}
"""What `scripts/fingerprint.js` must know to keep the list."""

_QUESTION = (
    f"Reflect.getOwnPropertyDescriptor(NetworkInformation.prototype, 'rtt').get['{_NAME}']()"
)


async def remaining_timer_ms(session: CDPSession) -> float | None:
    """Return the milliseconds until the last timer that is worth waiting for in the main frame.

    Return 0 if there is no such timer. Return None if that is unknown, as in a page without a
    visitor profile. Raises Playwright's errors.
    """
    answer = await session.send(
        "Runtime.evaluate",
        {"expression": _QUESTION, "silent": True, "returnByValue": True},
    )
    remaining = answer["result"].get("value")
    return remaining if isinstance(remaining, int | float) else None
