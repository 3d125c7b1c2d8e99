"""CAPTCHAs in the frames of a page: find them, and enter their answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession, ElementHandle, Frame, Page
from playwright.async_api import Error as PlaywrightError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from activities.browser.page_scripts import script_source
from activities.walls.providers import CaptchaTask
from activities.walls.signatures import CaptchaKind

_SCRIPT = script_source("captchas")
_HOOKS = script_source("captcha_hooks")

_TIMEOUT = 5.0
"""Seconds for one call of our script in one frame."""

_MAX_FRAMES = 20
_MAX_IMAGE = 500_000


class _FoundWidget(BaseModel):
    """A widget as `captchas.js` describes it; a hostile page can make it say anything."""

    kind: CaptchaKind
    sitekey: str = Field(default="", max_length=200)
    invisible: bool = False
    enterprise: bool = False
    action: str | None = Field(default=None, max_length=200)
    data: str | None = Field(default=None, max_length=20_000)
    user_agent: str = Field(default="", alias="userAgent", max_length=500)
    api_host: str = Field(default="", alias="apiHost", max_length=100)
    needs_hooks: bool = Field(default=False, alias="needsHooks")


_FOUND_WIDGETS = TypeAdapter(list[_FoundWidget])


@dataclass(frozen=True)
class Widget:
    """A CAPTCHA in one of the frames of a page."""

    frame: Frame
    task: CaptchaTask
    needs_hooks: bool
    """Whether its callback or its key stays unknown without `captcha_hooks`."""

    async def enter_answer(self, token: str) -> bool:
        """Enter the answer and call the page's callbacks; return whether there were any."""
        result = await self._run("enterAnswer", token=token)
        return isinstance(result, dict) and bool(result.get("called"))

    async def submit(self) -> None:
        """Submit the form of the CAPTCHA, as a person would do next."""
        await self._run("submit")

    async def is_there(self) -> bool:
        """Return whether the frame still has a CAPTCHA of this kind."""
        return any(widget.task.kind == self.task.kind for widget in await _find(self.frame))

    async def _run(self, task: str, **more: str) -> Any:
        facts = {"kind": self.task.kind, "sitekey": self.task.sitekey, **more}
        return await _run(self.frame, task, facts)


async def find(page: Page, kind: CaptchaKind) -> Widget | None:
    """Return the first CAPTCHA of `kind`; search the page itself before its frames."""
    for frame in page.frames[:_MAX_FRAMES]:
        found = [widget for widget in await _find(frame) if widget.task.kind == kind]
        if found:
            return max(found, key=lambda widget: bool(widget.task.sitekey))
    return None


@asynccontextmanager
async def captcha_hooks(session: CDPSession) -> AsyncIterator[None]:
    """Record, while the body runs, what new documents tell the scripts of CAPTCHAs.

    This reveals the keys and callbacks of widgets that a script renders.
    """
    await session.send("Page.enable")
    try:
        await session.send("Page.addScriptToEvaluateOnNewDocument", {"source": _HOOKS})
        yield
    finally:
        await session.send("Page.disable")  # this removes the script as well


async def _find(frame: Frame) -> list[Widget]:
    try:
        found = _FOUND_WIDGETS.validate_python(await _run(frame, "find", None))
    except ValidationError:
        return []
    return [
        Widget(
            frame,
            CaptchaTask(
                kind=widget.kind,
                url=frame.url,
                sitekey=widget.sitekey,
                invisible=widget.invisible,
                enterprise=widget.enterprise,
                action=widget.action,
                data=widget.data,
                user_agent=widget.user_agent,
                api_host=widget.api_host,
                image=await _picture(frame) if widget.kind == "image" else b"",
            ),
            widget.needs_hooks,
        )
        for widget in found
    ]


async def _picture(frame: Frame) -> bytes:
    """Return the image of an image CAPTCHA as the page shows it.

    A second request for the same URL would return another image.
    """
    try:
        async with asyncio.timeout(_TIMEOUT):
            handle = await frame.evaluate_handle(_SCRIPT, ["picture", None])
            element: ElementHandle | None = handle.as_element()
            picture = b"" if element is None else await element.screenshot(animations="disabled")
    except (TimeoutError, PlaywrightError):
        return b""
    return picture if len(picture) <= _MAX_IMAGE else b""


async def _run(frame: Frame, task: str, argument: Any) -> Any:
    """Call our script in `frame`; return None if the frame is gone, busy or throws an error."""
    try:
        async with asyncio.timeout(_TIMEOUT):
            return await frame.evaluate(_SCRIPT, [task, argument])
    except (TimeoutError, PlaywrightError):
        return None
