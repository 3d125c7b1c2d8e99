"""A proxy exit as one item uses it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from activities.egress.answer_watch import AnswerWatch
from activities.egress.exit_errors import ExitError, ExitFailure
from activities.egress.exits import Destination, ExitConnection, PlainRequests
from activities.egress.upstream import UpstreamProxy
from domain.proxies import Proxy


class ItemExit:
    """A proxy exit with a session of its own, and with its failures.

    `no_tunnels` is shared by all items that use the exit, see `UpstreamProxy`. `began` is the time
    of the pool's clock.
    """

    def __init__(self, proxy: Proxy, *, no_tunnels: dict[int, float], began: float) -> None:
        self.proxy = proxy
        self.began = began
        self.refused = 0
        """Number of connections that the exit did not make."""
        self.is_lost = False
        """Whether the exit itself is away, or does not let us in."""
        self.error: ExitError | None = None
        """The latest failure of the exit; once the exit is lost, why it is lost."""
        self.watch: AnswerWatch | None = None
        """What the session of the item has seen of answers."""
        self.has_another = False
        """Whether the item may leave this exit for another one."""
        self._was_asked = False
        self._exit = UpstreamProxy(
            proxy.url_of(secrets.token_hex(5)),
            sends_names=proxy.sends_names,
            no_tunnels=no_tunnels,
        )

    @property
    def country(self) -> str | None:
        """Country of the exit, whatever was asked for; None if it is not known."""
        return self.proxy.country

    @property
    def sends_names(self) -> bool:
        """See `Exit`."""
        return self.proxy.sends_names

    @property
    def is_silent(self) -> bool:
        """Whether the exit has made connections, and nothing has come through them."""
        return self.watch is not None and self.watch.is_silent

    @property
    def is_hanging(self) -> bool:
        """Whether the exit was asked for a connection, and has neither made nor refused any."""
        has_connected = self.watch is not None and self.watch.has_connected
        return self._was_asked and not has_connected and not self.refused

    @property
    def is_busy(self) -> bool:
        """Whether the exit takes no more connections for now."""
        return self.error is not None and self.error.failure is ExitFailure.BUSY

    @property
    def answered_after(self) -> float | None:
        """Seconds until the first byte came through the exit; None if none has come."""
        return None if self.watch is None else self.watch.answered_after

    @property
    def waited(self) -> float:
        """Seconds since the exit has made its first connection."""
        return 0.0 if self.watch is None else self.watch.waited

    async def connect(self, destination: Destination) -> ExitConnection:
        """See `Exit`.

        A part that is refused would be missing from its page. The page itself may come by another
        exit, if there is one.
        """
        self._was_asked = True
        has_begun = self.watch is not None and self.watch.has_connected
        try:
            connection = await self._exit.connect(
                destination, is_persistent=has_begun or not self.has_another
            )
        except ExitError as error:
            self.record(error)
            raise
        if connection.plain is None:
            return connection
        return replace(connection, plain=_Recorded(connection.plain, self.record))

    def error_of(self, code: str) -> ExitError:
        """Return how the exit has failed, if the item has failed with `code` through it."""
        if self.error is not None and (self.is_lost or code == "PROXY_FAILED"):
            return self.error
        # An earlier error may be that of another host.
        return ExitError(ExitFailure.HANGING if self.is_hanging else ExitFailure.CLOSED)

    def record(self, error: ExitError) -> None:
        """Record a failure of the exit."""
        self.refused += 1
        if self.is_lost:
            return
        self.error = error
        # What is no proxy passes nothing on. Otherwise it is a page against one of the hosts.
        is_filter = error.failure is ExitFailure.GARBAGE and self.answered_after is not None
        self.is_lost = error.failure.is_certain and not is_filter


class _Recorded:
    """Plain requests whose failures are recorded."""

    def __init__(self, plain: PlainRequests, record: Callable[[ExitError], object]) -> None:
        self.headers = plain.headers
        self._plain = plain
        self._record = record

    def check(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """See `PlainRequests`."""
        try:
            self._plain.check(status, headers)
        except ExitError as error:
            self._record(error)
            raise
