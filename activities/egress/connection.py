"""One connection of a client of the gateway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus

import h11

from activities.egress.dialer import Dialer, EgressRefusedError
from activities.egress.http_stream import CHUNK, HttpStream, end_to_end
from activities.egress.session import EgressRefusal, EgressSession, ProxyCredential
from activities.egress.target import Target, parse_target

logger = logging.getLogger(__name__)

REFUSAL_HEADER = "x-spidra-refusal"
"""Of an answer that is the gateway's own: the name that its session knows the reason by."""

_ANONYMOUS_SECONDS = 15.0
_IDLE_SECONDS = 60.0
"""Time to say who one is, and between two requests."""

_MAX_CHALLENGES = 3
_MAX_CONNECTIONS = 256
"""Connections of one item at the same time; Chromium opens 32 and some for WebSockets."""

_MAX_REQUEST_HEAD = 64 * 1024
_MAX_RESPONSE_HEAD = 256 * 1024  # as in Chromium
_LINGER_SECONDS = 10.0
"""How long one direction of a tunnel may go on after the other one has ended."""


class ClientReader(asyncio.StreamReader):
    """Tells at once when the client has gone, also while nothing is read."""

    on_end: Callable[[], None] | None = None

    def feed_eof(self) -> None:
        """See `asyncio.StreamReader`."""
        super().feed_eof()
        if self.on_end is not None:
            self.on_end()

    def set_exception(self, exc: Exception) -> None:
        """See `asyncio.StreamReader`."""
        super().set_exception(exc)
        if self.on_end is not None:
            self.on_end()


class _Upstream(HttpStream):
    """A connection to a server, for plain HTTP."""

    def __init__(
        self,
        target: Target,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        on_read: Callable[[int], None],
        on_write: Callable[[int], None],
    ) -> None:
        super().__init__(
            h11.CLIENT,
            reader,
            writer,
            max_head=_MAX_RESPONSE_HEAD,
            on_read=on_read,
            on_write=on_write,
        )
        self.leads_to = (target.host, target.port)
        self.was_used = False


class GatewayConnection:
    """Serves one connection until `run` returns; see `Connection` in `activities.egress.session`.

    `find_credential` tells the credential from the header `Proxy-Authorization`.
    """

    def __init__(
        self,
        reader: ClientReader,
        writer: asyncio.StreamWriter,
        dialer: Dialer,
        find_credential: Callable[[bytes], ProxyCredential | None],
    ) -> None:
        self._reader = reader
        self._dialer = dialer
        self._find_login = find_credential
        self._credential: ProxyCredential | None = None
        self._egress: EgressSession | None = None
        """For which it works; None until it has said for which, and while it rests."""
        self._is_busy = False
        """Whether a request is being answered: what goes on in a tunnel is not known."""
        self._challenges = 0
        self._is_head = False
        self._task: asyncio.Task[None] | None = None
        self._upstream: _Upstream | None = None
        self._stream = HttpStream(
            h11.SERVER,
            reader,
            writer,
            max_head=_MAX_REQUEST_HEAD,
            on_read=lambda _: None,
            on_write=lambda _: None,
        )

    async def run(self) -> None:
        """Serves request after request."""
        self._task = asyncio.current_task()
        is_clean = False
        try:
            while await self._serve():
                pass
            await self._stream.writer.drain()
            is_clean = True
        except (OSError, h11.ProtocolError, asyncio.CancelledError):
            pass  # told by closing the connection
        except Exception:
            logger.exception("unforeseen error in the gateway")
        finally:
            if self._egress is not None:
                self._egress.connections.discard(self)
            if self._credential is not None:
                self._credential.resting.discard(self)
            if self._upstream is not None:
                self._upstream.abort()
            if is_clean:
                self._stream.writer.close()
            else:
                self._stream.abort()

    async def _serve(self) -> bool:
        """Serves one request; whether another one may follow."""
        try:
            limit = _ANONYMOUS_SECONDS if self._credential is None else _IDLE_SECONDS
            async with asyncio.timeout(limit):
                request = await self._stream.next_event()
        except TimeoutError:
            return False
        except h11.RemoteProtocolError as error:
            await self._answer(error.error_status_hint, "This is not HTTP/1.1.")
            return False
        if not isinstance(request, h11.Request):
            return False
        self._is_busy = True
        try:
            return await self._serve_request(request)
        finally:
            self._is_busy = False

    async def _serve_request(self, request: h11.Request) -> bool:
        self._is_head = request.method == b"HEAD"
        credential = self._login_of(request)
        if credential is None:
            return await self._challenge()
        egress = credential.egress
        if egress is None or not egress.is_open:
            # No challenge: a browser would forget the credential, which is to be used again.
            await self._answer(403, "No item of this client is running.")
            return False
        if not self._belongs_to(credential, egress):
            return await self._challenge()
        try:
            target = parse_target(request.method, request.target)
            _check_framing(request)
        except ValueError:
            await self._answer(400, "This proxy takes CONNECT and absolute http:// URLs.")
            return False  # what follows may be read in more than one way
        if egress.exhausted.done():
            refusal = EgressRefusal(*egress.exhausted.result(), 403)
            return await self._refuse(egress, target, refusal)
        try:
            if request.method == b"CONNECT":
                return await self._tunnel(egress, target)
            return await self._forward(egress, request, target)
        except EgressRefusedError as error:
            return await self._refuse(egress, target, error.refusal)

    def end(self) -> None:
        """See `Connection`."""
        if self._task is not None:
            self._task.cancel()

    def rest(self) -> bool:
        """See `Connection`."""
        if self._is_busy:
            return False
        self._egress = None
        return True

    def serve(self, egress: EgressSession) -> None:
        """See `Connection`."""
        self._egress = egress

    def _count_sent(self, count: int) -> None:
        self._served().count_sent(count)

    def _count_received(self, count: int) -> None:
        self._served().count_received(count)

    def _served(self) -> EgressSession:
        """For which it works. Raises `ConnectionResetError` while it rests."""
        if self._egress is None:
            raise ConnectionResetError
        return self._egress

    # Who asks

    def _login_of(self, request: h11.Request) -> ProxyCredential | None:
        given = [value for key, value in request.headers if key == b"proxy-authorization"]
        return self._find_login(given[0]) if len(given) == 1 else None

    def _belongs_to(self, credential: ProxyCredential, egress: EgressSession) -> bool:
        """Whether the connection is that credential's, as it is from its first request on."""
        if self._credential not in (None, credential):
            return False
        if self._credential is None:
            if len(egress.connections) >= _MAX_CONNECTIONS:
                raise ConnectionRefusedError
            self._credential = credential
            self._egress = egress
            egress.connections.add(self)
        return True

    async def _challenge(self) -> bool:
        self._challenges += 1
        can_go_on = await self._answer(
            407,
            "This proxy is for the items of its worker only.",
            (b"Proxy-Authenticate", b'Basic realm="spidra"'),
        )
        return can_go_on and self._credential is None and self._challenges < _MAX_CHALLENGES

    # Answers of the gateway itself

    async def _refuse(self, egress: EgressSession, target: Target, refusal: EgressRefusal) -> bool:
        name = egress.refuse(target.host, target.port, refusal)
        return await self._answer(
            refusal.status, refusal.what, (REFUSAL_HEADER.encode(), name.encode())
        )

    async def _answer(self, status: int, text: str, *headers: tuple[bytes, bytes]) -> bool:
        body = f"{text}\n".encode()
        response = h11.Response(
            status_code=status,
            reason=HTTPStatus(status).phrase.encode(),
            headers=[
                (b"Content-Type", b"text/plain; charset=utf-8"),
                (b"Content-Length", b"%d" % len(body)),
                (b"Cache-Control", b"no-store"),
                *headers,
            ],
        )
        content = [] if self._is_head else [h11.Data(data=body)]
        await self._stream.send(response, *content, h11.EndOfMessage())
        # A request with a body that nobody has read cannot be followed by another one.
        with suppress(h11.RemoteProtocolError):
            if self._stream.http.their_state is h11.SEND_BODY:
                self._stream.http.next_event()
        return self._stream.renew()

    # Tunnels

    async def _tunnel(self, egress: EgressSession, target: Target) -> bool:
        reader, writer = await self._dialer.connect(egress, target)
        try:
            await self._stream.send(
                h11.Response(status_code=200, reason=b"Connection established", headers=[])
            )
            self._is_busy = False
            await self._relay(reader, writer)
        finally:
            writer.transport.abort()
        return False

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Passes bytes both ways until both ends are done, or one is gone."""
        early, _ = self._stream.http.trailing_data
        if early:
            self._count_sent(len(early))
            writer.write(early)
        directions = (
            asyncio.create_task(_copy(self._reader, writer, self._count_sent)),
            asyncio.create_task(_copy(reader, self._stream.writer, self._count_received)),
        )
        try:
            ended, going = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            if going and all(task.exception() is None for task in ended):
                await asyncio.wait(going, timeout=_LINGER_SECONDS)
        finally:
            for task in directions:
                task.cancel()
            outcomes = await asyncio.gather(*directions, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, OSError):
                raise outcome

    # Plain HTTP

    async def _forward(self, egress: EgressSession, request: h11.Request, target: Target) -> bool:
        upstream = await self._connect(egress, target)
        first = self._stream.http.next_event()
        has_body = not isinstance(first, h11.EndOfMessage)
        head = _request_head(request, target)
        uploading: asyncio.Task[None] | None = None
        answered = False
        try:
            if has_body:
                await upstream.send(head)
                uploading = asyncio.create_task(self._upload(upstream, first))
            else:
                # A client that has gone does not wait any more.
                self._reader.on_end = self.end
                await upstream.send(head, h11.EndOfMessage())
            event: object = None
            while not isinstance(event, h11.EndOfMessage):
                events = await upstream.next_events()
                event = events[-1]
                if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                    return await self._switch(upstream, event)
                answered = answered or isinstance(events[0], h11.Response)
                await self._stream.send(*map(_downstream, events))
        except (OSError, h11.ProtocolError):
            # A server may close a connection between two requests; clients know to repeat then.
            if answered or upstream.was_used:
                raise
            self._drop_upstream()
            what = f"{target.host} closed the connection before the page was complete."
            raise EgressRefusedError(EgressRefusal("CONNECTION_FAILED", what, 502)) from None
        finally:
            self._reader.on_end = None
            if uploading is not None:
                uploading.cancel()
                await asyncio.wait([uploading])
        upstream.was_used = True
        if not upstream.renew():
            self._drop_upstream()
        return self._stream.renew()

    async def _connect(self, egress: EgressSession, target: Target) -> _Upstream:
        """The connection of the request before, if it leads there, or else a new one."""
        upstream = self._upstream
        if upstream is not None:
            is_alive = not upstream.reader.at_eof() and not upstream.writer.is_closing()
            if is_alive and upstream.leads_to == (target.host, target.port):
                return upstream
            self._drop_upstream()
        self._upstream = _Upstream(
            target,
            *await self._dialer.connect(egress, target),
            on_read=self._count_received,
            on_write=self._count_sent,
        )
        return self._upstream

    def _drop_upstream(self) -> None:
        if self._upstream is not None:
            self._upstream.abort()
            self._upstream = None

    async def _upload(self, upstream: _Upstream, first: object) -> None:
        """Passes on the body of a request, of which `first` is what is there already."""
        event = first
        try:
            while not isinstance(event, h11.EndOfMessage):
                if isinstance(event, h11.Data):
                    await upstream.send(event)
                event = await self._stream.next_event()
            self._reader.on_end = self.end
            await upstream.send(h11.EndOfMessage())
        except (OSError, h11.ProtocolError):
            upstream.abort()  # which is what ends the wait for an answer

    async def _switch(self, upstream: _Upstream, event: h11.InformationalResponse) -> bool:
        """Goes on as a tunnel: a WebSocket."""
        self._reader.on_end = None
        await self._stream.send(_informational_head(event, keep=(b"connection", b"upgrade")))
        early, _ = upstream.http.trailing_data
        self._stream.writer.write(early)
        await self._relay(upstream.reader, upstream.writer)
        return False


def _check_framing(request: h11.Request) -> None:
    """Raises `ValueError` if two readers might disagree about where the request ends."""
    names = [key for key, _ in request.headers]
    if b"content-length" in names and b"transfer-encoding" in names:
        raise ValueError("two framings")


def _request_head(request: h11.Request, target: Target) -> h11.Request:
    """The request as the server is to see it: no `Via` tells that it came by a proxy."""
    is_websocket = any(
        key == b"upgrade" and value.lower() == b"websocket" for key, value in request.headers
    )
    headers = end_to_end(
        request.headers.raw_items(), keep=(b"connection", b"upgrade") if is_websocket else ()
    )
    # What the URL says counts, whatever the header says (RFC 9112, 3.2.2).
    others = [(key, value) for key, value in headers if key.lower() != b"host"]
    return h11.Request(
        method=request.method,
        target=target.path,
        headers=[(b"Host", target.authority.encode()), *others],
    )


def _downstream(event: object) -> h11.Event:
    """What the client is told when the server has said `event`.

    Raises `ConnectionResetError` if that is not part of an answer.
    """
    if isinstance(event, h11.InformationalResponse):
        return _informational_head(event)
    if isinstance(event, h11.Response):
        # A server that poses as this proxy would have the browser drop its password.
        status = 502 if event.status_code == 407 else event.status_code
        return h11.Response(
            status_code=status, reason=event.reason, headers=end_to_end(event.headers.raw_items())
        )
    if isinstance(event, h11.Data):
        return event
    if isinstance(event, h11.EndOfMessage):
        return h11.EndOfMessage()  # without trailers
    raise ConnectionResetError


def _informational_head(
    response: h11.InformationalResponse, *, keep: Iterable[bytes] = ()
) -> h11.InformationalResponse:
    return h11.InformationalResponse(
        status_code=response.status_code,
        reason=response.reason,
        headers=end_to_end(response.headers.raw_items(), keep=keep),
    )


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: Callable[[int], None]
) -> None:
    while data := await reader.read(CHUNK):
        count(len(data))
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
