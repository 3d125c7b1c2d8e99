"""A client of SOCKS5 proxies: RFC 1928, and RFC 1929 for user name and password."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, ip_address

from activities.egress.exit_errors import ExitError, ExitFailure
from domain.proxies import ProxyServer

_VERSION = 5
_NO_CREDENTIAL, _CREDENTIAL = 0, 2
_CONNECT = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4

_GRANTED, _REFUSED = 0, 5
_BY_THE_RULES = frozenset({2, 7, 8})
"""Replies: not allowed, command not supported, type of address not supported."""


async def open_tunnel(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    server: ProxyServer,
    host: str,
    port: int,
) -> None:
    """Ask the proxy at the other end for a tunnel to `host`, a name or an address.

    Raises `ExitError`, `OSError`, `EOFError`, or `ValueError` if `host` cannot be a name.
    """
    request = bytes([_VERSION, _CONNECT, 0, *_address(host)]) + port.to_bytes(2, "big")
    await _log_in(reader, writer, server)
    writer.write(request)
    version, reply, _ = await reader.readexactly(3)
    if version != _VERSION:
        raise ExitError(ExitFailure.GARBAGE)
    if reply == _REFUSED:
        raise ConnectionRefusedError
    if reply != _GRANTED:
        kind = ExitFailure.FORBIDDEN if reply in _BY_THE_RULES else ExitFailure.TARGET
        raise ExitError(kind, f"SOCKS reply {reply}")
    await _skip_address(reader)


def _address(host: str) -> bytes:
    try:
        address = ip_address(host)
    except ValueError:
        name = host.encode("idna")
        return bytes([_NAME, len(name)]) + name
    return bytes([_IPV4 if isinstance(address, IPv4Address) else _IPV6]) + address.packed


async def _log_in(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: ProxyServer
) -> None:
    methods = [_NO_CREDENTIAL] if server.user is None else [_NO_CREDENTIAL, _CREDENTIAL]
    writer.write(bytes([_VERSION, len(methods), *methods]))
    version, method = await reader.readexactly(2)
    if version != _VERSION:
        raise ExitError(ExitFailure.GARBAGE)
    if method not in methods:
        raise ExitError(ExitFailure.CREDENTIAL)
    if method == _CREDENTIAL:
        user, password = (server.user or "").encode(), (server.password or "").encode()
        writer.write(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
        try:
            _, status = await reader.readexactly(2)
        except (EOFError, ConnectionError):
            raise ExitError(ExitFailure.CREDENTIAL, "it closed the connection") from None
        if status != _GRANTED:
            raise ExitError(ExitFailure.CREDENTIAL)


async def _skip_address(reader: asyncio.StreamReader) -> None:
    """Read the address from which the proxy has connected. Nobody needs it."""
    [kind] = await reader.readexactly(1)
    if kind == _NAME:
        [size] = await reader.readexactly(1)
    elif kind in (_IPV4, _IPV6):
        size = 4 if kind == _IPV4 else 16
    else:
        raise ExitError(ExitFailure.GARBAGE)
    await reader.readexactly(size + 2)
