"""Scripts that run in pages, in a world of their own that the page's scripts cannot tamper with.

Each `*.js` file is one function expression, so no semicolon ends it. `identity.js` is none of
these: it runs among the page's scripts, see `activities.disguise`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

_SOURCES = {file.stem: file.read_text() for file in Path(__file__).parent.glob("*.js")}


async def run(session: CDPSession, name: str, *arguments: float) -> Any:
    """What the function in `{name}.js` returns, for the document that `session`'s page shows now.

    Raises Playwright's `Error`, also if the page goes to another document meanwhile. Waits
    without a limit for a page that is busy.
    """
    tree = await session.send("Page.getFrameTree")
    world = await session.send(
        "Page.createIsolatedWorld",
        {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "spidra"},
    )
    answer = await session.send(
        "Runtime.callFunctionOn",
        {
            "functionDeclaration": _SOURCES[name],
            "executionContextId": world["executionContextId"],
            "arguments": [{"value": argument} for argument in arguments],
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    if "exceptionDetails" in answer:
        raise PlaywrightError(f"{name}.js did not finish: {answer['exceptionDetails']['text']}")
    return answer["result"].get("value")
