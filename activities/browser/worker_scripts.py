"""Change the scripts of web workers on their way from the network to the browser.

Init scripts do not run in workers. Playwright resumes a new worker at once, so no command of the
debugging protocol reaches the worker reliably before its first statement.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from playwright.async_api import CDPSession, Dialog, Page, Request
from playwright.async_api import Error as PlaywrightError

from activities.browser.background import BackgroundTasks
from activities.browser.dialogs import close_dialog

WORKER_MESSAGE = secrets.token_hex(16)
"""The text of the dialog that a window opens before it makes a worker. No page knows it."""

_WORKER_SCRIPTS = {"urlPattern": "*", "resourceType": "Other", "requestStage": "Response"}
"""The requests to intercept: only scripts of workers count as `Other`."""

_REPLACED_HEADERS = frozenset({"content-length", "content-encoding", "transfer-encoding"})
"""Headers that do not fit a changed body."""


class WorkerScripts:
    """Puts `prelude` in front of each worker script that `page` loads from the network.

    Interception slows all requests of the page. So it begins only when it is needed:

    - When a window is about to make a worker. The window waits until a dialog is closed, which no
      person sees.
    - When the page has a frame, since frames of other sites may open no dialogs.
    """

    def __init__(self, page: Page, *, prelude: bytes) -> None:
        self._page = page
        self._prelude = prelude
        self._interception: asyncio.Task[None] | None = None
        self._tasks = BackgroundTasks()
        page.on("dialog", self._on_dialog)
        page.on("request", self._on_request)

    def _on_request(self, request: Request) -> None:
        if self._interception is None and request.resource_type == "document":
            with suppress(PlaywrightError):  # the frame of the request is gone
                if request.frame != self._page.main_frame:
                    self._tasks.start(self._begin())

    def _on_dialog(self, dialog: Dialog) -> None:
        self._tasks.start(self._close(dialog))

    async def _close(self, dialog: Dialog) -> None:
        with suppress(PlaywrightError):  # the page is gone
            if dialog.message == WORKER_MESSAGE:
                await self._begin()
            await close_dialog(dialog)

    async def _begin(self) -> None:
        """Begin the interception; several calls wait for the first one."""
        if self._interception is None:
            self._interception = asyncio.create_task(self._intercept())
        await self._interception

    async def _intercept(self) -> None:
        def on_paused(event: dict[str, Any]) -> None:
            self._tasks.start(self._alter(session, event))

        with suppress(PlaywrightError):  # the page is gone
            # A session of its own: `Fetch.disable` in a shared session would release the requests.
            session = await self._page.context.new_cdp_session(self._page)
            session.on("Fetch.requestPaused", on_paused)
            await session.send("Fetch.enable", {"patterns": [_WORKER_SCRIPTS]})

    async def _alter(self, session: CDPSession, event: Mapping[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        headers = event.get("responseHeaders", ())
        with suppress(PlaywrightError):  # the page or the request is gone
            if event.get("responseStatusCode") != 200 or not _is_script(headers):
                await session.send("Fetch.continueRequest", request)
                return
            answer = await session.send("Fetch.getResponseBody", request)
            body = answer["body"].encode()
            if answer["base64Encoded"]:
                body = base64.b64decode(body)
            kept = [header for header in headers if header["name"].lower() not in _REPLACED_HEADERS]
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
