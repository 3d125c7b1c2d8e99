"""The setting `SPIDRA_PROXIES`: all proxy exits, by country.

A process reads the setting when it starts. The API needs the countries, and workers need the exits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from urllib.parse import unquote, urlsplit

ProxyCountry = Literal[
    "us", "gb", "de", "fr", "jp", "au", "ca", "br", "in", "nl", "sg", "es", "it", "mx", "za",
    "ng", "ar", "be", "ch", "cl", "cn", "co", "cz", "dk", "eg", "fi", "gr", "hk", "hu", "id",
    "ie", "il", "kr", "my", "no", "nz", "pe", "ph", "pl", "pt", "ro", "sa", "se", "th", "tr",
    "tw", "ua", "vn", "eu", "global",
]  # fmt: skip
"""The values of `proxyCountry` in the contract."""

_REGIONS = ("eu", "global")
COUNTRIES: tuple[str, ...] = tuple(c for c in get_args(ProxyCountry) if c not in _REGIONS)
BYTES_PER_MB = 1_000_000
"""Bytes of a megabyte of proxy traffic (the contract counts in MB, not MiB)."""


def bytes_of_megabytes(megabytes: float | None) -> int | None:
    """Return a limit of proxy traffic in bytes; None for no limit."""
    return None if megabytes is None else round(megabytes * BYTES_PER_MB)


def megabytes_text(count: int) -> str:
    """Return `count` bytes of proxy traffic for people, to the kilobyte: `2.5 MB`."""
    return f"{count / BYTES_PER_MB:.3f}".rstrip("0").rstrip(".") + " MB"


EUROPEAN_UNION = frozenset(
    {"be", "cz", "de", "dk", "es", "fi", "fr", "gr", "hu", "ie", "it", "nl", "pl", "pt", "ro", "se"}
)
"""Members of the European Union among `COUNTRIES`."""

_ALL = "*"
_SCHEMES = ("http", "https", "socks5", "socks5h")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|[{}]")
_COUNTRY_PLACEHOLDERS = ("{country}", "{COUNTRY}")
_SESSION = "{session}"
_EXAMPLE_SESSION = "0"


@dataclass(frozen=True)
class ProxyServer:
    """Address and credential of a proxy."""

    kind: Literal["http", "socks5"]
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    is_tls: bool = False
    """Whether the proxy itself is reached by TLS."""


@dataclass(frozen=True)
class Proxy:
    """A proxy, or one country of a proxy provider."""

    country: str | None
    """A code of `COUNTRIES`; None if the country is not known."""
    url: str = field(repr=False)
    """URL of the proxy, which may contain `{session}`."""
    sends_names: bool = False
    """Whether the proxy gets names, which it resolves itself, instead of addresses."""
    in_eu: bool = False
    """Whether the proxy is in the European Union."""

    @property
    def has_sessions(self) -> bool:
        """Whether each session of the proxy is a different exit."""
        return _SESSION in self.url

    @property
    def address(self) -> str:
        """Host and port, for logs: without user name, password and session."""
        server = read_proxy_url(self.url_of(_EXAMPLE_SESSION))
        host = f"[{server.host}]" if ":" in server.host else server.host
        return f"{host}:{server.port}"

    def url_of(self, session: str) -> str:
        """Return the URL of the proxy for `session`."""
        return self.url.replace(_SESSION, session)


@dataclass(frozen=True)
class Proxies:
    """All proxy exits."""

    all: tuple[Proxy, ...] = field(default=(), repr=False)

    def of(self, country: str | None) -> tuple[Proxy, ...]:
        """Return the exits for a value of `proxyCountry`; all exits for None."""
        if country in (None, "global"):
            return self.all
        if country == "eu":
            return tuple(proxy for proxy in self.all if proxy.in_eu)
        return tuple(proxy for proxy in self.all if proxy.country == country)

    @property
    def choices(self) -> list[str]:
        """Values of `proxyCountry` for which there is an exit."""
        return [code for code in get_args(ProxyCountry) if self.of(code)]


def parse_proxies(text: str) -> Proxies:
    """Return the exits that `text` lists, as JSON.

    Raises `ValueError`, whose message says where the mistake is and shows no secrets.
    """
    try:
        listed = json.loads(text, object_pairs_hook=_unique)
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            where = f"line {error.lineno}, column {error.colno}"
            raise ValueError(f"it is not valid JSON ({where})") from None
        raise
    if not isinstance(listed, dict):
        raise ValueError("it is not a JSON object of countries")
    return Proxies(tuple(proxy for key, value in listed.items() for proxy in _of_key(key, value)))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a country or an option is there twice")
    return found


def _of_key(key: str, value: object) -> Iterator[Proxy]:
    """Yield the exits of one entry of the object. `key` is a list of countries."""
    codes = [code.strip().lower() for code in key.split(",")]
    known = {*COUNTRIES, *_REGIONS}
    if codes == [_ALL]:
        codes = list(COUNTRIES)
    for code in codes:
        if code not in known:
            raise ValueError(f"{key[:40]!r} is not a country; there are {', '.join(sorted(known))}")
    entries = value if isinstance(value, list) else [value]
    if not entries:
        raise ValueError(f"{key}: it has no exits")
    for number, entry in enumerate(entries, 1):
        try:
            url, sends_names = _read_entry(entry)
            for code in codes:
                yield _proxy(code, url, sends_names=sends_names, is_one_of_many=len(codes) > 1)
        except ValueError as error:
            raise ValueError(f"{key}, exit {number}: {error}") from None


def _read_entry(entry: object) -> tuple[str, bool]:
    """Return the URL, and whether the proxy gets names."""
    sends_names: object = False
    if isinstance(entry, dict):
        if unknown := entry.keys() - {"url", "names"}:
            raise ValueError(f"{min(unknown)[:40]!r} is not an option; there are url and names")
        sends_names = entry.get("names", False)
        entry = entry.get("url")
    if not isinstance(sends_names, bool):
        raise ValueError("names has to be true or false")
    if not isinstance(entry, str):
        raise ValueError("it is neither a URL nor an object with one")
    return entry, sends_names


def _proxy(code: str, url: str, *, sends_names: bool, is_one_of_many: bool) -> Proxy:
    has_country = any(placeholder in url for placeholder in _COUNTRY_PLACEHOLDERS)
    if is_one_of_many and not has_country:
        raise ValueError("an exit of several countries has to have {country} in its URL")
    if has_country and code in _REGIONS:
        raise ValueError(f"{code} is not a country that could stand for {{country}}")
    url = url.replace("{country}", code).replace("{COUNTRY}", code.upper())
    for found in _PLACEHOLDER.findall(url):
        if found != _SESSION:
            raise ValueError(
                "braces stand for {country}, {COUNTRY} and {session} only; "
                "write others as %7B and %7D"
            )
    read_proxy_url(url.replace(_SESSION, _EXAMPLE_SESSION))
    return Proxy(
        country=None if code in _REGIONS else code,
        url=url,
        sends_names=sends_names or url.lower().startswith("socks5h:"),
        in_eu=code == "eu" or code in EUROPEAN_UNION,
    )


def read_proxy_url(url: str) -> ProxyServer:
    """Return the proxy at `url`. Raises `ValueError`, whose message shows no part of `url`."""
    parts = _split(url)
    if parts.scheme not in _SCHEMES:
        raise ValueError(f"its URL has to begin with one of {', '.join(_SCHEMES)}, then ://")
    try:
        port = parts.port
    except ValueError:
        port = None
    if not parts.hostname or not port:
        raise ValueError("its URL has to have a host and a port; write special characters as %XX")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("its URL ends with the port; write special characters before as %XX")
    user = None if parts.username is None else unquote(parts.username)
    password = unquote(parts.password or "")
    is_http = parts.scheme in ("http", "https")
    _check_credential(user, password, is_http=is_http)
    return ProxyServer(
        kind="http" if is_http else "socks5",
        host=parts.hostname,
        port=port,
        user=user,
        password=None if user is None else password,
        is_tls=parts.scheme == "https",
    )


def _split(url: str) -> Any:
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError("it is not a URL") from None


def _check_credential(user: str | None, password: str, *, is_http: bool) -> None:
    """Raise `ValueError` for a user name or password that the protocol cannot carry."""
    if user is None:
        return
    if is_http:
        if ":" in user:
            raise ValueError("no user name may have a colon")
        if any(ord(character) > 255 for character in user + password):
            raise ValueError("user name and password have to be Latin-1")
    elif not (user + password).isascii() or not user or max(len(user), len(password)) > 255:
        raise ValueError("user name and password have to be ASCII, 255 characters at most")
