"""Cookies that clients give for a batch, and the one site that gets them.

    cookies = parse_cookies("session=abc; theme=dark")
    jar_lines(cookies, "https://shop.example.com/basket")

The site of an item is its registrable domain with all hosts below. So a login at `example.com` also
holds at `www.example.com`. Some domains have no single owner: at `github.io`, any person may have a
host. There, and for an address, the site is the one host. Cookies for an `https` URL are never sent
over `http`.
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
"""Longest text with the cookies of a batch."""

_MAX_COOKIES = 150
_MAX_BYTES = 4096
"""Largest size of one name and value together. Browsers drop larger cookies."""

_HEADER_NAME = re.compile(r"\s*cookie\s*:", re.IGNORECASE)
_SET_COOKIE = re.compile(r"\s*set-cookie\s*:", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z()/:<>?@\[\]{}]+")
"""A token (RFC 6265, 4.1.1), and the other characters that browsers accept."""

_HOST_ONLY, _SECURE_ONLY = "__host-", "__secure-"
"""Prefixes of names: for a cookie of one host, and of `https` only (RFC 6265bis, 4.1.3)."""


_PREFIXED = re.compile(r"__(?:host|secure)-", re.IGNORECASE)
"""Beginning of a value that no cookie without a name may have."""


class CookieError(ValueError):
    """The given text is not cookies. The message shows nothing of the text."""


@dataclass(frozen=True)
class Cookie:
    """A cookie of a client."""

    name: str = field(repr=False)
    """Empty if the cookie has only a value (RFC 6265bis, 5.8.3)."""
    value: str = field(repr=False)


def parse_cookies(text: str) -> tuple[Cookie, ...]:
    """Return the cookies in `text`, which is the value of a `Cookie` header: `a=1; b=2`.

    The name of the header and quotes around the whole text are dropped, because both are easily
    copied along. Values may contain `=`, and keep their own quotes. Of several cookies with one
    name the first counts, because browsers send the most specific cookie first. A part without `=`
    is a cookie without a name, which browsers have beside others. Raises `CookieError`.
    """
    if len(text) > MAX_CHARACTERS:
        raise CookieError(f"has {len(text)} characters; at most {MAX_CHARACTERS} are allowed")
    if _CONTROL.search(text):
        raise CookieError("must not hold line breaks or other control characters")
    text = _unquoted(text)
    if _SET_COOKIE.match(text):
        raise CookieError("must be as in a Cookie header, not as in Set-Cookie")
    text = _unquoted(_HEADER_NAME.sub("", text, count=1))
    found: dict[str, Cookie] = {}
    for number, pair in enumerate((part.strip() for part in text.split(";")), 1):
        if not pair:
            continue
        name, separator, value = (part.strip() for part in pair.partition("="))
        if not separator:
            name, value = "", name
        is_valid = _NAME.fullmatch(name) if separator else not _PREFIXED.match(value)
        if not is_valid or "\t" in value:
            raise CookieError(f"entry {number} is not of the form name=value")
        if len(f"{name}{value}".encode(errors="surrogatepass")) > _MAX_BYTES:
            raise CookieError(f"entry {number} has more than {_MAX_BYTES} bytes")
        found.setdefault(name, Cookie(name, value))
    if list(found) == [""]:
        # A token alone is rather a value whose name was forgotten.
        raise CookieError("entry 1 is not of the form name=value")
    if len(found) > _MAX_COOKIES:
        raise CookieError(f"has {len(found)} cookies; at most {_MAX_COOKIES} are allowed")
    return tuple(found.values())


def _unquoted(text: str) -> str:
    """Return `text` without surrounding space, and without quotes around the whole text."""
    text = text.strip()
    for quote in "\"'":
        if len(text) > 1 and text[0] == text[-1] == quote and quote not in text[1:-1]:
            return text[1:-1].strip()
    return text


@dataclass(frozen=True)
class CookieScope:
    """The hosts that get a cookie."""

    host: str
    """Host of the item's URL, as `ada_url` writes it."""
    domain: str | None
    """Domain whose hosts all get the cookie; None if only `host` gets the cookie."""
    secure: bool
    """Whether the cookie is sent over `https` only."""

    def includes(self, url: str) -> bool:
        """Return whether a request to `url` gets the cookie."""
        parsed = ada_url.URL(url)
        is_host = parsed.hostname == self.host
        if self.domain is not None:
            is_host = f".{parsed.hostname}".endswith(f".{self.domain}")
        return is_host and (parsed.protocol == "https:" or not self.secure)


def scopes(cookies: Iterable[Cookie], url: str) -> Iterable[tuple[Cookie, CookieScope]]:
    """Yield the `cookies` that the site of `url` may get, each with its scope."""
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


def set_without_name(header: str, url: str) -> tuple[Cookie, CookieScope] | None:
    """Return the cookie that `header`, a `Set-Cookie` from `url`, sets without a name.

    Returns None if the cookie has a name. Its value is empty if the header takes it back. Its path
    is not considered.
    """
    pair, *attributes = (part.strip() for part in header.split(";"))
    name, separator, value = pair.partition("=")
    value = (value if separator else name).strip()
    if (separator and name.strip()) or not value:
        return None
    given = {
        key.strip().lower(): text.strip().lower()
        for key, _, text in (attribute.partition("=") for attribute in attributes)
    }
    is_expired = re.fullmatch(r"0+|-\d+", given.get("max-age", "")) is not None
    host = ada_url.URL(url).hostname
    domain = given.get("domain", "").removeprefix(".") or None
    if domain is not None and (site_of(domain) is None or not f".{host}".endswith(f".{domain}")):
        domain = None
    scope = CookieScope(host, domain, "secure" in given)
    return Cookie("", "" if is_expired or _PREFIXED.match(value) else value), scope


def jar_lines(cookies: Iterable[Cookie], url: str) -> list[str]:
    """Return `cookies` for a request to `url`, as lines of a cookie file for curl.

    Such a file cannot have cookies without a name.
    """
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
        if cookie.name
    ]


def site_of(host: str) -> str | None:
    """Return the registrable domain of `host`, which is written as `ada_url` writes it.

    Returns None for an address, and for a public suffix such as `github.io`, where any person
    may have a host.
    """
    if literal_address(host) is not None:
        return None
    domain: str | None = _public_suffixes().privatesuffix(host.rstrip("."))
    return domain


@cache
def _public_suffixes() -> PublicSuffixList:
    """Return the list that comes with its package. It needs no network."""
    return PublicSuffixList()
