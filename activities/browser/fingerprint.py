"""How a browser's context becomes the visitor that `activities.visitor.profile` describes.

What the browser has an option for is set there, so that it holds in frames and workers alike, and
no script can tell. The rest does `scripts/fingerprint.js`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Dialog, Page, Request
from playwright.async_api import Error as PlaywrightError

from activities.browser.scripts import source
from activities.visitor.profile import VisitorProfile, client_hints, user_agent

LAUNCH_ARGUMENTS = (
    "--disable-blink-features=AutomationControlled",  # navigator.webdriver is false
    # Frames of other sites are asked like all others, as in the headless shell.
    "--disable-site-isolation-trials",
    "--use-fake-device-for-media-stream",  # a camera and a microphone, which nothing may use
)

_ROUND_TRIP = 50
"""Milliseconds that the network takes, as scripts are told; the headless shell measures none."""

_OWN_LOCALE = "en-US"
"""Of a browser that was told no other one."""

_WORKER_COMES = secrets.token_hex(16)
"""What a window asks before it makes a worker. No page knows it."""

_TIMERS = secrets.token_hex(16)
"""By what name a window tells how long its timers have to go. No page knows it."""

_ASK_FOR_TIMERS = (
    f"Reflect.getOwnPropertyDescriptor(NetworkInformation.prototype, 'rtt').get['{_TIMERS}']()"
)

_AWAITED_TIMERS = {"setTimeout": 1000, "setInterval": 500}
"""Milliseconds for which a timer is set at most that is waited for, by what sets it. Longer ones
bring reminders, advertisements and reports; intervals, if they are short, wait for a script."""

_WORKER_SCRIPTS = {"urlPattern": "*", "resourceType": "Other", "requestStage": "Response"}

_PDF_VIEWERS = (
    "PDF Viewer",
    "Chrome PDF Viewer",
    "Chromium PDF Viewer",
    "Microsoft Edge PDF Viewer",
    "WebKit built-in PDF",
)
"""The names by which every Chrome lists its own (HTML, 8.10.1.6)."""

_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_SCRIPT = " ".join(_COMMENT.sub("", source("fingerprint")).split("\n")).strip()

_CHANGED_HEADERS = frozenset({"content-length", "content-encoding", "transfer-encoding"})


def user_agent_arguments(version: str) -> list[str]:
    """Arguments by which the browser names itself, also where no page asks; `version` is what it
    prints for `--version`. None if that is no version."""
    found = re.search(r"\b(\d+)\.\d+\.\d+\.\d+\b", version)
    return [f"--user-agent={user_agent(int(found[1]))}"] if found else []


def context_options(profile: VisitorProfile) -> dict[str, Any]:
    """Options of Playwright's `new_context`."""
    width, height = profile.device.screen
    options: dict[str, Any] = {"screen": {"width": width, "height": height}}
    if profile.timezone is not None:
        options["timezone_id"] = profile.timezone
    if profile.position is not None:
        latitude, longitude = profile.position
        options["geolocation"] = {"latitude": latitude, "longitude": longitude, "accuracy": 50}
    return options


async def prepare(context: BrowserContext, profile: VisitorProfile) -> None:
    """Has all documents of `context`, which has no page yet, meet the script first."""
    await context.add_init_script(_script(profile, _version(context)))


async def assume(
    page: Page, session: CDPSession, browser_context: str, profile: VisitorProfile
) -> None:
    """Makes `page`, whose context was prepared and whose `session` it is, the visitor. Once per
    page, before its first document; raises Playwright's errors. `browser_context` is what Chromium
    calls the context."""
    version = _version(page.context)
    _Workers(page, _script(profile, version).encode())
    hints = client_hints(version)
    about_agent = {
        "userAgent": user_agent(int(version.partition(".")[0])),
        "acceptLanguage": ",".join(profile.languages),
        "userAgentMetadata": {
            **{name: value for name, value in hints.items() if name != "uaFullVersion"},
            "fullVersion": version,
        },
    }
    commands = [session.send("Emulation.setUserAgentOverride", about_agent)]
    if profile.languages[0] != _OWN_LOCALE:
        locale = {"locale": profile.languages[0]}
        commands.append(session.send("Emulation.setLocaleOverride", locale))
    await asyncio.gather(*commands, set_permissions(session, browser_context, profile))


async def set_permissions(
    session: CDPSession, browser_context: str, profile: VisitorProfile
) -> None:
    """Gives the context of `session` what the visitor has allowed and denied, and what it loses
    when permissions are reset. Raises Playwright's errors."""
    # The headless shell tells some that notifications are denied, and others that it would ask.
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
                    "browserContextId": browser_context,
                },
            )
            for name, setting in permissions.items()
        )
    )


async def dismiss(dialog: Dialog) -> None:
    """Answers as Playwright does where nobody listens to dialogs."""
    with suppress(PlaywrightError):  # the page is gone
        await (dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())


async def awaited_timers(session: CDPSession) -> float | None:
    """How many milliseconds the last of the timers has to go that scripts of the main frame wait
    for, if it is worth to wait for them too; 0 if there are none. None if that is not known, as in
    a page that is no visitor. Raises Playwright's errors."""
    answer = await session.send(
        "Runtime.evaluate",
        {"expression": _ASK_FOR_TIMERS, "silent": True, "returnByValue": True},
    )
    told = answer["result"].get("value")
    return told if isinstance(told, int | float) else None


def _version(context: BrowserContext) -> str:
    assert context.browser is not None  # noqa: S101 -- None for persistent contexts only
    return context.browser.version


@lru_cache(maxsize=256)
def _script(profile: VisitorProfile, version: str) -> str:
    given = {
        "languages": profile.languages,
        "acceptLanguage": profile.accept_language,
        "roundTrip": _ROUND_TRIP,
        "workerComes": _WORKER_COMES,
        "timers": _TIMERS,
        "awaited": _AWAITED_TIMERS,
        "webglVendor": profile.device.webgl_vendor,
        "webglRenderer": profile.device.webgl_renderer,
        "hints": client_hints(version),
        "plugins": _PDF_VIEWERS,
    }
    return f"{_SCRIPT}({json.dumps(given)});"


class _Workers:
    """Has the scripts of a page's workers begin with `prelude`: no other way leads into all of them
    before their own first statement. They are the only scripts that count as `Other`.

    Intercepting them slows all requests of the page. So it only begins when a window is about to
    make a worker, and waits for the answer to a dialog, which nobody sees, until it may; or when
    there is a frame, since those of other sites may open no dialogs.
    """

    def __init__(self, page: Page, prelude: bytes) -> None:
        self._page = page
        self._prelude = prelude
        self._beginning: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        page.on("dialog", self._on_dialog)
        page.on("request", self._on_request)

    def _on_request(self, request: Request) -> None:
        if self._beginning is None and request.resource_type == "document":
            with suppress(PlaywrightError):  # that of a frame which is gone
                if request.frame != self._page.main_frame:
                    self._run(self._begin())

    def _on_dialog(self, dialog: Dialog) -> None:
        self._run(self._answer(dialog))

    async def _answer(self, dialog: Dialog) -> None:
        with suppress(PlaywrightError):  # the page is gone
            if dialog.message == _WORKER_COMES:
                await self._begin()
            await dismiss(dialog)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _begin(self) -> None:
        """Intercepts scripts from now on; several calls wait for the first one."""
        if self._beginning is None:
            self._beginning = asyncio.create_task(self._intercept())
        await self._beginning

    async def _intercept(self) -> None:
        with suppress(PlaywrightError):  # the page is gone
            # Of its own: another one may let go of what it has intercepted.
            session = await self._page.context.new_cdp_session(self._page)
            session.on("Fetch.requestPaused", lambda event: self._run(self._alter(session, event)))
            await session.send("Fetch.enable", {"patterns": [_WORKER_SCRIPTS]})

    async def _alter(self, session: CDPSession, event: Mapping[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        headers = event.get("responseHeaders", ())
        with suppress(PlaywrightError):  # the page is gone, or the request is
            if event.get("responseStatusCode") != 200 or not _is_script(headers):
                await session.send("Fetch.continueRequest", request)
                return
            answer = await session.send("Fetch.getResponseBody", request)
            body = answer["body"].encode()
            if answer["base64Encoded"]:
                body = base64.b64decode(body)
            kept = [one for one in headers if one["name"].lower() not in _CHANGED_HEADERS]
            altered = {
                "responseCode": 200,
                "responseHeaders": kept,
                "body": base64.b64encode(self._prelude + body).decode(),
            }
            await session.send("Fetch.fulfillRequest", {**request, **altered})


def _is_script(headers: Iterable[Mapping[str, str]]) -> bool:
    return any(
        header["name"].lower() == "content-type" and "script" in header["value"].lower()
        for header in headers
    )
