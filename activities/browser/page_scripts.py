"""Read the JavaScript files in `scripts`, and run them in pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

_FOLDER = Path(__file__).parent / "scripts"
_SOURCES = {file.stem: file.read_text() for file in _FOLDER.glob("*.js")}


def script_source(name: str) -> str:
    """Return the text of `{name}.js`."""
    return _SOURCES[name]


class IsolatedWorld:
    """A JavaScript world of our own in the main frame of a page.

    The scripts of the page cannot tamper with scripts that run here. `frame_id` is the main frame
    of the page of `session`, whatever document it shows.
    """

    def __init__(self, session: CDPSession, frame_id: str) -> None:
        self._session = session
        self._frame_id = frame_id
        self._execution_context: int | None = None

    def forget(self) -> None:
        """Forget the world of the earlier document: the page shows another document."""
        self._execution_context = None

    async def run(self, name: str, *arguments: float | str) -> Any:
        """Call the function in `{name}.js` and return its result.

        Raises Playwright's `Error`, also if the page shows another document meanwhile. Waits
        without a limit while the page is busy.
        """
        try:
            return await self._run(name, *arguments)
        except PlaywrightError:
            self.forget()
            raise

    async def _run(self, name: str, *arguments: float | str) -> Any:
        if self._execution_context is None:
            world = await self._session.send(
                "Page.createIsolatedWorld", {"frameId": self._frame_id, "worldName": "spidra"}
            )
            self._execution_context = world["executionContextId"]
        answer = await self._session.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": _SOURCES[name],
                "executionContextId": self._execution_context,
                "arguments": [{"value": argument} for argument in arguments],
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        if "exceptionDetails" in answer:
            what = answer["exceptionDetails"]["text"]
            raise PlaywrightError(f"{name}.js did not finish: {what}")
        return answer["result"].get("value")
