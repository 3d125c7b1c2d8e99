"""Which TCP ports the stack listens on, all of them on one address of this machine."""

from __future__ import annotations

import errno
import random
import socket
from dataclasses import dataclass

from stack.errors import StackError

LOOPBACK = "127.0.0.1"

_FREE_RANGE = range(20000, 32000)
"""Where free ports are looked for: below the range from which Linux takes the ports of outgoing
connections (32768 and above), so that none of those has it when a part is started again."""


@dataclass(frozen=True)
class Ports:
    """The ports that people and clients use; 0 stands for a free one."""

    api: int = 0
    temporal: int = 0
    temporal_ui: int = 0
    s3: int = 0


_reserved: list[socket.socket] = []
"""Each is bound to a port that was given out, and does not listen. A server can listen there all
the same, since that is what `SO_REUSEADDR` allows and every server sets it; nobody else who looks
for a free port is given it, in this process or another, while the server is away."""


def free_ports(count: int) -> list[int]:
    """`count` different ports that nobody listens on, reserved until this process ends.

    Raises `StackError` if there are too few.
    """
    found: list[socket.socket] = []
    for port in random.sample(_FREE_RANGE, k=len(_FREE_RANGE)):
        if len(found) == count:
            _reserved.extend(found)
            return [reservation.getsockname()[1] for reservation in found]
        if (reservation := _reserve(port)) is not None:
            found.append(reservation)
    raise StackError(f"There are no {count} free ports on {LOOPBACK}.")


def _reserve(port: int) -> socket.socket | None:
    """A socket that keeps others from the port; None if somebody has it."""
    reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        reservation.bind((LOOPBACK, port))
    except OSError as error:
        reservation.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise StackError(f"Nothing can listen on {LOOPBACK}:{port}: {error.strerror}.") from error
    # Not before: with it, the reservation of another process would not have counted.
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return reservation


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there. Raises `StackError` if nobody could."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            with socket.socket(family, kind, protocol) as probe:
                # As servers do: connections that have just ended do not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise StackError(f"Nothing can listen on {host}:{port}: {error.strerror}.") from error
    return True
