"""The TCP ports of the stack. All parts listen on one address of this machine."""

from __future__ import annotations

import errno
import random
import socket
from dataclasses import dataclass

from stack.errors import StackError

LOOPBACK = "127.0.0.1"

_FREE_RANGE = range(20000, 32000)
"""The range in which free ports are chosen.

Linux takes the ports of outgoing connections from 32768 upwards. A port below that is still free
when a part starts again.
"""


@dataclass(frozen=True)
class Ports:
    """The ports that people and clients use. 0 stands for a free port."""

    api: int = 0
    temporal: int = 0
    temporal_ui: int = 0
    s3: int = 0

    def with_free_ports(self) -> Ports:
        """Return the same ports with a free port in place of each 0."""
        api, temporal, temporal_ui, s3 = free_ports(4)
        return Ports(
            api=self.api or api,
            temporal=self.temporal or temporal,
            temporal_ui=self.temporal_ui or temporal_ui,
            s3=self.s3 or s3,
        )


_reserved: list[socket.socket] = []
"""Sockets that are bound to the ports that were given out, and do not listen.

Each keeps other programs from getting its port while the part is away. The part itself can listen
there, because servers set `SO_REUSEADDR`.
"""


def free_ports(count: int) -> list[int]:
    """Return `count` free ports, reserved until this process ends.

    Raises `StackError` if there are not enough free ports.
    """
    found: list[socket.socket] = []
    for port in random.sample(_FREE_RANGE, k=len(_FREE_RANGE)):
        if len(found) == count:
            _reserved.extend(found)
            return [reservation.getsockname()[1] for reservation in found]
        if (reservation := _reserve(port)) is not None:
            found.append(reservation)
    raise StackError(f"There are no {count} free ports on {LOOPBACK}.")


def is_free(host: str, port: int) -> bool:
    """Return whether the port is free.

    Raises `StackError` if this machine cannot listen on `host`.
    """
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            with socket.socket(family, kind, protocol) as probe:
                # Servers set this too, so that connections that have just ended do not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise StackError(f"Nothing can listen on {host}:{port}: {error.strerror}.") from error
    return True


def require_free(host: str, port: int, *, user: str, option: str) -> None:
    """Raise `StackError` if the port, which is for `user` and set by `option`, is taken.

    Port 0 is always free.
    """
    if port and not is_free(host, port):
        raise StackError(
            f"Port {port}, which is for {user}, is taken: stop the program that listens there, "
            f"or choose another port with {option}."
        )


def _reserve(port: int) -> socket.socket | None:
    """Return a socket that keeps other programs from the port, or None if the port is taken."""
    reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        reservation.bind((LOOPBACK, port))
    except OSError as error:
        reservation.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise StackError(f"Nothing can listen on {LOOPBACK}:{port}: {error.strerror}.") from error
    # Only after bind: before, this would ignore the reservations of other processes.
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return reservation
