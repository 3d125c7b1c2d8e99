"""Cookies as clients give them, and the one site that may see them.

    cookies = parse_cookies("session=abc; theme=dark")
    jar_lines(cookies, "https://shop.example.com/basket")

The site of an item is the domain that its owner has registered, with all hosts below, so that a
login goes on from `example.com` to `www.example.com`; of `github.io` and the like, where anybody
may have a host, and of an address it is the one host. What `https` was asked for is never sent
without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import ada_url
from publicsuffixlist import PublicSuffixList

from domain.addresses import literal_address

MAX_CHARACTERS = 16_384
_MAX_COOKIES = 150
_MAX_BYTES = 4096
"""Of one name and value together; browsers drop longer ones."""

_HEADER_NAME = re.compile(r"\s*cookie\s*:", re.IGNORECASE)
_OTHER_HEADER = re.compile(r"\s*set-cookie\s*:", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z()/:<>?@\[\]{}]+")
"""A token (RFC 6265, 4.1.1), and what browsers take besides."""

_HOST_ONLY, _SECURE_ONLY = "__host-", "__secure-"
"""Prefixes of names that bind a cookie to its host, and to `https` (RFC 6265bis, 4.1.3)."""


class CookieError(ValueError):
    """What was given is not cookies. The text shows none of it."""


@dataclass(frozen=True)
class Cookie:
    """One cookie of a client."""

    name: str = field(repr=False)
    value: str = field(repr=False)


def parse_cookies(text: str) -> tuple[Cookie, ...]:
    """The cookies in `text`, which is written as in a `Cookie` header: `a=1; b=2`.

    The header's name may be there as well, or quotes around it all, as they come along when it is
    copied. Values may hold `=` and are sent as they are, with quotes of their own. Of several with
    one name the first counts, since browsers send the most specific one first. Raises
    `CookieError`.
    """
    if len(text) > MAX_CHARACTERS:
        raise CookieError(f"has {len(text)} characters; at most {MAX_CHARACTERS} are allowed")
    if _CONTROL.search(text):
        raise CookieError("must not hold line breaks or other control characters")
    text = _unquoted(text)
    if _OTHER_HEADER.match(text):
        raise CookieError("must be as in a Cookie header, not as in Set-Cookie")
    text = _unquoted(_HEADER_NAME.sub("", text, count=1))
    found: dict[str, Cookie] = {}
    for number, pair in enumerate((part.strip() for part in text.split(";")), 1):
        if not pair:
            continue
        name, separator, value = (part.strip() for part in pair.partition("="))
        if not separator or not _NAME.fullmatch(name) or "\t" in value:
            raise CookieError(f"entry {number} is not of the form name=value")
        if len(f"{name}{value}".encode(errors="surrogatepass")) > _MAX_BYTES:
            raise CookieError(f"entry {number} has more than {_MAX_BYTES} bytes")
        found.setdefault(name, Cookie(name, value))
    if len(found) > _MAX_COOKIES:
        raise CookieError(f"has {len(found)} cookies; at most {_MAX_COOKIES} are allowed")
    return tuple(found.values())


def _unquoted(text: str) -> str:
    """`text` without space around it, and without a pair of quotes that is around all of it."""
    text = text.strip()
    for quote in "\"'":
        if len(text) > 1 and text[0] == text[-1] == quote and quote not in text[1:-1]:
            return text[1:-1].strip()
    return text


@dataclass(frozen=True)
class CookieScope:
    """Who sees a cookie."""

    host: str
    """As `ada_url` writes it."""
    domain: str | None
    """With all hosts below; None if `host` alone sees it."""
    secure: bool


def scopes(cookies: Iterable[Cookie], url: str) -> Iterable[tuple[Cookie, CookieScope]]:
    """Those of `cookies` that the site of `url` may see, and how."""
    parsed = ada_url.URL(url)
    host, is_https = parsed.hostname, parsed.protocol == "https:"
    domain = site_of(host)
    for cookie in cookies:
        name = cookie.name.lower()
        if name.startswith(_HOST_ONLY):
            scope = CookieScope(host, None, secure=True)
        else:
            scope = CookieScope(host, domain, secure=is_https or name.startswith(_SECURE_ONLY))
        if is_https or not scope.secure:
            yield cookie, scope


def jar_lines(cookies: Iterable[Cookie], url: str) -> list[str]:
    """`cookies` for a client without a browser that is to fetch `url`: lines of a cookie file as
    curl and others read it."""
    return [
        "\t".join(
            (
                scope.host if scope.domain is None else f".{scope.domain}",
                "FALSE" if scope.domain is None else "TRUE",
                "/",
                "TRUE" if scope.secure else "FALSE",
                "0",
                cookie.name,
                cookie.value,
            )
        )
        for cookie, scope in scopes(cookies, url)
    ]


def site_of(host: str) -> str | None:
    """The registrable domain of `host`, as `ada_url` writes it; None if it has none, as an
    address, or a suffix under which anybody may have a host."""
    if literal_address(host) is not None:
        return None
    domain: str | None = _public_suffixes().privatesuffix(host.rstrip("."))
    return domain


@cache
def _public_suffixes() -> PublicSuffixList:
    """The list as it came with the package; no network is used."""
    return PublicSuffixList()
