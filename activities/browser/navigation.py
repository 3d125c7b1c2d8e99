"""What the main frame of a page is doing, recorded from the browser's events."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from playwright.async_api import Frame, Page, Request, Response, WebSocket

from activities.browser.events import EventRelay

_CONTENT_REQUESTS = frozenset({"fetch", "xhr", "script"})
"""Types of requests whose answers often become content. Event streams never end. Images, styles
and fonts do not change the text."""

_STREAM_TYPES = ("text/event-stream", "application/x-ndjson", "multipart/x-mixed-replace")
"""Content types of answers that go on for as long as the server likes."""

_POLL_NAMES = re.compile(
    r"\b(?:long-?poll(?:ing)?|polling|socket\.io|sockjs|signalr|cometd?|xhr_streaming)\b",
    re.IGNORECASE,
)
"""Words in the addresses of requests that wait for news: the usual libraries have them."""

_MAX_EARLIER = 2
"""Ended requests for one path after which another one is taken for a poll."""

_SUCCESSION_TIMEOUT = 2.0
"""Seconds in which it becomes clear why a document has vanished: another document takes its place,
or its process or browser died."""


class Navigation:
    """The documents and requests of one page, followed until `close`.

    Documents have numbers: the first document of the page is number 1. `until` waits for a change
    of the attributes.
    """

    def __init__(self, page: Page, event_relay: EventRelay) -> None:
        self.documents = 0
        """Number of the document that the page shows; also counts redirects by scripts."""
        self.rejected: Response | None = None
        """Response of the latest navigation that led to no document: a download, a status 204."""
        self.pending: Request | None = None
        """The navigation that is under way and has not led to a document yet."""
        self.failed: Request | None = None
        """Request of the latest document that could not be loaded, or not completely."""
        self.parsed = False
        """Whether the document is complete, except for its images and the like."""
        self.parsed_at = 0.0
        """When the document became complete, in the event loop's time."""
        self.loaded = False
        """Whether images and the like are complete as well."""
        self.active: set[Request] = set()
        """Requests of the document that are under way and whose answers may become content."""
        self.activity = 0
        """A counter that grows whenever `active` changes."""
        self.unfinished: set[Request] = set()
        """All requests of the page that are under way, also those of earlier documents."""
        self.has_streams = False
        """Whether data may also reach the document by a WebSocket, worker or event stream."""
        self.silent_sockets: set[WebSocket] = set()
        """Open WebSockets of the page that have not brought anything yet."""
        self.has_lost_scripts = False
        """Whether a script or data for the document could not be loaded."""
        self._ended: Counter[str] = Counter()
        self._main_frame = page.main_frame
        self._response: Response | None = None
        self._candidate: Response | None = None
        self._changed = asyncio.Event()
        self._listeners = event_relay.listeners()
        for event, listener in (
            ("request", self._on_request),
            ("response", self._on_response),
            ("requestfinished", self._on_finished),
            ("requestfailed", self._on_failed),
            ("framenavigated", self._on_navigated),
            ("domcontentloaded", self._on_parsed),
            ("load", self._on_loaded),
            ("websocket", self._on_socket),
            ("worker", self._on_stream),
        ):
            self._listeners.add(page, event, listener)

    def close(self) -> None:
        """Stop following the page."""
        self._listeners.remove()

    @property
    def response(self) -> Response:
        """Response of the document that the page shows.

        Raises `LookupError` while `documents` is 0.
        """
        if self._response is None:
            raise LookupError("no document has been shown yet")
        return self._response

    @property
    def slow(self) -> list[Request]:
        """The requests in `active`, except polls: those wait for news, not for content.

        A poll is known by its name, or by earlier requests for the same address that have ended.
        """
        return [request for request in self.active if not self._is_poll(request)]

    def _is_poll(self, request: Request) -> bool:
        url = request.url
        if _POLL_NAMES.search(url):
            return True
        return request.method == "GET" and (
            self._ended[url] > 0 or self._ended[url.partition("?")[0]] >= _MAX_EARLIER
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition()` is true; it must depend on this object only."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def has_left(self, number: int) -> bool:
        """Return whether the page goes, or has gone, on from document `number`."""
        return self.pending is not None or self.documents != number

    async def is_replaced(self, number: int) -> bool:
        """Return whether another document takes the place of document `number`; wait for that.

        Call this when a script of ours has failed in the document.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_SUCCESSION_TIMEOUT):
                await self.until(lambda: self.documents != number)
        return self.has_left(number)

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
        elif request.resource_type in _CONTENT_REQUESTS and request.frame == self._main_frame:
            self.active.add(request)
            self.activity += 1
        elif request.resource_type == "eventsource":
            self.has_streams = True
        self._changed.set()

    def _on_response(self, response: Response) -> None:
        request = response.request
        if self._is_document(request):
            self._candidate = response
        elif request in self.active:
            if response.status >= HTTPStatus.BAD_REQUEST:
                self.has_lost_scripts = True
            if _is_stream(response):
                self.has_streams = True
                self._end_content(request)

    def _on_navigated(self, frame: Frame) -> None:
        # Without a response before it, this is a change of the address within the document.
        if frame != self._main_frame or self._candidate is None:
            return
        self.documents += 1
        self._response, self._candidate = self._candidate, None
        self.rejected = self.pending = self.failed = None
        self.parsed = self.loaded = self.has_streams = self.has_lost_scripts = False
        self.active.clear()
        self._ended.clear()
        self.silent_sockets.clear()
        self._changed.set()

    def _on_finished(self, request: Request) -> None:
        self._end(request)

    def _on_failed(self, request: Request) -> None:
        aborted = request.failure == "net::ERR_ABORTED"
        if request in self.active and not aborted:
            self.has_lost_scripts = True
        self._end(request)
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
            self._end_content(request)

    def _end_content(self, request: Request) -> None:
        self.active.discard(request)
        self.activity += 1
        for address in {request.url, request.url.partition("?")[0]}:
            self._ended[address] += 1
        self._changed.set()

    def _on_stream(self, _: object) -> None:
        self.has_streams = True

    def _on_socket(self, socket: WebSocket) -> None:
        self.has_streams = True
        self.silent_sockets.add(socket)
        socket.once("framereceived", lambda _: self.silent_sockets.discard(socket))
        socket.once("close", lambda _: self.silent_sockets.discard(socket))

    def _on_parsed(self, _: Page) -> None:
        self.parsed = True
        self.parsed_at = asyncio.get_running_loop().time()
        self._changed.set()

    def _on_loaded(self, _: Page) -> None:
        self.loaded = True
        self._changed.set()


def _is_stream(response: Response) -> bool:
    return response.headers.get("content-type", "").lower().startswith(_STREAM_TYPES)
