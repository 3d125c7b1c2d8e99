"""Which addresses may be reached."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from domain.addresses import may_reach


@given(address=st.ip_addresses(v=4))
def test_an_ipv4_address_is_treated_alike_in_every_ipv6_form(
    address: ipaddress.IPv4Address,
) -> None:
    is_allowed = may_reach(address)
    number = int(address)
    for wrapped in (
        (0xFFFF << 32) | number,  # mapped
        (0x64FF9B << 96) | number,  # NAT64
        (0x2002 << 112) | (number << 80),  # 6to4
        (0x20010470 << 96) | (0x5EFE << 32) | number,  # ISATAP
    ):
        assert may_reach(ipaddress.IPv6Address(wrapped)) is is_allowed
    assert not may_reach(ipaddress.IPv6Address((0x2001 << 112) | number))  # Teredo
    assert not may_reach(ipaddress.IPv6Address(number))  # IPv4-compatible
