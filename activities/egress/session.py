"""What one item may do on the network, and what it has done."""

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
from activities.egress.exits import Exit
from domain.addresses import Address

USERNAME = "item"
"""User name of every credential; the password tells them apart."""

_MAX_REFUSALS = 256
"""Refusals that are remembered, the latest ones; only those of documents are ever asked for."""

_LOOKUPS = 4
"""Names of one item that are looked up at the same time: slow ones hold up no other item."""

_DEFAULT_PORTS = {"http:": 80, "https:": 443, "ws:": 80, "wss:": 443}


@dataclass(frozen=True)
class EgressRefusal:
    """Why a request got no further than the gateway."""

    code: str
    """One of `domain.failures.KINDS`."""
    what: str
    """What happened, in a sentence."""
    status: int
    """HTTP status that the client of the gateway is told."""


class Connection(Protocol):
    """One from a client of the gateway, that may serve one item after the other."""

    def end(self) -> None:
        """Closes it, without a goodbye."""
        ...

    def rest(self) -> bool:
        """Whether nothing is under way on it as far as the gateway can tell, so that it serves no
        item from now on, and ends as soon as either side says anything."""
        ...

    def serve(self, egress: EgressSession) -> None:
        """Has it work for an item again, after it has rested."""
        ...


class ProxyCredential:
    """What a client of the gateway is known by, from `open` to `close`.

    A browser remembers it for as long as a context lives, which may serve one item after the other:
    `egress` says for which one it works at the moment. While that is None, it gets nowhere.
    """

    def __init__(self, known: dict[bytes, ProxyCredential]) -> None:
        self.password = secrets.token_urlsafe(24)
        self.egress: EgressSession | None = None
        self.is_kept = False
        """Whether it outlives its first session, since a context has it that closes it later."""
        self._known = known
        self._exit: Exit | None = None
        """By which `resting` connections left."""
        self.resting: set[Connection] = set()
        """Connections that wait for the next item."""

    @property
    def authorization(self) -> str:
        """The header `Proxy-Authorization` of the client's requests."""
        pair = f"{USERNAME}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"

    def open(self, egress: EgressSession) -> None:
        """Begins to be known, and to work for `egress`."""
        self._known[self.authorization.encode()] = self
        self.egress = egress

    def park(self, *, keep_connections: bool = False) -> None:
        """Works for no item until `resume`. Ends what goes on; connections on which nothing does
        are ended too, or rest."""
        egress, self.egress = self.egress, None
        if egress is None:
            return
        self._exit = egress.exit
        for connection in list(egress.connections):
            if keep_connections and connection.rest():
                egress.connections.remove(connection)
                self.resting.add(connection)
            else:
                connection.end()

    def resume(self, egress: EgressSession) -> None:
        """Works for `egress` from now on, and so do connections that have rested, unless they have
        left by another exit."""
        if egress.exit is not self._exit:
            self._end_resting()
        self.egress = egress
        while self.resting:
            connection = self.resting.pop()
            egress.connections.add(connection)
            connection.serve(egress)

    def close(self) -> None:
        """Is not known any more."""
        self.park()
        self._end_resting()
        self._known.pop(self.authorization.encode(), None)

    def _end_resting(self) -> None:
        for connection in self.resting:
            connection.end()
        self.resting.clear()


@dataclass(eq=False)
class EgressSession:
    """The way out of one item: made, and closed, by `Gateway.open_session`."""

    exit: Exit
    max_bytes: int
    proxy_url: str
    """`http://127.0.0.1:port`: what a client is to be told as its proxy."""
    credential: ProxyCredential = field(repr=False)
    """What a client has to say that has no credential from an earlier session."""
    is_open: bool = True
    """Whether the item still has it."""
    received: int = 0
    """Bytes that came from the network, headers and TLS included."""
    sent: int = 0
    """Bytes that went out to it."""
    blocked: int = 0
    """Requests that were refused because they lead to an address that may not be reached."""
    exhausted: asyncio.Future[AbortReason] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future(), repr=False
    )
    """Becomes known when the item has received more than `max_bytes`; nothing works then."""

    def __post_init__(self) -> None:
        self.connections: set[Connection] = set()
        """Those that are open, and work for it."""
        self.lookups = asyncio.Semaphore(_LOOKUPS)
        self.known: OrderedDict[str, tuple[float, Sequence[Address]]] = OrderedDict()
        """Names that were looked up: their addresses, and until when they count."""
        self._named: OrderedDict[str, EgressRefusal] = OrderedDict()
        self._latest: OrderedDict[tuple[str, int], EgressRefusal] = OrderedDict()

    @property
    def password(self) -> str:
        """That of `credential`."""
        return self.credential.password

    @property
    def authorization(self) -> str:
        """That of `credential`."""
        return self.credential.authorization

    def refuse(self, host: str, port: int, refusal: EgressRefusal) -> str:
        """Remembers `refusal` to connect to `host`, as `ada_url` writes it; returns an unguessable
        name for it."""
        if refusal.code == "EGRESS_BLOCKED":
            self.blocked += 1
        name = secrets.token_urlsafe(12)
        self._named[name] = self._latest[host, port] = refusal
        self._latest.move_to_end((host, port))
        for refusals in (self._named, self._latest):
            if len(refusals) > _MAX_REFUSALS:
                refusals.popitem(last=False)
        return name

    def refusal_named(self, name: str) -> EgressRefusal | None:
        """The refusal that `refuse` has given that name."""
        return self._named.get(name)

    def refusal_of(self, url: str) -> EgressRefusal | None:
        """The latest refusal to connect to the host and port of `url`."""
        try:
            parsed = ada_url.URL(url)
        except ValueError:
            return None
        port = parsed.port or _DEFAULT_PORTS.get(parsed.protocol, 0)
        return self._latest.get((parsed.hostname, int(port)))

    def count_sent(self, count: int) -> None:
        """Counts bytes that are about to go out."""
        self.sent += count

    def count_received(self, count: int) -> None:
        """Counts bytes that came in, and ends all connections if they are too many."""
        self.received += count
        if self.received > self.max_bytes and not self.exhausted.done():
            what = f"The page loaded more than {self.max_bytes} bytes."
            abort_with(self.exhausted, "TRAFFIC_LIMIT", what)
            self.end_connections()

    def end_connections(self) -> None:
        """Ends what is open, without a goodbye."""
        for connection in list(self.connections):
            connection.end()
