"""The target of a request to the gateway: parsed strictly, and as browsers parse it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import ada_url

_AUTHORITY = re.compile(
    r"(\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\x7f-\xff\[\]:/?#@\\<>^|]+)(?::([0-9]{1,5}))?"
)


@dataclass(frozen=True)
class Target:
    """A host and port, and the path to request there."""

    host: str
    """Host as `ada_url` writes it: lower case, dotted IPv4 addresses, IPv6 in brackets."""
    port: int
    path: bytes = b""
    """Path with query; empty for a tunnel."""

    @property
    def authority(self) -> str:
        """Value of the header `Host` in a plain HTTP request."""
        return self.host if self.port == 80 else f"{self.host}:{self.port}"


def parse_target(method: bytes, target: bytes) -> Target:
    """Return the target of a request line.

    `CONNECT` takes `host:port`, and other methods take an absolute `http://` URL (RFC 9112, 3.2).
    Raises `ValueError` for anything else.
    """
    text = target.decode("ascii")
    if method == b"CONNECT":
        return _target(text, default_port=None, path="")
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() != "http":
        raise ValueError("not an absolute URL of plain HTTP")
    if "#" in rest:
        raise ValueError("a fragment")
    authority, path = re.fullmatch(r"([^/?]*)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    return _target(authority, default_port=80, path=path if path.startswith("/") else f"/{path}")


def _target(authority: str, *, default_port: int | None, path: str) -> Target:
    host, port = _split(authority)
    port = default_port if port is None else port
    if port is None or not 0 < port < 65536:
        raise ValueError("no valid port")
    return Target(host, port, path.encode("ascii"))


@lru_cache(maxsize=1024)
def _split(authority: str) -> tuple[str, int | None]:
    """Return the host, as `ada_url` writes it, and the port."""
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        raise ValueError("no valid host and port")
    try:
        host = ada_url.URL(f"http://{found[1]}/").hostname
    except (ValueError, UnicodeError):
        raise ValueError("no valid host") from None
    if not host:
        raise ValueError("no host")
    return str(host), None if found[2] is None else int(found[2])
