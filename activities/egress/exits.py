"""Where connections leave: straight from this machine, or through an upstream proxy."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import Any, Protocol, cast

import aiohappyeyeballs
from python_socks import ProxyError, ProxyType
from python_socks.async_.asyncio import Proxy

from domain.addresses import Address
from domain.proxies import read_proxy_url

_NEXT_ADDRESS_DELAY = 0.25
"""Seconds after which the next address is tried alongside (RFC 8305, 5)."""

_SOCKS_REFUSED = 5
"""Reply of a SOCKS5 server: connection refused (RFC 1928, 6)."""

_LOGIN_REFUSED = 407
"""Status of an HTTP proxy."""

_REACH_SECONDS = 5.0
_CONNECT_SECONDS = 12.0
"""For a proxy to take a connection, and to have made its own; less than anybody waits for that."""


class Exit(Protocol):
    """A way to the network."""

    @property
    def sends_names(self) -> bool:
        """Whether names are resolved at the exit, also such as are not known here."""
        ...

    async def connect(self, host: str, addresses: Sequence[Address], port: int) -> socket.socket:
        """A connection to one of `addresses`, which have been checked and are those of `host`.
        With `sends_names` there may be none.

        Bound it by a timeout. Raises `OSError`: `ConnectionRefusedError` if the target refused,
        `ExitError` if the exit itself is at fault.
        """
        ...


class ExitError(OSError):
    """The upstream proxy is out of reach, or refuses to connect.

    `is_lost` if that has nothing to do with the target: it is away, or does not let us in.
    """

    def __init__(self, what: str, *, is_lost: bool = False) -> None:
        super().__init__(what)
        self.is_lost = is_lost


class Direct:
    """From this machine."""

    sends_names = False

    async def connect(self, host: str, addresses: Sequence[Address], port: int) -> socket.socket:
        """See `Exit`."""
        entries = [
            (
                socket.AF_INET if address.version == 4 else socket.AF_INET6,
                socket.SOCK_STREAM,
                socket.IPPROTO_TCP,
                "",
                (str(address), port),
            )
            for address in addresses
        ]
        try:
            return await aiohappyeyeballs.start_connection(
                entries, happy_eyeballs_delay=_NEXT_ADDRESS_DELAY, interleave=1
            )
        except RuntimeError as error:  # uvloop's for some errors of sockets
            raise OSError(str(error)) from error


class UpstreamProxy:
    """Through the proxy at `url`: `http://`, `socks5://`, with user name and password if needed.

    The proxy is asked for the address that was checked. With `sends_names` it is asked for the
    name, as some providers demand, and what it resolves that to is not known here. Raises
    `ValueError` if there is no such kind of proxy.
    """

    def __init__(self, url: str, *, sends_names: bool = False) -> None:
        self._url = url
        self._server = read_proxy_url(url)
        self.sends_names = sends_names

    async def connect(self, host: str, addresses: Sequence[Address], port: int) -> socket.socket:
        """See `Exit`."""
        # Few exits have IPv6, and trying takes long here.
        address = min(addresses, key=lambda address: address.version, default=None)
        target = host.strip("[]") if self.sends_names or address is None else str(address)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await self._proxy().connect(target, port)
        except ProxyError as error:
            raise self._translated(error) from None
        except TimeoutError:
            raise ExitError("the proxy does not connect in time") from None
        except ExitError:
            raise
        except (OSError, UnicodeError):  # the latter for a host that is no name
            raise ExitError("the proxy breaks off") from None

    def _proxy(self) -> Proxy:
        server = self._server
        return Proxy(
            ProxyType.HTTP if server.kind == "http" else ProxyType.SOCKS5,
            server.host,
            server.port,
            server.user,
            server.password,
            rdns=self.sends_names,
            # Meant for a proxy before the proxy; here it tells apart which of the two is away.
            forward=cast(Any, _Way()),
        )

    def _translated(self, error: ProxyError) -> OSError:
        code = error.error_code
        if self._server.kind == "http":
            return ExitError("the proxy refuses", is_lost=code == _LOGIN_REFUSED)
        if code == _SOCKS_REFUSED:
            return ConnectionRefusedError("refused behind the proxy")
        # A reply without a code is to the credential; no reply at all may be due to the target.
        is_reply = hasattr(error.__cause__, "error_code")
        return ExitError("the proxy refuses", is_lost=is_reply and code is None)


class _Way:
    """To a proxy itself."""

    async def connect(
        self, dest_host: str, dest_port: int, timeout: float | None = None
    ) -> socket.socket:
        try:
            async with asyncio.timeout(timeout or _REACH_SECONDS):
                entries = await asyncio.get_running_loop().getaddrinfo(
                    dest_host, dest_port, type=socket.SOCK_STREAM
                )
                return await aiohappyeyeballs.start_connection(
                    entries, happy_eyeballs_delay=_NEXT_ADDRESS_DELAY, interleave=1
                )
        except (OSError, RuntimeError, TimeoutError):
            raise ExitError("the proxy is out of reach", is_lost=True) from None
