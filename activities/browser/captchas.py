"""CAPTCHAs in the frames of a tab: what they are, and giving them their answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession, ElementHandle, Frame, Page
from playwright.async_api import Error as PlaywrightError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from activities.browser.scripts import source
from activities.walls.providers import CaptchaTask
from activities.walls.signatures import CaptchaKind

_CAPTCHAS = source("captchas")
_EAR = source("captcha_hooks")

_TIMEOUT = 5.0
"""Seconds for one script of ours in one frame."""

_MAX_FRAMES = 20
_MAX_IMAGE = 500_000


class _Found(BaseModel):
    """A widget as `captchas.js` describes it, in a page that may tell it anything."""

    kind: CaptchaKind
    sitekey: str = Field(default="", max_length=200)
    invisible: bool = False
    enterprise: bool = False
    action: str | None = Field(default=None, max_length=200)
    data: str | None = Field(default=None, max_length=20_000)
    hidden: bool = False


_FOUND = TypeAdapter(list[_Found])


@dataclass(frozen=True)
class Widget:
    """A CAPTCHA in one of the frames of a tab."""

    frame: Frame
    puzzle: CaptchaTask
    is_hidden: bool
    """Whether only who hears it rendered knows its callback or its key; see `hearing`."""

    async def give(self, token: str) -> bool:
        """Gives it its answer and fires its callbacks; whether there were any."""
        done = await self._run("give", token=token)
        return isinstance(done, dict) and bool(done.get("called"))

    async def submit(self) -> None:
        """Sends the form that it is in, as a person would next."""
        await self._run("submit")

    async def is_there(self) -> bool:
        """Whether the frame still has a CAPTCHA of this kind."""
        return any(widget.puzzle.kind == self.puzzle.kind for widget in await _find(self.frame))

    async def _run(self, task: str, **more: str) -> Any:
        facts = {"kind": self.puzzle.kind, "sitekey": self.puzzle.sitekey, **more}
        return await _run(self.frame, task, facts)


async def find(page: Page, kind: CaptchaKind) -> Widget | None:
    """The first CAPTCHA of that `kind`, in the page itself before its frames."""
    for frame in page.frames[:_MAX_FRAMES]:
        found = [widget for widget in await _find(frame) if widget.puzzle.kind == kind]
        if found:
            return max(found, key=lambda widget: bool(widget.puzzle.sitekey))
    return None


@asynccontextmanager
async def hearing(session: CDPSession) -> AsyncIterator[None]:
    """While the body runs, new documents of the tab are listened to: what they render, with which
    callbacks. Widgets of theirs are not hidden."""
    await session.send("Page.enable")
    try:
        await session.send("Page.addScriptToEvaluateOnNewDocument", {"source": _EAR})
        yield
    finally:
        await session.send("Page.disable")  # which forgets the script


async def _find(frame: Frame) -> list[Widget]:
    try:
        found = _FOUND.validate_python(await _run(frame, "find", None))
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
                image=await _picture(frame) if widget.kind == "image" else b"",
            ),
            widget.hidden,
        )
        for widget in found
    ]


async def _picture(frame: Frame) -> bytes:
    """The image of an image CAPTCHA as it is shown: fetched again it would be another one."""
    try:
        async with asyncio.timeout(_TIMEOUT):
            handle = await frame.evaluate_handle(_CAPTCHAS, ["picture", None])
            element: ElementHandle | None = handle.as_element()
            picture = b"" if element is None else await element.screenshot(animations="disabled")
    except (TimeoutError, PlaywrightError):
        return b""
    return picture if len(picture) <= _MAX_IMAGE else b""


async def _run(frame: Frame, task: str, argument: Any) -> Any:
    """What the script says; None if the frame is gone, busy or has thrown something."""
    try:
        async with asyncio.timeout(_TIMEOUT):
            return await frame.evaluate(_CAPTCHAS, [task, argument])
    except (TimeoutError, PlaywrightError):
        return None
