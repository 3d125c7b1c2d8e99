"""How the API and the gateway look up the addresses of a host: by the system's resolver."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import Executor
from ipaddress import ip_address

from domain.addresses import Address, literal_address


class NameNotResolvedError(Exception):
    """The name has no address, or its name server does not answer."""


async def resolve(host: str, threads: Executor | None = None) -> list[Address]:
    """Return the addresses of `host`, at least one.

    `host` is a name or an address, as `ada_url` writes it. The system's resolver runs in one of
    `threads`, or in a thread of the event loop. Bound the call by a timeout. Raises
    `NameNotResolvedError`.
    """
    literal = literal_address(host)
    if literal is not None:
        return [literal]
    loop = asyncio.get_running_loop()
    try:
        if threads is None:
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        else:
            found = await loop.run_in_executor(
                threads, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            )
    except (OSError, UnicodeError) as error:
        raise NameNotResolvedError(host) from error
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise NameNotResolvedError(host)
    return addresses
