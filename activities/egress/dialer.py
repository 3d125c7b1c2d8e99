"""Opens connections to hosts that may be reached."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv6Address

from activities.egress.exits import ExitError
from activities.egress.session import EgressRefusal, EgressSession
from activities.egress.target import Target
from domain.addresses import (
    Address,
    NameNotResolvedError,
    Network,
    embedded,
    literal_address,
    may_reach,
)

Resolver = Callable[[str], Awaitable[Sequence[Address]]]
"""Finds the addresses of a name. Raises `NameNotResolvedError`."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_LOOKUP_TIMEOUT = 10.0
_CONNECT_TIMEOUT = 15.0
_CACHE_SECONDS = 30.0
_CACHE_SIZE = 512
_READ_BUFFER = 256 * 1024


_PRIVATE_NAMES = re.compile(
    r"[^.]+|.*\.(localhost|local|internal|intranet|private|corp|home|lan|home\.arpa)", re.IGNORECASE
)
"""Names that mean something within a network only (RFC 6762, RFC 8375, RFC 9476 and custom)."""


class EgressRefusedError(Exception):
    """There is no connection to the target."""

    def __init__(self, refusal: EgressRefusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Dialer:
    """Finds out where a host is, whether that may be reached, and connects to just that.

    Names are remembered per session and for seconds only; what is remembered is checked again.
    """

    def __init__(
        self, resolver: Resolver, allow: Sequence[Network], own_port: Callable[[], int]
    ) -> None:
        self._resolver = resolver
        self._allow = allow
        self._own_port = own_port

    async def connect(self, egress: EgressSession, target: Target) -> Streams:
        """A connection to `target` through the exit of `egress`. Raises `EgressRefusedError`."""
        host = target.host.strip("[]")
        found = await self._addresses(egress, target.host)
        addresses = [address for address in found if self._may_reach(address, target.port)]
        if found and not addresses:
            raise EgressRefusedError(
                EgressRefusal(
                    "EGRESS_BLOCKED", f"{host} leads to an address that may not be reached.", 403
                )
            )
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                connection = await egress.exit.connect(target.host, addresses, target.port)
                return await asyncio.open_connection(sock=connection, limit=_READ_BUFFER)
        except TimeoutError:
            what = f"{host} did not answer in time."
            raise EgressRefusedError(EgressRefusal("NAVIGATION_TIMEOUT", what, 504)) from None
        except ConnectionRefusedError:
            what = f"{host} refused the connection."
            raise EgressRefusedError(EgressRefusal("CONNECTION_REFUSED", what, 502)) from None
        except ExitError:
            what = f"The proxy exit did not connect to {host}."
            raise EgressRefusedError(EgressRefusal("PROXY_FAILED", what, 502)) from None
        except OSError:
            what = f"There is no connection to {host}."
            raise EgressRefusedError(EgressRefusal("CONNECTION_FAILED", what, 502)) from None

    def _may_reach(self, address: Address, port: int) -> bool:
        if not may_reach(address, self._allow):
            return False
        inner = embedded(address) if isinstance(address, IPv6Address) else None
        is_here = (inner or address).is_loopback or (inner or address).is_unspecified
        return not (is_here and port == self._own_port())

    async def _addresses(self, egress: EgressSession, host: str) -> Sequence[Address]:
        """The addresses of `host`; none if only the exit may know them.

        Raises `EgressRefusedError`.
        """
        literal = literal_address(host)
        if literal is not None:
            return [literal]
        async with egress.lookups:
            expires, addresses = egress.known.get(host, (0.0, ()))
            if time.monotonic() < expires:
                return addresses
            try:
                async with asyncio.timeout(_LOOKUP_TIMEOUT):
                    addresses = await self._resolver(host)
            except (NameNotResolvedError, TimeoutError):
                if egress.exit.sends_names and _is_public_name(host):
                    return []  # the exit may know it
                what = f"The host {host} was not found."
                raise EgressRefusedError(EgressRefusal("DNS_FAILURE", what, 502)) from None
            egress.known[host] = (time.monotonic() + _CACHE_SECONDS, addresses)
            if len(egress.known) > _CACHE_SIZE:
                egress.known.popitem(last=False)
            return addresses


def _is_public_name(host: str) -> bool:
    return _PRIVATE_NAMES.fullmatch(host.rstrip(".")) is None
