"""A connection of the gateway to a server: strict requests, and responses as browsers read them."""

from __future__ import annotations

import h11

from activities.egress.chunks import ChunkTidier
from activities.egress.exits import ExitConnection
from activities.egress.http_stream import HttpStream
from activities.egress.response_head import MalformedResponseError, split_head, tidy_head
from activities.egress.session import TrafficMeter
from activities.egress.target import Target

_MAX_RESPONSE_HEAD = 256 * 1024  # as in Chromium


class ServerStream(HttpStream):
    """A connection to a server, which may serve several requests to `target` in turn."""

    def __init__(
        self,
        target: Target,
        connection: ExitConnection,
        meter: TrafficMeter,
    ) -> None:
        super().__init__(
            h11.CLIENT,
            connection.reader,
            connection.writer,
            max_head=_MAX_RESPONSE_HEAD,
            on_read=meter.count_received,
            on_write=meter.count_sent,
        )
        self.plain = connection.plain
        """Not None if this is a proxy without a tunnel to the server."""
        self._address = (target.host, target.port)
        self._held = b""
        """Bytes that the parser has not got yet."""
        self._searched = 0
        """How many of these bytes hold no end of a head."""
        self._is_at_end = False
        """Whether the end of the connection has come, and the parser does not know it yet."""
        self._chunks: ChunkTidier | None = None
        """What frames the present body anew; None if it does not come in chunks."""
        self.has_answered = False
        """Whether a response has begun on this connection, for this request or an earlier one."""

    @property
    def early_data(self) -> bytes:
        """Bytes that came after the head of a response which switches protocols."""
        return self.http.trailing_data[0] + self._held

    def can_serve(self, target: Target) -> bool:
        """Return whether the connection is open and leads to `target`."""
        is_alive = not self.reader.at_eof() and not self.writer.is_closing()
        return is_alive and self._address == (target.host, target.port)

    def check_origin(self, response: h11.Response) -> None:
        """Raise `ExitError` if a proxy, which is asked for absolute URLs, has failed itself."""
        if self.plain is not None:
            self.plain.check(response.status_code, list(response.headers))

    def renew(self) -> bool:
        """See `HttpStream`. What follows a body might pass for the next response."""
        return not self.early_data and super().renew()

    def receive(self, data: bytes) -> None:
        """See `HttpStream`."""
        self._held += data
        self._is_at_end |= not data

    def received_event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        """See `HttpStream`."""
        while True:
            event = self.http.next_event()
            if event is not h11.NEED_DATA or not self._feed():
                return event

    def _feed(self) -> bool:
        """Give the parser what is here, tidied; return whether there was anything."""
        if self._held and self._feed_tidied():
            return True
        if self._is_at_end:
            self._is_at_end = False
            self.http.receive_data(b"")
            return True
        return False

    def _feed_tidied(self) -> bool:
        if self.http.their_state is h11.SEND_RESPONSE:
            found = split_head(self._held, self._searched)
            if len(self._held if found is None else found[0]) > _MAX_RESPONSE_HEAD:
                raise MalformedResponseError("too large a head")
            if found is None:
                self._searched = len(self._held)
                return False
            self._searched = 0
            head, self._held = found
            data, is_chunked = tidy_head(head)
            self._chunks = ChunkTidier() if is_chunked else None
        else:
            data, self._held = self._held, b""
            if self._chunks is not None:
                data = self._chunks.feed(data)
        if data:
            self.http.receive_data(data)
        return bool(data)
