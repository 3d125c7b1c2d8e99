"""Scripts that run in pages, in a world of their own that the page's scripts cannot tamper with.

Each `*.js` file is one function expression, so no semicolon ends it. Three are none of these:
`fingerprint.js` runs among the page's scripts, see `activities.browser.fingerprint`;
`captchas.js` and `captcha_hooks.js` do too, see `activities.browser.captchas`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

_SOURCES = {file.stem: file.read_text() for file in Path(__file__).parent.glob("*.js")}


def source(name: str) -> str:
    """Return the text of `{name}.js`."""
    return _SOURCES[name]


class World:
    """Where these scripts run, in whatever document is shown in the main frame `frame_id` of
    `session`'s page."""

    def __init__(self, session: CDPSession, frame_id: str) -> None:
        self._session = session
        self._frame_id = frame_id
        self._context: int | None = None

    def forget(self) -> None:
        """Says that another document is shown from now on."""
        self._context = None

    async def run(self, name: str, *arguments: float) -> Any:
        """What the function in `{name}.js` returns.

        Raises Playwright's `Error`, also if the page goes to another document meanwhile. Waits
        without a limit for a page that is busy.
        """
        try:
            return await self._run(name, *arguments)
        except PlaywrightError:
            self.forget()
            raise

    async def _run(self, name: str, *arguments: float) -> Any:
        if self._context is None:
            world = await self._session.send(
                "Page.createIsolatedWorld", {"frameId": self._frame_id, "worldName": "spidra"}
            )
            self._context = world["executionContextId"]
        answer = await self._session.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": _SOURCES[name],
                "executionContextId": self._context,
                "arguments": [{"value": argument} for argument in arguments],
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        if "exceptionDetails" in answer:
            what = answer["exceptionDetails"]["text"]
            raise PlaywrightError(f"{name}.js did not finish: {what}")
        return answer["result"].get("value")
