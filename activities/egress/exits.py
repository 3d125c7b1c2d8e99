"""Where connections leave: directly from this machine, or through an upstream proxy."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import aiohappyeyeballs

from domain.addresses import Address

_NEXT_ADDRESS_DELAY = 0.25
"""Seconds until the next address is tried in parallel (RFC 8305, 5)."""

READ_BUFFER = 256 * 1024
"""Bytes that are read ahead of a client that is slow."""


@dataclass(frozen=True)
class Destination:
    """What an exit has to connect to."""

    host: str
    """Host as `Target` has it."""
    addresses: Sequence[Address]
    """The checked addresses of `host`. With `sends_names` there may be none."""
    port: int
    is_plain_http: bool = False
    """Whether the client sends one request of plain HTTP after the other, and needs no tunnel."""
    may_reach: Callable[[Address], bool] = lambda _: False
    """Returns whether pages may reach an address."""


class PlainRequests(Protocol):
    """How a proxy wants its requests of plain HTTP, if there is no tunnel to the target."""

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Headers of each request, for the proxy itself."""
        ...

    def check(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Raise `ExitError` if the proxy itself gives this answer, instead of the target.

        The names of `headers` are in lower case.
        """
        ...


@dataclass(frozen=True)
class ExitConnection:
    """A connection that leads to the target, or to a proxy which is asked for absolute URLs."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    plain: PlainRequests | None = None
    """Not None if there is no tunnel: each request names an absolute URL (RFC 9112, 3.2.2)."""


class Exit(Protocol):
    """A way from this worker to the network."""

    @property
    def sends_names(self) -> bool:
        """Whether the exit resolves names itself, including names that are not known here."""
        ...

    async def connect(self, destination: Destination) -> ExitConnection:
        """Connect to one of the addresses of `destination`. Bound the call by a timeout.

        Raises:
            ConnectionRefusedError: the target refused the connection.
            ExitError: the exit itself failed.
            OSError: anything else that failed.
        """
        ...


class DirectExit:
    """The exit that connects from this machine."""

    sends_names = False

    async def connect(self, destination: Destination) -> ExitConnection:
        """See `Exit`."""
        entries = [
            (
                socket.AF_INET if address.version == 4 else socket.AF_INET6,
                socket.SOCK_STREAM,
                socket.IPPROTO_TCP,
                "",
                (str(address), destination.port),
            )
            for address in destination.addresses
        ]
        connection = await connect_socket(entries)
        return ExitConnection(*await asyncio.open_connection(sock=connection, limit=READ_BUFFER))


async def connect_socket(entries: Sequence[aiohappyeyeballs.AddrInfoType]) -> socket.socket:
    """Connect to the first of `entries` that answers. Raises `OSError`."""
    try:
        return await aiohappyeyeballs.start_connection(
            entries, happy_eyeballs_delay=_NEXT_ADDRESS_DELAY, interleave=1
        )
    except RuntimeError as error:  # uvloop raises this for some errors of sockets
        raise OSError(str(error)) from error
