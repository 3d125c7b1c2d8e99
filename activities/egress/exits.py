"""Where connections leave: directly from this machine, or through an upstream proxy."""

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
"""Seconds until the next address is tried in parallel (RFC 8305, 5)."""

_SOCKS_REFUSED = 5
"""Reply of a SOCKS5 server: connection refused (RFC 1928, 6)."""

_CREDENTIAL_REFUSED = 407
"""HTTP status with which a proxy refuses user name and password."""

_REACH_SECONDS = 5.0
"""How long a proxy may take to accept a connection."""

_CONNECT_SECONDS = 12.0
"""How long a proxy may take until it is connected to the target.

This is less than the dialer waits, so that the proxy gets the blame.
"""


class Exit(Protocol):
    """A way from this worker to the network."""

    @property
    def sends_names(self) -> bool:
        """Whether the exit resolves names itself, including names that are not known here."""
        ...

    async def connect(self, host: str, addresses: Sequence[Address], port: int) -> socket.socket:
        """Connect to one of `addresses`, which are the checked addresses of `host`.

        With `sends_names` the list may be empty. Bound the call by a timeout.

        Raises:
            ConnectionRefusedError: the target refused the connection.
            ExitError: the exit itself failed.
            OSError: anything else that failed.
        """
        ...


class ExitError(OSError):
    """The upstream proxy cannot be reached, or refuses to connect.

    `is_lost` says that the target is not the cause: the proxy is away, or refuses our credential.
    """

    def __init__(self, what: str, *, is_lost: bool = False) -> None:
        super().__init__(what)
        self.is_lost = is_lost


class DirectExit:
    """The exit that connects from this machine."""

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
        except RuntimeError as error:  # uvloop raises this for some errors of sockets
            raise OSError(str(error)) from error


class UpstreamProxy:
    """The exit through the proxy at `url`: `http://` or `socks5://`, with a credential if needed.

    The proxy gets the checked address. With `sends_names` the proxy gets the name, as some
    providers demand; which address it connects to is not known here then. Raises `ValueError` if
    `url` has another scheme.
    """

    def __init__(self, url: str, *, sends_names: bool = False) -> None:
        self._url = url
        self._server = read_proxy_url(url)
        self.sends_names = sends_names

    async def connect(self, host: str, addresses: Sequence[Address], port: int) -> socket.socket:
        """See `Exit`."""
        # IPv4 first: few exits have IPv6, and a failed try takes long here.
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
        except (OSError, UnicodeError):  # `UnicodeError` for a host that cannot be a name
            raise ExitError("the proxy broke the connection") from None

    def _proxy(self) -> Proxy:
        server = self._server
        return Proxy(
            ProxyType.HTTP if server.kind == "http" else ProxyType.SOCKS5,
            server.host,
            server.port,
            server.user,
            server.password,
            rdns=self.sends_names,
            # `forward` is meant for a chain of proxies. Here it tells a lost proxy from a lost
            # target.
            forward=cast(Any, _ProxyConnector()),
        )

    def _translated(self, error: ProxyError) -> OSError:
        code = error.error_code
        if self._server.kind == "http":
            return ExitError("the proxy refuses", is_lost=code == _CREDENTIAL_REFUSED)
        if code == _SOCKS_REFUSED:
            return ConnectionRefusedError("refused behind the proxy")
        # A reply without a code answers the credential. No reply at all may be due to the target.
        is_reply = hasattr(error.__cause__, "error_code")
        return ExitError("the proxy refuses", is_lost=is_reply and code is None)


class _ProxyConnector:
    """Connects to the proxy itself."""

    async def connect(
        self, dest_host: str, dest_port: int, timeout: float | None = None
    ) -> socket.socket:
        """Connect to the proxy. Raises `ExitError` with `is_lost`."""
        try:
            async with asyncio.timeout(timeout or _REACH_SECONDS):
                entries = await asyncio.get_running_loop().getaddrinfo(
                    dest_host, dest_port, type=socket.SOCK_STREAM
                )
                return await aiohappyeyeballs.start_connection(
                    entries, happy_eyeballs_delay=_NEXT_ADDRESS_DELAY, interleave=1
                )
        except (OSError, RuntimeError, TimeoutError):
            raise ExitError("the proxy cannot be reached", is_lost=True) from None
