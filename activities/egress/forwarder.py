"""Plain HTTP requests that the gateway sends to servers, and the responses that it passes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import h11

from activities.egress.client_reader import ClientReader
from activities.egress.dialer import Dialer, exit_refused
from activities.egress.exit_errors import ExitError
from activities.egress.exits import PlainRequests
from activities.egress.http_stream import HttpStream, end_to_end
from activities.egress.refusal import EgressRefusal, EgressRefusedError
from activities.egress.response_head import MalformedResponseError
from activities.egress.server_stream import ServerStream
from activities.egress.session import EgressSession, TrafficMeter
from activities.egress.target import Target
from activities.egress.tunnel import Tunnel

_UPGRADE_HEADERS = (b"connection", b"upgrade")
"""Hop-by-hop headers that a WebSocket needs on both connections."""


class Forwarder:
    """Forwards the plain HTTP requests of one client, one at a time.

    The connection to the server stays open for the next request to the same server.
    """

    def __init__(
        self,
        client: HttpStream,
        reader: ClientReader,
        dialer: Dialer,
        meter: TrafficMeter,
    ) -> None:
        """`reader` is the reader of `client`."""
        self._client = client
        self._reader = reader
        self._dialer = dialer
        self._meter = meter
        self._server: ServerStream | None = None
        self._task: asyncio.Task[None] | None = None
        """Task that forwards the current request."""

    async def forward(self, session: EgressSession, request: h11.Request, target: Target) -> bool:
        """Send `request` to `target` and pass the response back to the client.

        Returns whether another request may follow. Raises `EgressRefusedError`, `OSError` or
        `h11.ProtocolError`.
        """
        self._task = asyncio.current_task()
        server = await self._connect(session, target)
        first = self._client.http.next_event()
        head = _for_server(request, target, server.plain)
        upload: asyncio.Task[None] | None = None
        try:
            upload = await self._send_request(server, head, first)
            switch = await self._pass_response(server)
            if switch is not None:
                return await self._switch(server, switch)
        except ExitError as error:
            self.close()
            raise exit_refused(error, target) from None
        except (OSError, h11.ProtocolError) as error:
            # A server may close a connection between two requests. Clients repeat the request then.
            # After a limit of traffic the server is not the cause.
            if server.has_answered or session.exhausted.done():
                raise
            self.close()
            if isinstance(error, MalformedResponseError):
                what = f"{target.host} answered with what no browser can read."
            else:
                what = f"{target.host} closed the connection before the page was complete."
            raise EgressRefusedError(EgressRefusal("CONNECTION_FAILED", what, 502)) from None
        finally:
            self._reader.on_end = None
            if upload is not None:
                upload.cancel()
                await asyncio.wait([upload])
        if not server.renew():
            self.close()
        return self._client.renew()

    def close(self) -> None:
        """Close the connection to the server, if there is one."""
        if self._server is not None:
            self._server.abort()
            self._server = None

    async def _connect(self, session: EgressSession, target: Target) -> ServerStream:
        """Return the connection of the last request if it leads to `target`, else a new one."""
        if self._server is not None:
            if self._server.can_serve(target):
                return self._server
            self.close()
        connection = await self._dialer.connect(session, target, is_plain_http=True)
        self._server = ServerStream(target, connection, self._meter)
        return self._server

    async def _send_request(
        self, server: ServerStream, head: h11.Request, first: object
    ) -> asyncio.Task[None] | None:
        """Send `head`; return the task that sends the body, or None if there is no body.

        `first` is the event of the client that follows the head.
        """
        if isinstance(first, h11.EndOfMessage):
            self._watch_client()
            await server.send(head, h11.EndOfMessage())
            return None
        await server.send(head)
        return asyncio.create_task(self._upload(server, first))

    def _watch_client(self) -> None:
        """End the request when the client goes, because it no longer waits for the response."""
        if self._task is not None:
            self._reader.on_end = self._task.cancel

    async def _upload(self, server: ServerStream, first: object) -> None:
        """Pass on the body of a request, from the event `first` on."""
        event = first
        try:
            while not isinstance(event, h11.EndOfMessage):
                if isinstance(event, h11.Data):
                    await server.send(event)
                event = await self._client.next_event()
            self._watch_client()
            await server.send(h11.EndOfMessage())
        except (OSError, h11.ProtocolError):
            server.abort()  # this ends the wait for the response

    async def _pass_response(self, server: ServerStream) -> h11.InformationalResponse | None:
        """Pass the response on to the client; return the head if the server switches protocols."""
        event: object = None
        while not isinstance(event, h11.EndOfMessage):
            events = await server.next_events()
            event = events[-1]
            if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                return event
            if isinstance(events[0], h11.Response):
                server.check_origin(events[0])
                server.has_answered = True
            await self._client.send(*map(_for_client, events))
        return None

    async def _switch(self, server: ServerStream, response: h11.InformationalResponse) -> bool:
        """Go on as a tunnel, for a WebSocket."""
        self._reader.on_end = None
        await self._client.send(_informational_head(response, keep=_UPGRADE_HEADERS))
        self._client.writer.write(server.early_data)
        await Tunnel(self._client, server.reader, server.writer, self._meter).run()
        return False


def _for_server(request: h11.Request, target: Target, plain: PlainRequests | None) -> h11.Request:
    """Return `request` as the server gets it, without a `Via` that tells of a proxy.

    `plain` is not None if the server is a proxy.
    """
    is_websocket = any(
        key == b"upgrade" and value.lower() == b"websocket" for key, value in request.headers
    )
    headers = end_to_end(request.headers.raw_items(), keep=_UPGRADE_HEADERS if is_websocket else ())
    # The host in the URL wins over the header `Host` (RFC 9112, 3.2.2).
    others = [(key, value) for key, value in headers if key.lower() != b"host"]
    host = target.authority.encode()
    return h11.Request(
        method=request.method,
        target=target.path if plain is None else b"http://" + host + target.path,
        headers=[(b"Host", host), *others, *(() if plain is None else plain.headers)],
    )


def _for_client(event: object) -> h11.Event:
    """Return what the client gets when the server has sent `event`.

    Raises `ConnectionResetError` if `event` is not part of a response.
    """
    if isinstance(event, h11.InformationalResponse):
        return _informational_head(event)
    if isinstance(event, h11.Response):
        # A server must not pose as this proxy: the browser would forget its password.
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
