"""Checking URLs: they are parsed as browsers do, and refused if they lead to a private address."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence

import ada_url

from domain.addresses import Address, Network, literal_address, may_reach
from domain.options import MAX_URL_CHARACTERS
from name_resolution import NameNotResolvedError, resolve

_SHOWN = 80
"""How many characters of a URL an error repeats."""

_RESOLVE_SECONDS = 2.0
"""The time to resolve the names of all URLs. A name that has no address by then is not refused:
the item will report the failure."""


async def check_urls(urls: Sequence[str | None], allow: Sequence[Network]) -> list[str]:
    """Return what is wrong with `urls`, one sentence each, with the index of the URL.

    An entry that is None is left out.

    A host is refused if its address is neither globally routable nor in `allow`. A name is refused
    if it resolves to such an address.
    """
    errors: dict[int, str] = {}
    hosts: dict[str, list[int]] = {}
    given = {index: url for index, url in enumerate(urls) if url is not None}
    for index, url in given.items():
        try:
            hosts.setdefault(_host(url), []).append(index)
        except ValueError as error:
            errors[index] = f"{error}{_shown(url)}"
    for host, inside in (await _forbidden_hosts(list(hosts), allow)).items():
        # Clients must not learn which addresses names have in the operator's network.
        is_name = literal_address(host) is None
        where = "an address that" if is_name else f"{inside}, which"
        for index in hosts[host]:
            errors[index] = (
                f"the host leads to {where} is not a public address "
                f"(SPIDRA_EGRESS_ALLOW permits exceptions){_shown(given[index])}"
            )
    return [f"urls[{index}]: {errors[index]}." for index in sorted(errors)]


def _shown(url: str) -> str:
    """Return the beginning of `url` for an error, without the parts that may be secret."""
    place = re.split(r"[?#]", url, maxsplit=1)[0]
    if not place.strip() or "@" in place:
        return ""
    text = json.dumps(place, ensure_ascii=False)
    return f" ({text})" if len(text) <= _SHOWN else f" ({text[:_SHOWN]}…)"


def _host(url: str) -> str:
    """Return the host of `url`. Raise `ValueError` with the reason if it cannot be scraped."""
    if not url.strip():
        raise ValueError("must not be empty")
    if len(url) > MAX_URL_CHARACTERS:
        raise ValueError(f"is longer than {MAX_URL_CHARACTERS} characters")
    if "\\" in url or any(ord(character) < 0x20 or character == "\x7f" for character in url):
        raise ValueError("must not contain backslashes or control characters; encode them")
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        raise ValueError("is not an absolute URL, such as https://example.com/page") from None
    if parsed.protocol not in ("http:", "https:"):
        raise ValueError(
            f"has the scheme {parsed.protocol[:20]} but only http and https are allowed"
        )
    if parsed.username or parsed.password:
        raise ValueError("must not contain a user name or password")
    return str(parsed.hostname)


async def _forbidden_hosts(hosts: list[str], allow: Sequence[Network]) -> dict[str, Address]:
    """Return the hosts that lead to a forbidden address, each with that address."""
    lookups = await asyncio.gather(*(_addresses(host) for host in hosts))
    return {
        host: address
        for host, addresses in zip(hosts, lookups, strict=True)
        for address in addresses
        if not may_reach(address, allow)
    }


async def _addresses(host: str) -> list[Address]:
    """Return the addresses of `host`, none if it cannot be resolved in time."""
    try:
        async with asyncio.timeout(_RESOLVE_SECONDS):
            return await resolve(host)
    except (NameNotResolvedError, TimeoutError):
        return []
