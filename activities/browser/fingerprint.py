"""Make a browser's context show the visitor that `activities.visitor.profile` describes.

Options of the browser come first: they hold in frames and workers alike, and no script can detect
them. `scripts/fingerprint.js` does the rest.
"""

from __future__ import annotations

import asyncio
import json
import re
from functools import lru_cache
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page

from activities.browser import timers
from activities.browser.page_scripts import script_source
from activities.browser.worker_scripts import WORKER_MESSAGE, WorkerScripts
from activities.visitor.profile import VisitorProfile, client_hints, user_agent

LAUNCH_ARGUMENTS = (
    "--disable-blink-features=AutomationControlled",  # navigator.webdriver is false
    # Frames of other sites then get the same treatment as all others, as in the headless shell.
    "--disable-site-isolation-trials",
    "--use-fake-device-for-media-stream",  # a camera and a microphone that no page may use
)

_ROUND_TRIP = 50
"""Round-trip time of the network in milliseconds, for scripts. The headless shell measures none."""

_DEFAULT_LOCALE = "en-US"
"""The locale of a browser without any option for it."""

_PDF_VIEWERS = (
    "PDF Viewer",
    "Chrome PDF Viewer",
    "Chromium PDF Viewer",
    "Microsoft Edge PDF Viewer",
    "WebKit built-in PDF",
)
"""The names under which every Chrome lists its PDF viewer (HTML, 8.10.1.6)."""

_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_SCRIPT = " ".join(_COMMENT.sub("", script_source("fingerprint")).split("\n")).strip()


def user_agent_arguments(version: str) -> list[str]:
    """Return launch arguments that set the user agent, also for requests outside of pages.

    `version` is the browser's output for `--version`. Without a version in it there are no
    arguments.
    """
    found = re.search(r"\b(\d+)\.\d+\.\d+\.\d+\b", version)
    return [f"--user-agent={user_agent(int(found[1]))}"] if found else []


def context_options(profile: VisitorProfile) -> dict[str, Any]:
    """Return options for Playwright's `new_context`."""
    width, height = profile.device.screen
    options: dict[str, Any] = {"screen": {"width": width, "height": height}}
    if profile.timezone is not None:
        options["timezone_id"] = profile.timezone
    if profile.position is not None:
        latitude, longitude = profile.position
        options["geolocation"] = {"latitude": latitude, "longitude": longitude, "accuracy": 50}
    return options


async def add_profile_script(context: BrowserContext, profile: VisitorProfile) -> None:
    """Run the script for `profile` first in all documents of `context`, which has no page yet."""
    await context.add_init_script(_script(profile, _browser_version(context)))


async def apply_profile(
    page: Page, session: CDPSession, context_id: str, profile: VisitorProfile
) -> None:
    """Make `page` show the visitor of `profile`; once per page, before its first document.

    `session` is a session of `page`. `context_id` is Chromium's name for its context, which has
    the script of `add_profile_script`. Raises Playwright's errors.
    """
    version = _browser_version(page.context)
    WorkerScripts(page, prelude=_script(profile, version).encode())
    hints = client_hints(version)
    user_agent_override = {
        "userAgent": user_agent(int(version.partition(".")[0])),
        "acceptLanguage": ",".join(profile.languages),
        "userAgentMetadata": {
            **{name: value for name, value in hints.items() if name != "uaFullVersion"},
            "fullVersion": version,
        },
    }
    commands = [session.send("Emulation.setUserAgentOverride", user_agent_override)]
    if profile.languages[0] != _DEFAULT_LOCALE:
        locale = {"locale": profile.languages[0]}
        commands.append(session.send("Emulation.setLocaleOverride", locale))
    await asyncio.gather(*commands, set_permissions(session, context_id, profile))


async def set_permissions(session: CDPSession, context_id: str, profile: VisitorProfile) -> None:
    """Grant and deny the permissions of the visitor in the context `context_id`.

    A reset of the permissions undoes this. Raises Playwright's errors.
    """
    # Without this the headless shell contradicts itself: one API says that notifications are
    # denied, another one says that the browser would ask.
    permissions = {"notifications": "denied"}
    if profile.position is not None:
        permissions["geolocation"] = "granted"
    await asyncio.gather(
        *(
            session.send(
                "Browser.setPermission",
                {
                    "permission": {"name": name},
                    "setting": setting,
                    "browserContextId": context_id,
                },
            )
            for name, setting in permissions.items()
        )
    )


def _browser_version(context: BrowserContext) -> str:
    assert context.browser is not None  # noqa: S101 -- None for persistent contexts only
    return context.browser.version


@lru_cache(maxsize=256)
def _script(profile: VisitorProfile, version: str) -> str:
    options = {
        "languages": profile.languages,
        "acceptLanguage": profile.accept_language,
        "roundTrip": _ROUND_TRIP,
        "workerMessage": WORKER_MESSAGE,
        "webglVendor": profile.device.webgl_vendor,
        "webglRenderer": profile.device.webgl_renderer,
        "hints": client_hints(version),
        "plugins": _PDF_VIEWERS,
        **timers.SCRIPT_OPTIONS,
    }
    return f"{_SCRIPT}({json.dumps(options)});"
