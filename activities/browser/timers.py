"""What the scripts of a page wait for: timers, and parts that come into view.

Chromium tells neither. `scripts/fingerprint.js` keeps a record in each window. Only a caller that
knows a random name can ask for the record.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession

_NAME = secrets.token_hex(16)
"""The name under which a window tells how long its timers have to run. No page knows it."""

_LATE_NAME = secrets.token_hex(16)
"""The name under which a window tells of its longer timers."""

_SIGHT_NAME = secrets.token_hex(16)
"""The name under which a window tells whether its scripts observe what is in view."""

_MAX_DELAYS = {"setTimeout": 1000, "setInterval": 500}
"""The longest delay, in milliseconds, that is worth waiting for; by the function that sets it.

Longer timers bring reminders, advertisements and reports. Short intervals wait for a script.
"""

_MAX_LATE_DELAY = 5000
"""The longest delay, in milliseconds, of a timer that may bring the content of a page."""

_MAX_PAUSE = 2000
"""The same for a timer that ends a pause of a script. Nothing tells what the script does then.

The time limits of requests, which scripts write in the same way, are mostly longer.
"""

SCRIPT_OPTIONS: dict[str, Any] = {
    "timersName": _NAME,
    "lateName": _LATE_NAME,
    "maxLateDelay": _MAX_LATE_DELAY,
    "maxPause": _MAX_PAUSE,
    "sightName": _SIGHT_NAME,
    "maxDelays": _MAX_DELAYS,
}
"""What `scripts/fingerprint.js` must know to keep the record."""

_RECORD = "Reflect.getOwnPropertyDescriptor(NetworkInformation.prototype, 'rtt').get"

_TIMERS = f"{_RECORD}['{_NAME}']()"

_LATE = f"{_RECORD}['{_LATE_NAME}']"

_SIGHT = f"""({_RECORD}['{_SIGHT_NAME}']?.() ?? true) || (() => {{
    if (getEventListeners(window).scroll || getEventListeners(document).scroll) return true;
    let element = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    for (; element; element = element.parentElement) {{
        if (getEventListeners(element).scroll) return true;
    }}
    return false;
}})()"""
"""`getEventListeners` is part of the console's API, which no page can see."""


async def remaining_timer_ms(session: CDPSession) -> float | None:
    """Return the milliseconds until the last timer that is worth waiting for in the main frame.

    Return 0 if there is no such timer. Return None if that is unknown, as in a page without a
    visitor profile. Raises Playwright's errors.
    """
    answer = await session.send(
        "Runtime.evaluate",
        {"expression": _TIMERS, "silent": True, "returnByValue": True},
    )
    remaining = answer["result"].get("value")
    return remaining if isinstance(remaining, int | float) else None


@dataclass(frozen=True)
class LateTimers:
    """Timers of one to five seconds that run once: when the last of them is due, in seconds."""

    any: float = 0
    writing: float = 0
    """Of those whose code writes text."""


async def late_timers(session: CDPSession, within: float) -> LateTimers:
    """Return the longer timers of the main frame that are due within `within` seconds.

    Raises Playwright's errors.
    """
    answer = await session.send(
        "Runtime.evaluate",
        {"expression": f"{_LATE}({1000 * within})", "silent": True, "returnByValue": True},
    )
    found = answer["result"].get("value")
    if not isinstance(found, dict):
        return LateTimers()
    return LateTimers(_seconds(found.get("any")), _seconds(found.get("writing")))


def _seconds(milliseconds: object) -> float:
    """Return a time that a page has told, which may be anything, in seconds."""
    if not isinstance(milliseconds, int | float) or not 0 < milliseconds <= _MAX_LATE_DELAY:
        return 0
    return milliseconds / 1000


async def observes_sight(session: CDPSession) -> bool:
    """Return whether scripts of the main frame observe what is in view, or how it is scrolled.

    Return True if that is unknown, as in a page without a visitor profile. Raises Playwright's
    errors.
    """
    answer = await session.send(
        "Runtime.evaluate",
        {
            "expression": _SIGHT,
            "silent": True,
            "returnByValue": True,
            "includeCommandLineAPI": True,
        },
    )
    return answer["result"].get("value") is not False
