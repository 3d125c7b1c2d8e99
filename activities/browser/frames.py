"""Read the frames of a page that its scripts cannot read: of other origins, but of the same site.

So are frames whose content the page itself has written (`srcdoc`, `data:`) and has put into a
sandbox. Frames of the same origin are read together with the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from activities.browser.page_scripts import IsolatedWorld, RemoteElement
from activities.browser.urls import frame_site

_MAX_FRAMES = 50
"""Frames of one page that are read. Pages with more show advertisements in them."""

_OWN_SCHEMES = ("about:", "blob:", "data:")
"""Beginnings of URLs of frames that the page itself has written."""

SerializedFrame = tuple[RemoteElement, dict[str, Any]]
"""The element of a frame, and its document as `scripts/serialize.js` returns it."""


class FrameReader:
    """Reads the frames of the page of `session`, whose registrable domain is `site`."""

    def __init__(self, session: CDPSession, site: str, max_bytes: int) -> None:
        self._session = session
        self._site = site
        self._max_bytes = max_bytes
        self._count = 0

    async def read(self, world: IsolatedWorld) -> list[SerializedFrame]:
        """Return the frames that scripts in the main frame cannot read.

        Their elements are those of `world`, which belongs to the main frame. Raises Playwright's
        errors if the page shows another document meanwhile.
        """
        tree = (await self._session.send("Page.getFrameTree"))["frameTree"]
        return await self._read_inside(tree, world)

    async def _read_inside(
        self, tree: dict[str, Any], world: IsolatedWorld
    ) -> list[SerializedFrame]:
        frames: list[SerializedFrame] = []
        for inner in tree.get("childFrames", ()):
            if self._count >= _MAX_FRAMES or not self._is_of_page(inner["frame"]["url"]):
                continue
            self._count += 1
            with suppress(PlaywrightError):  # the frame has gone
                owner = await world.owner_of(inner["frame"]["id"])
                if await world.run("is_readable", owner):
                    frames += await self._read_inside(inner, world)
                else:
                    frames.append((owner, await self._read_frame(inner)))
        return frames

    async def _read_frame(self, tree: dict[str, Any]) -> dict[str, Any]:
        world = IsolatedWorld(self._session, tree["frame"]["id"])
        inside = flattened(await self._read_inside(tree, world))
        document: dict[str, Any] = await world.run(
            "serialize", self._max_bytes, self._site, True, *inside
        )
        return document

    def _is_of_page(self, url: str) -> bool:
        if url.startswith(("http:", "https:")):
            return frame_site(url) == self._site
        return url.startswith(_OWN_SCHEMES)


def flattened(frames: list[SerializedFrame]) -> Iterator[RemoteElement | str]:
    """Yield for each frame its element and its HTML: arguments of the script."""
    for element, document in frames:
        yield element
        yield document["html"]
