"""What a page's main frame is doing, kept from the browser's events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from playwright.async_api import Frame, Page, Request, Response

from activities.browser.events import EventRelay

_AWAITED = frozenset({"fetch", "xhr", "script"})
"""Kinds of requests whose answers tend to become content. Event streams never end, and images,
styles and fonts do not change the text."""


class Navigation:
    """Follows one page until `close`. `until` waits for what the attributes are to become."""

    def __init__(self, page: Page, event_relay: EventRelay) -> None:
        self.documents = 0
        """How many documents the page has shown, redirects by scripts included."""
        self.rejected: Response | None = None
        """Of the latest navigation, if it did not lead to a document: a download, a status 204."""
        self.pending: Request | None = None
        """The navigation that is under way and not answered with a document yet."""
        self.failed: Request | None = None
        """Of the latest document, if it could not be loaded at all or not completely."""
        self.parsed = False
        """Whether the document is complete, its images and the like aside."""
        self.parsed_at = 0.0
        """When that became so, in the event loop's time."""
        self.loaded = False
        """Whether its images and the like are there too."""
        self.active: set[Request] = set()
        """Requests of the document under way whose answers may become content."""
        self.activity = 0
        """Grows whenever `active` changes."""
        self.unfinished: set[Request] = set()
        """All requests of the page that are under way, its former documents' included."""
        self.is_streamed_to = False
        """Whether the document may learn something by another way than requests that end."""
        self._main_frame = page.main_frame
        self._response: Response | None = None
        self._candidate: Response | None = None
        self._changed = asyncio.Event()
        self._listeners = event_relay.listeners()
        self._listeners.add(page, "request", self._on_request)
        self._listeners.add(page, "response", self._on_response)
        self._listeners.add(page, "requestfinished", self._on_finished)
        self._listeners.add(page, "requestfailed", self._on_failed)
        self._listeners.add(page, "framenavigated", self._on_navigated)
        self._listeners.add(page, "domcontentloaded", self._on_parsed)
        self._listeners.add(page, "load", self._on_loaded)
        self._listeners.add(page, "websocket", self._on_stream)
        self._listeners.add(page, "worker", self._on_stream)

    def close(self) -> None:
        """Follows the page no longer."""
        self._listeners.remove()

    @property
    def response(self) -> Response:
        """Of the document that is shown. `LookupError` while `documents` is 0."""
        if self._response is None:
            raise LookupError("no document has been shown yet")
        return self._response

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits until `condition()`, which depends on nothing but this object, is true."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def _is_document(self, request: Request) -> bool:
        return (
            request.resource_type == "document"
            and request.is_navigation_request()
            and request.frame == self._main_frame
        )

    def _on_request(self, request: Request) -> None:
        self.unfinished.add(request)
        if self._is_document(request):
            self.pending = request
            self.rejected = None
        elif request.resource_type in _AWAITED and request.frame == self._main_frame:
            self.active.add(request)
            self.activity += 1
        elif request.resource_type == "eventsource":
            self.is_streamed_to = True
        self._changed.set()

    def _on_response(self, response: Response) -> None:
        if self._is_document(response.request):
            self._candidate = response

    def _on_navigated(self, frame: Frame) -> None:
        # Without an answer before it, it is a change of the address within the document.
        if frame != self._main_frame or self._candidate is None:
            return
        self.documents += 1
        self._response, self._candidate = self._candidate, None
        self.rejected = self.pending = self.failed = None
        self.parsed = self.loaded = self.is_streamed_to = False
        self.active.clear()
        self._changed.set()

    def _on_finished(self, request: Request) -> None:
        self._end(request)

    def _on_failed(self, request: Request) -> None:
        self._end(request)
        aborted = request.failure == "net::ERR_ABORTED"
        if request == self.pending:
            self.pending = None
            self.rejected, self._candidate = self._candidate, None
            if not aborted:
                self.failed = request
        elif self._response is not None and request == self._response.request and not aborted:
            self.failed = request
        self._changed.set()

    def _end(self, request: Request) -> None:
        self.unfinished.discard(request)
        if request in self.active:
            self.active.discard(request)
            self.activity += 1
            self._changed.set()

    def _on_stream(self, _: object) -> None:
        self.is_streamed_to = True

    def _on_parsed(self, _: Page) -> None:
        self.parsed = True
        self.parsed_at = asyncio.get_running_loop().time()
        self._changed.set()

    def _on_loaded(self, _: Page) -> None:
        self.loaded = True
        self._changed.set()
