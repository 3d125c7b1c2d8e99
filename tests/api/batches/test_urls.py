"""Checking URLs: everything that a browser reads as a forbidden address is refused."""

# ruff: noqa: RUF001 -- digits that only look like others are the point here

from __future__ import annotations

import asyncio
import ipaddress
from ipaddress import IPv4Network

import ada_url
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.batches import urls
from api.batches.urls import check_urls
from domain.addresses import Address, may_reach
from name_resolution import NameNotResolvedError

ALLOW = (IPv4Network("127.0.0.1/32"),)

LOOPBACK = [  # other ways to write 127.0.0.2
    "http://127.0.0.2",
    "http://127.0.0.2:80",
    "http://127.0.0.2.",
    "http:127.0.0.2",
    "http:/127.0.0.2",
    "http:///127.0.0.2",
    "HTTP://127.0.0.2",
    " http://127.0.0.2 ",
    "http://127.2",
    "http://127.0.2",
    "http://127.0x2",
    "http://127.0.0.0x2",
    "http://127.0.0.02",
    "http://127.0.0.0000000002",
    "http://0177.0.0.2",
    "http://0x7f.0.0.2",
    "http://0X7F.0.0.2",
    "http://0x7f.2",
    "http://0x7f000002",
    "http://0x000000007f000002",
    "http://2130706434",
    "http://2130706434.",
    "http://017700000002",
    "http://127%2e0%2e0%2e2",
    "http://127%2E0.0.2",
    "http://%31%32%37.0.0.2",
    "http://127.0.0.%32",
    "http://１２７.0.0.2",
    "http://127。0。0。2",
    "http://127．0．0．2",
    "http://127｡0｡0｡2",
    "http://①②⑦.0.0.2",
    "http://127.0.0.²",
    "http://𝟏𝟐𝟕.𝟎.𝟎.𝟐",
    "http://127.0.0\u00ad.2",
    "http://127.0\u200b.0.2",
    "http://0x7f.0\u2060.0.2",
    "http://[::ffff:127.0.0.2]",
    "http://[::FFFF:7f00:2]",
    "http://[0:0:0:0:0:ffff:7f00:0002]",
    "http://[::127.0.0.2]",
    "http://[::7f00:2]",
    "http://[64:ff9b::127.0.0.2]",
    "http://[64:ff9b::7f00:2]",
    "http://[64:ff9b:1::7f00:2]",
    "http://[2002:7f00:2::]",
    "http://[2002:7f00:2::1]",
    "http://[2001:0:7f00:2::]",
    "http://[2001:470::5efe:127.0.0.2]",
    "http://[2001:470::200:5efe:7f00:2]",
    "https://127.0.0.2/path?query#fragment",
    "http://127.0.0.2#@example.com/",
    "http://127.0.0.2?@example.com/",
]

FORBIDDEN = [
    "http://0/",
    "http://0.0.0.0",
    "http://[::]",
    "http://[::1]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://10.255.255.255",
    "http://100.64.0.1",
    "http://100.100.100.200",
    "http://168.63.129.16",
    "http://169.254.169.254",
    "http://[::ffff:a9fe:a9fe]",
    "http://[fd00:ec2::254]",
    "http://[fe80::1]",
    "http://172.31.255.255",
    "http://192.0.0.192",
    "http://192.0.2.1",
    "http://192.88.99.1",
    "http://192.168.0.1",
    "http://198.18.0.1",
    "http://198.51.100.1",
    "http://203.0.113.1",
    "http://224.0.0.251",
    "http://240.0.0.1",
    "http://255.255.255.255",
    "http://[100::1]",
    "http://[2001:2::1]",
    "http://[2001:10::1]",
    "http://[2001:20::1]",
    "http://[2001:db8::1]",
    "http://[3fff::1]",
    "http://[5f00::1]",
    "http://[fc00::1]",
    "http://[fec0::1]",
    "http://[ff02::1]",
]

MALFORMED = [
    "http://127.0.0.2\\@example.com",
    "http:\\\\127.0.0.2",
    "http://127.0.0.2\t",
    "http://127.0\n.0.2",
    "\x01http://127.0.0.2",
    "http://user@127.0.0.2",
    "http://example.com@127.0.0.2",
    "http://:password@127.0.0.2",
    "http://[fe80::1%25eth0]",
    "http://[::ffff:127.0.0.2",
    "http://127.0.0.256",
    "http://4294967296",
    "http://0x100000000",
    "http://1.2.3.4.5",
    "http://127.0.0.0x",
    "http://exa mple.com",
    "http://%00.example.com",
    "http://xn--a.example.com\x7f",
    "gopher://127.0.0.2",
    "http://",
]


@pytest.mark.parametrize("url", [*LOOPBACK, *FORBIDDEN])
async def test_addresses_that_are_not_public_are_refused(url: str) -> None:
    [error] = await check_urls([url], ALLOW)
    assert error.startswith("urls[0]: the host leads to "), error


@pytest.mark.parametrize("url", MALFORMED)
async def test_a_malformed_url_is_refused(url: str) -> None:
    [error] = await check_urls([url], ALLOW)
    # The reason may differ: the parser may read an address from a malformed number.
    assert error.startswith("urls[0]: ")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "http://2130706433",
        "http://[::ffff:127.0.0.1]",
        "http://localhost:8080/",
        "http://a.localhost./",
        "http://93.184.216.34",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
        "http://[64:ff9b::5db8:d822]",
    ],
)
async def test_public_and_allowed_addresses_are_accepted(url: str) -> None:
    assert await check_urls([url], ALLOW) == []


async def test_a_name_is_refused_if_any_of_its_addresses_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = {
        "public.test": ["93.184.216.34"],
        "inside.test": ["10.0.0.1"],
        "both.test": ["93.184.216.34", "169.254.169.254"],
        "six.test": ["93.184.216.34", "::1"],
    }

    async def resolve(host: str) -> list[Address]:
        if host == "slow.test":
            await asyncio.Event().wait()
        if host not in names:
            raise NameNotResolvedError(host)
        return [ipaddress.ip_address(address) for address in names[host]]

    monkeypatch.setattr(urls, "resolve", resolve)
    monkeypatch.setattr(urls, "_RESOLVE_SECONDS", 0.05)
    hosts = ["public", "inside", "both", "six", "unknown", "slow", "slow"]
    errors = await check_urls([f"http://{host}.test/" for host in hosts], ALLOW)
    # The item reports a name that is not found, or not in time.
    assert [error.partition(":")[0] for error in errors] == ["urls[1]", "urls[2]", "urls[3]"]
    # Clients do not learn which private address a name has.
    assert not any("10.0.0.1" in error for error in errors)


@settings(max_examples=300)
@given(
    url=st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["http://", "https://", "http:", "HTTP:/", "http:\\", ""]),
        st.sampled_from(["", "@", "a@", "127.0.0.2@", "\t"]),
        st.text(st.sampled_from("0127xXaAfF.:[]%2e。１𝟐\u00ad "), max_size=20)
        | st.integers(0, 2**33).map(str)
        | st.integers(0, 2**33).map(hex)
        | st.ip_addresses(v=6).map("[{}]".format)
        | st.text(max_size=10),
        st.sampled_from(["", "/", ":80/", "#@a/", "\\", "?"]),
    )
)
def test_an_accepted_url_leads_to_no_forbidden_address(url: str) -> None:
    monkeypatch = pytest.MonkeyPatch()

    async def resolve(host: str) -> list[Address]:
        return [ipaddress.ip_address(host.strip("[]"))] if is_literal(host) else []

    monkeypatch.setattr(urls, "resolve", resolve)
    try:
        errors = asyncio.run(check_urls([url], ()))
    finally:
        monkeypatch.undo()
    if errors:
        return
    host = ada_url.URL(url).hostname
    if is_literal(host):
        assert may_reach(ipaddress.ip_address(host.strip("[]")))


def is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
