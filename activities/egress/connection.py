"""One connection of a client to the gateway: reads requests, authenticates, and dispatches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import h11

from activities.egress.client_reader import ClientReader
from activities.egress.dialer import Dialer
from activities.egress.forwarder import Forwarder
from activities.egress.http_stream import HttpStream
from activities.egress.refusal import EgressRefusal, EgressRefusedError
from activities.egress.responder import Responder
from activities.egress.session import EgressSession, ProxyCredential, TrafficMeter
from activities.egress.target import Target, parse_target
from activities.egress.tunnel import Tunnel

logger = logging.getLogger(__name__)

_ANONYMOUS_SECONDS = 15.0
"""How long a client may take until its first authenticated request."""

_IDLE_SECONDS = 60.0
"""How long an authenticated client may take until its next request."""

_MAX_CHALLENGES = 3
_MAX_CONNECTIONS = 256
"""Connections of one item at the same time. Chromium opens 32, and some more for WebSockets."""

_MAX_REQUEST_HEAD = 64 * 1024


class GatewayConnection:
    """A connection that serves requests until `run` returns.

    `find_credential` returns the credential for a value of the header `Proxy-Authorization`. See
    `activities.egress.session.Connection` for what a credential does with its connections.
    """

    def __init__(
        self,
        reader: ClientReader,
        writer: asyncio.StreamWriter,
        dialer: Dialer,
        find_credential: Callable[[bytes], ProxyCredential | None],
    ) -> None:
        self._dialer = dialer
        self._find_credential = find_credential
        self._credential: ProxyCredential | None = None
        """Credential of the first authenticated request; the connection stays with it."""
        self._meter = TrafficMeter()
        self._stream = HttpStream(h11.SERVER, reader, writer, max_head=_MAX_REQUEST_HEAD)
        self._responder = Responder(self._stream)
        self._forwarder = Forwarder(self._stream, reader, dialer, self._meter)
        self._is_busy = False
        """Whether a request is being answered. What happens in a tunnel is not known."""
        self._challenges = 0
        self._task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve one request after the other, then close the connection."""
        self._task = asyncio.current_task()
        is_clean = False
        try:
            while await self._serve_next():
                pass
            await self._stream.writer.drain()
            is_clean = True
        except (OSError, h11.ProtocolError, asyncio.CancelledError):
            pass  # the client sees that the connection breaks
        except Exception:
            logger.exception("unforeseen error in the gateway")
        finally:
            self._sign_off()
            self._forwarder.close()
            if is_clean:
                self._stream.writer.close()
            else:
                self._stream.abort()

    def end(self) -> None:
        """See `Connection`."""
        if self._task is not None:
            self._task.cancel()

    def park(self) -> bool:
        """See `Connection`."""
        if self._is_busy:
            return False
        self._meter.session = None
        return True

    def resume(self, session: EgressSession) -> None:
        """See `Connection`."""
        self._meter.session = session

    def _sign_off(self) -> None:
        """Remove the connection from its session and its credential."""
        if self._meter.session is not None:
            self._meter.session.connections.discard(self)
        if self._credential is not None:
            self._credential.parked.discard(self)

    async def _serve_next(self) -> bool:
        """Serve the next request; return whether another request may follow."""
        try:
            limit = _ANONYMOUS_SECONDS if self._credential is None else _IDLE_SECONDS
            async with asyncio.timeout(limit):
                request = await self._stream.next_event()
        except TimeoutError:
            return False
        except h11.RemoteProtocolError as error:
            await self._responder.respond(error.error_status_hint, "This is not HTTP/1.1.")
            return False
        if not isinstance(request, h11.Request):
            return False
        self._is_busy = True
        try:
            return await self._serve(request)
        finally:
            self._is_busy = False

    async def _serve(self, request: h11.Request) -> bool:
        self._responder.is_head = request.method == b"HEAD"
        credential = self._credential_of(request)
        if credential is None:
            return await self._challenge()
        session = credential.session
        if session is None or not session.is_open:
            # No challenge: a browser would forget the credential, which is used again later.
            await self._responder.respond(403, "No item of this client is running.")
            return False
        if not self._bind(credential, session):
            return await self._challenge()
        try:
            target = parse_target(request.method, request.target)
            _check_framing(request)
        except ValueError:
            await self._responder.respond(
                400, "This proxy takes CONNECT and absolute http:// URLs."
            )
            return False  # the bytes that follow could be read in more than one way
        return await self._dispatch(session, request, target)

    async def _dispatch(self, session: EgressSession, request: h11.Request, target: Target) -> bool:
        if session.exhausted.done():
            refusal = EgressRefusal(*session.exhausted.result(), 403)
            return await self._responder.refuse(session, target, refusal)
        try:
            if request.method == b"CONNECT":
                return await self._tunnel(session, target)
            return await self._forwarder.forward(session, request, target)
        except EgressRefusedError as error:
            return await self._responder.refuse(session, target, error.refusal)

    async def _tunnel(self, session: EgressSession, target: Target) -> bool:
        connection = await self._dialer.connect(session, target)
        try:
            await self._stream.send(
                h11.Response(status_code=200, reason=b"Connection established", headers=[])
            )
            self._is_busy = False
            await Tunnel(self._stream, connection.reader, connection.writer, self._meter).run()
        finally:
            connection.writer.transport.abort()
        return False

    def _credential_of(self, request: h11.Request) -> ProxyCredential | None:
        given = [value for key, value in request.headers if key == b"proxy-authorization"]
        return self._find_credential(given[0]) if len(given) == 1 else None

    def _bind(self, credential: ProxyCredential, session: EgressSession) -> bool:
        """Bind the connection to its first credential; return False for any other credential.

        Raises `ConnectionRefusedError` if the session has too many connections.
        """
        if self._credential not in (None, credential):
            return False
        if self._credential is None:
            if len(session.connections) >= _MAX_CONNECTIONS:
                raise ConnectionRefusedError
            self._credential = credential
            self._meter.session = session
            session.connections.add(self)
        return True

    async def _challenge(self) -> bool:
        self._challenges += 1
        can_go_on = await self._responder.challenge()
        return can_go_on and self._credential is None and self._challenges < _MAX_CHALLENGES


def _check_framing(request: h11.Request) -> None:
    """Raise `ValueError` if two readers could disagree about where the request ends."""
    names = [key for key, _ in request.headers]
    if b"content-length" in names and b"transfer-encoding" in names:
        raise ValueError("two framings")
