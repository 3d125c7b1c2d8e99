"""The exit through an upstream proxy, which is reached by TCP or by TLS."""

from __future__ import annotations

import asyncio
import itertools
import math
import socket
import ssl
import time
from functools import cache
from ipaddress import ip_address

from activities.egress import http_proxy, socks5
from activities.egress.exit_errors import ExitError, ExitFailure
from activities.egress.exits import READ_BUFFER, Destination, ExitConnection, connect_socket
from domain.addresses import literal_address
from domain.proxies import ProxyServer, read_proxy_url

_REACH_SECONDS = 5.0
"""How long a proxy may take to accept a connection, and to begin TLS."""

_CONNECT_SECONDS = 12.0
"""How long a proxy may take until it is connected to the target.

This is less than the dialer waits, so that the proxy gets the blame.
"""

_PAUSES = {
    ExitFailure.CLOSED: (0.1, 0.5, 1.5),
    ExitFailure.TARGET: (0.1, 0.5),
    ExitFailure.BUSY: (0.2, 1.0, 2.0, 2.0, 2.0, 2.0),
}
"""Seconds until a proxy is asked again, for each failure that may pass.

Behind one address may be many machines, of which some are well. A target may really be away, and a
page waits for all that it loads. So these pauses are shorter.
"""

_LEARNT_SECONDS = 60.0
"""How long a proxy is known to refuse tunnels, and to have no pages of its own.

The log-in page of a network may come back, or a page that says that all traffic is used up.
"""

_NEEDS_NAMES = 'it may be asked without a tunnel only with "names": true'

_CERTIFICATE_FAULTS = {
    10: "it has expired",
    18: "it is signed by itself",
    19: "its authority is unknown",
    20: "its authority is unknown",
    62: "it is for another host",
    64: "it is for another address",
}
"""Codes of OpenSSL (`X509_verify_cert_error_string`)."""


class UpstreamProxy:
    """The exit through the proxy at `url`, with a credential if needed. See `read_proxy_url`.

    The proxy gets the checked address. With `sends_names` the proxy gets the name, as some
    providers demand; which address it connects to is not known here then. `no_tunnels` has the
    ports to which the proxy refuses tunnels, and since when; exits of one proxy share it. Raises
    `ValueError` if `url` has another scheme.
    """

    def __init__(
        self, url: str, *, sends_names: bool = False, no_tunnels: dict[int, float] | None = None
    ) -> None:
        self._server = read_proxy_url(url)
        self._no_tunnels = {} if no_tunnels is None else no_tunnels
        self.sends_names = sends_names

    async def connect(
        self, destination: Destination, *, is_persistent: bool = False
    ) -> ExitConnection:
        """See `Exit`. With `is_persistent`, a failure that may pass is followed by other tries."""
        latest = ExitError(ExitFailure.HANGING)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                for tries in itertools.count():
                    try:
                        return await self._try(destination)
                    except ExitError as error:
                        latest = error
                    pauses = _PAUSES.get(latest.failure, ()) if is_persistent else ()
                    if tries >= len(pauses):
                        break
                    await asyncio.sleep(pauses[tries])
        except TimeoutError:
            pass
        raise latest

    async def _try(self, destination: Destination) -> ExitConnection:
        try:
            return await self._connect(destination)
        except (ExitError, ConnectionRefusedError, TimeoutError):
            raise
        except (OSError, EOFError, ValueError):  # `ValueError`: the host cannot be a name
            raise ExitError(ExitFailure.CLOSED) from None

    async def _connect(self, destination: Destination) -> ExitConnection:
        if self._server.kind != "http" or not destination.is_plain_http:
            return await self._tunnel(destination)
        if self._is_learnt(destination.port):
            return await self._plain(destination, ExitError(ExitFailure.FORBIDDEN))
        try:
            return await self._tunnel(destination)
        except ExitError as error:
            if not http_proxy.may_take_plain_requests(error):
                raise
            return await self._plain(destination, error)

    async def _tunnel(self, destination: Destination) -> ExitConnection:
        # IPv4 first: few exits have IPv6, and a failed try takes long here.
        address = min(destination.addresses, key=lambda address: address.version, default=None)
        is_named = self.sends_names or address is None
        target = destination.host.strip("[]") if is_named else str(address)
        protocol = http_proxy if self._server.kind == "http" else socks5
        reader, writer = await _reach(self._server)
        try:
            await protocol.open_tunnel(reader, writer, self._server, target, destination.port)
        except BaseException:
            writer.transport.abort()
            raise
        return ExitConnection(reader, writer)

    async def _plain(self, destination: Destination, refused: ExitError) -> ExitConnection:
        """Connect to the proxy, which is to be asked for absolute URLs.

        Raises `refused` if the proxy must not resolve the host.
        """
        is_learnt = self._is_learnt(destination.port)
        if not is_learnt and await http_proxy.has_own_pages(
            *await _reach(self._server), self._server
        ):
            what = f"it refuses tunnels to port {destination.port}, and has pages of its own"
            raise ExitError(ExitFailure.GARBAGE, what)
        reader, writer = await _reach(self._server)
        if not self._may_name(destination, writer):
            writer.transport.abort()
            raise ExitError(
                refused.failure, "; ".join(filter(None, (refused.detail, _NEEDS_NAMES)))
            )

        def learn() -> None:
            if not is_learnt:
                self._no_tunnels[destination.port] = time.monotonic()

        return ExitConnection(reader, writer, http_proxy.AbsoluteRequests(self._server, learn))

    def _is_learnt(self, port: int) -> bool:
        learnt_at = self._no_tunnels.get(port, -math.inf)
        return time.monotonic() < learnt_at + _LEARNT_SECONDS

    def _may_name(self, destination: Destination, writer: asyncio.StreamWriter) -> bool:
        """Return whether the proxy may get a URL, whose host it resolves itself.

        A name may have another address for the proxy than it has here. A proxy inside a network
        that pages may not reach could so be led to its neighbours.
        """
        if self.sends_names or literal_address(destination.host) is not None:
            return True
        return destination.may_reach(ip_address(writer.get_extra_info("peername")[0]))


async def _reach(server: ProxyServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the proxy itself. Raises `ExitError`."""
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            entries = await asyncio.get_running_loop().getaddrinfo(
                server.host, server.port, type=socket.SOCK_STREAM
            )
            connection = await connect_socket(entries)
    except (OSError, TimeoutError):
        raise ExitError(ExitFailure.AWAY) from None
    if not server.is_tls:
        return await asyncio.open_connection(sock=connection, limit=READ_BUFFER)
    return await _secure(connection, server.host)


async def _secure(
    connection: socket.socket, host: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Begin TLS with the proxy. Raises `ExitError`."""
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            return await asyncio.open_connection(
                sock=connection, limit=READ_BUFFER, ssl=trusted_authorities(), server_hostname=host
            )
    except ssl.SSLCertVerificationError as error:
        fault = _CERTIFICATE_FAULTS.get(error.verify_code, f"OpenSSL's code {error.verify_code}")
        raise ExitError(ExitFailure.UNTRUSTED, fault) from None
    except (OSError, TimeoutError):
        raise ExitError(ExitFailure.GARBAGE, "there is no TLS") from None


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return the rules of TLS to proxies.

    OpenSSL reads the authorities of the system, or those that `SSL_CERT_FILE` names.
    """
    return ssl.create_default_context()
