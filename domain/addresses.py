"""The addresses of a host, and the rule that says which addresses may be reached.

Globally routable addresses may be reached, and the networks that `SPIDRA_EGRESS_ALLOW` lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NEVER: tuple[Network, ...] = (
    IPv4Network("168.63.129.16/32"),  # Azure's platform service, on a public address
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890); a metadata service in one cloud
    IPv4Network("192.88.99.0/24"),  # 6to4 relays (RFC 7526), deprecated
    IPv6Network("::/96"),  # IPv4-compatible (RFC 4291, 2.5.5.1), deprecated
    IPv6Network("64:ff9b:1::/48"),  # local-use NAT64 (RFC 8215)
    IPv6Network("2001::/32"),  # Teredo (RFC 4380): tunnels to any IPv4 address
    IPv6Network("2001:20::/28"),  # ORCHIDv2 (RFC 7343), not routable
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
    IPv6Network("5f00::/16"),  # segment routing (RFC 9602)
    IPv6Network("fec0::/10"),  # site-local (RFC 3879), deprecated
)
"""Networks that `is_global` accepts in some version of Python, or that hide a second address."""

_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
"""Upper halves of an interface identifier that ends in an IPv4 address (RFC 5214, 6.1)."""


def literal_address(host: str) -> Address | None:
    """Return the address that `host` itself is; None if `host` is a name to look up.

    `host` is written as `ada_url` writes it.
    """
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        pass
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        # Browsers never look these names up (RFC 6761, 6.3).
        return IPv4Address("127.0.0.1")
    return None


def may_reach(address: Address, allow: Iterable[Network] = ()) -> bool:
    """Return whether a connection to `address` is permitted.

    If an IPv6 address stands for an IPv4 address (mapped, NAT64, 6to4), the IPv4 address counts. If
    it tunnels to an IPv4 address at its own site (ISATAP), both addresses count.
    """
    if isinstance(address, IPv6Address):
        inner = embedded(address)
        if inner is not None:
            return may_reach(inner, allow)
    if any(address.version == network.version and address in network for network in allow):
        return True
    if isinstance(address, IPv6Address):
        low = int(address) & 0xFFFF_FFFF_FFFF_FFFF
        if low >> 32 in _ISATAP and not may_reach(IPv4Address(low & 0xFFFF_FFFF), allow):
            return False
    return (
        address.is_global
        and not any(address.version == network.version and address in network for network in _NEVER)
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
    )


def embedded(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address for which `address` stands, or None."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour
