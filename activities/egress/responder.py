"""Responses of the gateway itself, instead of a server."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus

import h11

from activities.egress.http_stream import HttpStream
from activities.egress.refusal import REFUSAL_HEADER, EgressRefusal
from activities.egress.session import EgressSession
from activities.egress.target import Target


class Responder:
    """Sends the gateway's own responses to one client.

    Each method returns whether another request may follow on the connection.
    """

    def __init__(self, client: HttpStream) -> None:
        self._client = client
        self.is_head = False
        """Whether the current request is a `HEAD`, whose response has no body."""

    async def challenge(self) -> bool:
        """Ask the client for a credential."""
        return await self.respond(
            407,
            "This proxy is for the items of its worker only.",
            (b"Proxy-Authenticate", b'Basic realm="spidra"'),
        )

    async def refuse(self, session: EgressSession, target: Target, refusal: EgressRefusal) -> bool:
        """Tell the client why there is no connection to `target`, and let `session` know it."""
        name = session.refuse(target.host, target.port, refusal)
        return await self.respond(
            refusal.status, refusal.what, (REFUSAL_HEADER.encode(), name.encode())
        )

    async def respond(self, status: int, text: str, *headers: tuple[bytes, bytes]) -> bool:
        """Send `text` to the client."""
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
        content = [] if self.is_head else [h11.Data(data=body)]
        await self._client.send(response, *content, h11.EndOfMessage())
        # No request can follow one whose body was not read.
        with suppress(h11.RemoteProtocolError):
            if self._client.http.their_state is h11.SEND_BODY:
                self._client.http.next_event()
        return self._client.renew()
