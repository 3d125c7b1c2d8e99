"""What one item may do on the network, and what it has done there."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import ada_url

from activities.abort import AbortReason, abort_with
from activities.egress.answer_watch import AnswerWatch
from activities.egress.exits import Exit
from activities.egress.refusal import EgressRefusal
from activities.egress.traffic import ItemTraffic
from domain.addresses import Address

USERNAME = "item"
"""User name of every credential. Only the passwords differ."""

_MAX_REFUSALS = 256
"""Number of latest refusals that a session remembers. Callers need refusals of documents only."""

_LOOKUPS = 4
"""Names that one item may look up at the same time, so that slow names delay no other item."""

_DEFAULT_PORTS = {"http:": 80, "https:": 443, "ws:": 80, "wss:": 443}


class Connection(Protocol):
    """A client's connection to the gateway. It may serve one item after the other."""

    def end(self) -> None:
        """Break the connection, without telling the client why."""
        ...

    def park(self) -> bool:
        """Stop serving the current item, and return True, if the connection is idle.

        The gateway cannot see everything that happens in a tunnel. So a parked connection ends as
        soon as either side sends anything.
        """
        ...

    def resume(self, session: EgressSession) -> None:
        """Serve the item of `session` after the connection was parked."""
        ...


class ProxyCredential:
    """User name and password by which the gateway knows a client, from `open` to `close`.

    A browser context keeps its credential, but it may serve one item after the other. So `session`
    changes. While `session` is None, the gateway refuses the client.
    """

    def __init__(self, known: dict[bytes, ProxyCredential]) -> None:
        """`known` holds all open credentials of the gateway, by their header."""
        self.password = secrets.token_urlsafe(24)
        self.session: EgressSession | None = None
        self.is_kept = False
        """Whether a browser context closes the credential later, instead of its first session."""
        self._known = known
        self._exit: Exit | None = None
        """Exit through which the `parked` connections left."""
        self.parked: set[Connection] = set()
        """Connections that wait for the next item."""

    @property
    def authorization(self) -> str:
        """Value of the header `Proxy-Authorization` in the client's requests."""
        pair = f"{USERNAME}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"

    def open(self, session: EgressSession) -> None:
        """Make the credential known to the gateway, and use it for `session`."""
        self._known[self.authorization.encode()] = self
        self.session = session

    def park(self, *, keep_connections: bool = False) -> None:
        """Serve no item until `resume`.

        Ends all connections. With `keep_connections`, idle connections are parked instead.
        """
        session, self.session = self.session, None
        if session is None:
            return
        self._exit = session.exit
        for connection in list(session.connections):
            if keep_connections and connection.park():
                session.connections.remove(connection)
                self.parked.add(connection)
            else:
                connection.end()

    def resume(self, session: EgressSession) -> None:
        """Use the credential for `session` from now on.

        Parked connections serve `session` too, unless it leaves through another exit.
        """
        if session.exit is not self._exit:
            self._end_parked()
        self.session = session
        while self.parked:
            connection = self.parked.pop()
            session.connections.add(connection)
            connection.resume(session)

    def close(self) -> None:
        """End all connections, and make the credential unknown to the gateway."""
        self.park()
        self._end_parked()
        self._known.pop(self.authorization.encode(), None)

    def _end_parked(self) -> None:
        for connection in self.parked:
            connection.end()
        self.parked.clear()


@dataclass(eq=False)
class EgressSession:
    """The network access of one item. `Gateway.open_session` opens and closes it."""

    exit: Exit
    max_bytes: int
    proxy_url: str
    """URL that a client has to use as its proxy: `http://127.0.0.1:port`."""
    credential: ProxyCredential = field(repr=False)
    """Credential for a client that has none from an earlier session."""
    traffic: ItemTraffic | None = None
    """Counts the bytes of the item in all of its sessions; None if nobody has to know them."""
    is_open: bool = True
    """Whether the item still uses the session."""
    received: int = 0
    """Bytes that came from the network, including headers and TLS."""
    sent: int = 0
    """Bytes that went to the network, including headers and TLS."""
    blocked: int = 0
    """Number of refused requests to addresses that may not be reached."""
    exhausted: asyncio.Future[AbortReason] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future(), repr=False
    )
    """Done as soon as the item may load no more, and why. All requests fail then."""

    def __post_init__(self) -> None:
        self.connections: set[Connection] = set()
        """Open connections that serve this session."""
        self.lookup_slots = asyncio.Semaphore(_LOOKUPS)
        self.resolved: OrderedDict[str, tuple[float, Sequence[Address]]] = OrderedDict()
        """Names that were looked up: until when the result is valid, and the addresses."""
        self.watch = AnswerWatch(self._give_up)
        """Whether servers answer."""
        self._refusals_by_name: OrderedDict[str, EgressRefusal] = OrderedDict()
        self._refusals_by_host: OrderedDict[tuple[str, int], EgressRefusal] = OrderedDict()

    @property
    def password(self) -> str:
        """Password of `credential`."""
        return self.credential.password

    @property
    def authorization(self) -> str:
        """Value of the header `Proxy-Authorization` with `credential`."""
        return self.credential.authorization

    def refuse(self, host: str, port: int, refusal: EgressRefusal) -> str:
        """Remember that the gateway did not connect to `host`, as `ada_url` writes it.

        Returns a name for `refusal` that no server can guess.
        """
        if refusal.code == "EGRESS_BLOCKED":
            self.blocked += 1
        name = secrets.token_urlsafe(12)
        self._refusals_by_name[name] = self._refusals_by_host[host, port] = refusal
        self._refusals_by_host.move_to_end((host, port))
        for refusals in (self._refusals_by_name, self._refusals_by_host):
            if len(refusals) > _MAX_REFUSALS:
                refusals.popitem(last=False)
        return name

    def refusal_named(self, name: str) -> EgressRefusal | None:
        """Return the refusal to which `refuse` gave that name."""
        return self._refusals_by_name.get(name)

    def refusal_of(self, url: str) -> EgressRefusal | None:
        """Return the latest refusal to connect to the host and port of `url`."""
        try:
            parsed = ada_url.URL(url)
        except ValueError:
            return None
        port = parsed.port or _DEFAULT_PORTS.get(parsed.protocol, 0)
        return self._refusals_by_host.get((parsed.hostname, int(port)))

    def count_sent(self, count: int) -> None:
        """Count bytes before they are sent. See `count_received`."""
        self.sent += count
        self._charge(count)

    def count_received(self, count: int) -> None:
        """Count received bytes.

        If the item may take no more, end all connections and raise `ConnectionResetError`, so that
        these bytes go no further.
        """
        if count:
            self.watch.answered()
        self.received += count
        if self.received > self.max_bytes:
            what = f"The page loaded more than {self.max_bytes} bytes (SPIDRA_MAX_ITEM_BYTES)."
            self._exhaust("TRAFFIC_LIMIT", what)
        self._charge(count)

    def _charge(self, count: int) -> None:
        if self.traffic is not None and (reached := self.traffic.count(count)) is not None:
            self._exhaust(*reached)
        if self.exhausted.done():
            raise ConnectionResetError

    def _exhaust(self, code: str, what: str) -> None:
        if not self.exhausted.done():
            abort_with(self.exhausted, code, what)
            self.end_connections()

    def _give_up(self, seconds: float) -> None:
        what = f"The server did not answer within {seconds:g} seconds."
        abort_with(self.exhausted, "NAVIGATION_TIMEOUT", what)
        self.end_connections()

    def end_connections(self) -> None:
        """Break all open connections, without telling the clients why."""
        for connection in list(self.connections):
            connection.end()


class TrafficMeter:
    """Counts the bytes of one connection for the session that the connection serves."""

    def __init__(self) -> None:
        self.session: EgressSession | None = None
        """None before the client has authenticated, and while the connection is parked."""

    def count_sent(self, count: int) -> None:
        """See `EgressSession`. Raises `ConnectionResetError` without a session."""
        if self.session is None:
            raise ConnectionResetError
        self.session.count_sent(count)

    def count_received(self, count: int) -> None:
        """See `EgressSession`. Raises `ConnectionResetError` without a session."""
        if self.session is None:
            raise ConnectionResetError
        self.session.count_received(count)
