"""Read the JavaScript files in `scripts`, and run them in pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

_FOLDER = Path(__file__).parent / "scripts"
_SOURCES = {file.stem: file.read_text() for file in _FOLDER.glob("*.js")}

_USES = re.compile(r"// uses: (.+)")
"""The first line of a script that uses others, by the names of their files."""


def script_source(name: str) -> str:
    """Return the text of `{name}.js`."""
    return _SOURCES[name]


@cache
def _with_used(name: str) -> str:
    """Return a function that is the one in `{name}.js`, with the scripts that it uses around it.

    There, the function of `generated_text.js` is called `generatedTextOf`.
    """
    found = _USES.match(_SOURCES[name])
    if not found:
        return _SOURCES[name]
    used = "".join(
        f"const {_camel_case(other)}Of = (\n{_SOURCES[other]});\n" for other in found[1].split(", ")
    )
    return f"function (...values) {{\n{used}return (\n{_SOURCES[name]})(...values);\n}}"


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


@dataclass(frozen=True)
class RemoteElement:
    """An element of a page, as an argument for a script in the world that has found the element."""

    object_id: str


class IsolatedWorld:
    """A JavaScript world of our own in a frame of a page.

    The scripts of the page cannot tamper with scripts that run here. `frame_id` is a frame of the
    page of `session`, whatever document it shows.
    """

    def __init__(self, session: CDPSession, frame_id: str) -> None:
        self._session = session
        self._frame_id = frame_id
        self._execution_context: int | None = None

    def forget(self) -> None:
        """Forget the world of the earlier document: the page shows another document."""
        self._execution_context = None

    async def run(self, name: str, *arguments: float | str | RemoteElement) -> Any:
        """Call the function in `{name}.js` and return its result.

        Raises Playwright's `Error`, also if the page shows another document meanwhile. Waits
        without a limit while the page is busy.
        """
        try:
            return await self._run(name, *arguments)
        except PlaywrightError:
            self.forget()
            raise

    async def owner_of(self, frame_id: str) -> RemoteElement:
        """Return the element that shows the frame `frame_id`. Raises Playwright's `Error`."""
        owner = await self._session.send("DOM.getFrameOwner", {"frameId": frame_id})
        return await self.resolve(owner["backendNodeId"])

    async def resolve(self, backend_node_id: int) -> RemoteElement:
        """Return the node of a number that the browser knows. Raises Playwright's `Error`."""
        resolved = await self._session.send(
            "DOM.resolveNode",
            {"backendNodeId": backend_node_id, "executionContextId": await self._context()},
        )
        return RemoteElement(resolved["object"]["objectId"])

    async def find(self, name: str, *arguments: float | str | RemoteElement) -> list[RemoteElement]:
        """Call the function in `{name}.js`, which returns an array of nodes, and return these.

        Raises Playwright's `Error`.
        """
        array = await self._call(name, *arguments, by_value=False)
        properties = await self._session.send(
            "Runtime.getProperties", {"objectId": array["objectId"], "ownProperties": True}
        )
        return [
            RemoteElement(each["value"]["objectId"])
            for each in properties["result"]
            if each["name"].isdecimal()
        ]

    async def _context(self) -> int:
        if self._execution_context is None:
            world = await self._session.send(
                "Page.createIsolatedWorld", {"frameId": self._frame_id, "worldName": "spidra"}
            )
            self._execution_context = int(world["executionContextId"])
        return self._execution_context

    async def _run(self, name: str, *arguments: float | str | RemoteElement) -> Any:
        return (await self._call(name, *arguments, by_value=True)).get("value")

    async def _call(
        self, name: str, *arguments: float | str | RemoteElement, by_value: bool
    ) -> dict[str, Any]:
        """Call the function in `{name}.js`, and return what the browser says of its result."""
        answer = await self._session.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": _with_used(name),
                "executionContextId": await self._context(),
                "arguments": [
                    {"objectId": argument.object_id}
                    if isinstance(argument, RemoteElement)
                    else {"value": argument}
                    for argument in arguments
                ],
                "awaitPromise": True,
                "returnByValue": by_value,
            },
        )
        if "exceptionDetails" in answer:
            what = answer["exceptionDetails"]["text"]
            raise PlaywrightError(f"{name}.js did not finish: {what}")
        result: dict[str, Any] = answer["result"]
        return result
