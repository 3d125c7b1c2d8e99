"""Connections to hosts that may be reached."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv6Address

from activities.egress.exit_errors import ExitError
from activities.egress.exits import Destination, ExitConnection
from activities.egress.refusal import EgressRefusal, EgressRefusedError
from activities.egress.session import EgressSession
from activities.egress.target import Target
from domain.addresses import Address, Network, embedded, literal_address, may_reach
from name_resolution import NameNotResolvedError

Resolver = Callable[[str], Awaitable[Sequence[Address]]]
"""Returns the addresses of a name. Raises `NameNotResolvedError`."""

_LOOKUP_TIMEOUT = 10.0
_CONNECT_TIMEOUT = 15.0
_CACHE_SECONDS = 30.0
_CACHE_SIZE = 512

_PRIVATE_NAMES = re.compile(
    r"[^.]+|.*\.(localhost|local|internal|intranet|private|corp|home|lan|home\.arpa)", re.IGNORECASE
)
"""Names that have a meaning inside a network only (RFC 6762, RFC 8375, RFC 9476, and custom)."""

_NAME = re.compile(r"(?=.{1,253}$)[^.]{1,63}(?:\.[^.]{1,63})*")
"""What can be a name by its length and that of its parts (RFC 1035, 2.3.4)."""


class Dialer:
    """Resolves a host, checks its addresses, and connects to one of the checked addresses.

    Each session remembers the addresses of a name for some seconds. They are checked every time.
    """

    def __init__(
        self, resolver: Resolver, allow: Sequence[Network], own_port: Callable[[], int]
    ) -> None:
        """`own_port` returns the port of the gateway, which no client may reach."""
        self._resolver = resolver
        self._allow = allow
        self._own_port = own_port

    async def connect(
        self, session: EgressSession, target: Target, *, is_plain_http: bool = False
    ) -> ExitConnection:
        """Connect to `target` through the exit of `session`.

        With `is_plain_http`, the connection may lead to a proxy that takes absolute URLs. Raises
        `EgressRefusedError`.
        """
        host = target.host.strip("[]")
        found = await self._addresses(session, target.host)
        addresses = [address for address in found if self._may_reach(address, target.port)]
        if found and not addresses:
            what = f"{host} leads to an address that may not be reached."
            raise _refused("EGRESS_BLOCKED", what, 403)
        destination = Destination(
            target.host,
            addresses,
            target.port,
            is_plain_http=is_plain_http,
            may_reach=lambda address: may_reach(address, self._allow),
        )
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                connection = await session.exit.connect(destination)
        except TimeoutError:
            raise _refused("NAVIGATION_TIMEOUT", f"{host} did not answer in time.", 504) from None
        except ConnectionRefusedError:
            raise _refused("CONNECTION_REFUSED", f"{host} refused the connection.", 502) from None
        except ExitError as error:
            raise exit_refused(error, target) from None
        except OSError:
            what = f"There is no connection to {host}."
            raise _refused("CONNECTION_FAILED", what, 502) from None
        session.watch.connected()
        return connection

    def _may_reach(self, address: Address, port: int) -> bool:
        if not may_reach(address, self._allow):
            return False
        inner = embedded(address) if isinstance(address, IPv6Address) else None
        is_here = (inner or address).is_loopback or (inner or address).is_unspecified
        return not (is_here and port == self._own_port())

    async def _addresses(self, session: EgressSession, host: str) -> Sequence[Address]:
        """Return the addresses of `host`, or none if only the exit may know them.

        Raises `EgressRefusedError`.
        """
        literal = literal_address(host)
        if literal is not None:
            return [literal]
        async with session.lookup_slots:
            expires, addresses = session.resolved.get(host, (0.0, ()))
            if time.monotonic() < expires:
                return addresses
            try:
                async with asyncio.timeout(_LOOKUP_TIMEOUT):
                    addresses = await self._resolver(host)
            except (NameNotResolvedError, TimeoutError):
                if session.exit.sends_names and _is_public_name(host):
                    return []  # the exit may know the name
                raise _refused("DNS_FAILURE", f"The host {host} was not found.", 502) from None
            session.resolved[host] = (time.monotonic() + _CACHE_SECONDS, addresses)
            if len(session.resolved) > _CACHE_SIZE:
                session.resolved.popitem(last=False)
            return addresses


def exit_refused(error: ExitError, target: Target) -> EgressRefusedError:
    """Return the refusal for an exit that failed when it was asked for `target`."""
    what = error.sentence(target.host.strip("[]"), target.port)
    return _refused("PROXY_FAILED", what, 502)


def _refused(code: str, what: str, status: int) -> EgressRefusedError:
    return EgressRefusedError(EgressRefusal(code, what, status))


def _is_public_name(host: str) -> bool:
    name = host.removesuffix(".")
    return _NAME.fullmatch(name) is not None and _PRIVATE_NAMES.fullmatch(name) is None
