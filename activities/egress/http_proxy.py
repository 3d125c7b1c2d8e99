"""A client of HTTP proxies: tunnels by `CONNECT`, and plain HTTP by absolute URLs (RFC 9110)."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus

from activities.egress.exit_errors import ExitError, ExitFailure
from activities.egress.response_head import MalformedResponseError, split_head, tidy_head
from domain.proxies import ProxyServer

_MAX_HEAD = 64 * 1024
_CHUNK = 16 * 1024

_NO_HOST = b"proxy.invalid"
"""A name that no proxy can resolve (RFC 6761, 6.4)."""

_OF_PROXIES = frozenset(
    {HTTPStatus.PROXY_AUTHENTICATION_REQUIRED, HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED}
)
"""Statuses that are never those of a site (RFC 9110, 15.5.8; RFC 6585, 6)."""

_PROBE_SECONDS = 3.0
"""How long a web server may take to show that it is one."""

_WANTS_CREDENTIAL = _OF_PROXIES | {HTTPStatus.UNAUTHORIZED}
"""Statuses that ask for a log-in. Some proxies use 401, which is meant for sites."""

_NO_TUNNEL = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.NOT_IMPLEMENTED,
    }
)
"""Answers to `CONNECT` of a proxy that may pass on plain HTTP all the same.

Squid and tinyproxy answer 403 for a port that is not one of TLS. The others are answers of proxies
that do not know `CONNECT`, and of web servers.
"""

_LOG_INS = re.compile(rb"(?im)^proxy-authenticate:[ \t]*([\w-]+)")
"""The scheme that a header of the answer offers (RFC 9110, 11.7.1)."""

_RETRY_AFTER = re.compile(rb"(?im)^retry-after:")
"""What tells a proxy that is full from one that does not reach the target (RFC 9110, 15.6.4)."""

_OWN_ERROR_HEADERS = frozenset({b"x-squid-error", b"proxy-agent"})
_OWN_SERVERS = (b"squid", b"tinyproxy", b"privoxy", b"3proxy", b"polipo")
"""What the answers of proxies say in `Server`, if they are about an error of the proxy's own."""


async def open_tunnel(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    server: ProxyServer,
    host: str,
    port: int,
) -> None:
    """Ask the proxy at the other end for a tunnel to `host`, a name or an address.

    Raises `ExitError`, `OSError`, `EOFError`, or `ValueError` if `host` cannot be a name.
    """
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1".encode(), b"Host: " + authority.encode()]
    lines += [b"%s: %s" % header for header in credential_headers(server)]
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
    status, head, early = await _read_answer(reader)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise refusal(status, head)
    # The client of a tunnel speaks first, in HTTP and in TLS. So this is a page of the proxy.
    if early:
        raise ExitError(ExitFailure.GARBAGE, "it sent a page of its own")


def credential_headers(server: ProxyServer) -> list[tuple[bytes, bytes]]:
    """Return the headers by which a request logs in at `server`."""
    if server.user is None:
        return []
    pair = f"{server.user}:{server.password or ''}".encode("latin-1")
    return [(b"Proxy-Authorization", b"Basic " + base64.b64encode(pair))]


def refusal(status: int, head: bytes = b"") -> ExitError:
    """Return what `status` means, if a proxy answers with it instead of the target.

    `head` is the head of the answer, as `tidy_head` writes it.
    """
    detail = f"HTTP status {status}"
    schemes = _LOG_INS.findall(head)
    if schemes and not any(scheme.lower() == b"basic" for scheme in schemes):
        detail += ", and no log-in by Basic"
    if status in _WANTS_CREDENTIAL:
        kind = ExitFailure.CREDENTIAL
    elif status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.SERVICE_UNAVAILABLE and _RETRY_AFTER.search(head)
    ):
        kind = ExitFailure.BUSY
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED:
        kind = ExitFailure.TARGET
    else:
        kind = ExitFailure.FORBIDDEN
    return ExitError(kind, detail, status=status)


def may_take_plain_requests(error: ExitError) -> bool:
    """Return whether the proxy, which answered `CONNECT` with `error`, may pass on plain HTTP."""
    return error.status in _NO_TUNNEL


async def has_own_pages(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: ProxyServer
) -> bool:
    """Return whether `server` at the other end gives pages of its own instead of the target's.

    A web server and the log-in page of a network refuse `CONNECT` as well, and have a page for each
    absolute URL. Unlike a proxy, they also have one for a host that does not exist.
    """
    lines = [b"GET http://%s/ HTTP/1.1" % _NO_HOST, b"Host: " + _NO_HOST, b"Connection: close"]
    lines += [b"%s: %s" % header for header in credential_headers(server)]
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            status, _, _ = await _read_answer(reader)
    except (OSError, TimeoutError):
        return False
    finally:
        writer.transport.abort()
    return HTTPStatus.OK <= status < HTTPStatus.BAD_REQUEST


class AbsoluteRequests:
    """Plain HTTP by absolute URLs, through the proxy `server`. See `PlainRequests`.

    `on_pass` is called when a target has answered through the proxy.
    """

    def __init__(self, server: ProxyServer, on_pass: Callable[[], object]) -> None:
        self.headers = credential_headers(server)
        self._on_pass = on_pass

    def check(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """See `PlainRequests`."""
        is_of_proxy = status in _OF_PROXIES or any(_tells_own_error(*header) for header in headers)
        if status >= HTTPStatus.BAD_REQUEST and is_of_proxy:
            raise refusal(status)
        self._on_pass()


def _tells_own_error(name: bytes, value: bytes) -> bool:
    """Return whether a header of an error says that the error is one of a proxy."""
    if name == b"proxy-status":
        return b"error=" in value.lower()  # without it, the site's own proxies are meant as well
    is_of_server = name == b"server" and value.lower().startswith(_OWN_SERVERS)
    return is_of_server or name in _OWN_ERROR_HEADERS


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """Return the status and the head of the next answer, and what came after the head."""
    data = b""
    while True:
        try:
            found = split_head(data)
            if found is not None:
                head, data = found
                head, _ = tidy_head(head)
                status = int(head.split()[1])
                if status >= HTTPStatus.OK:
                    return status, head, data
                continue  # an interim response
        except MalformedResponseError:
            raise ExitError(ExitFailure.GARBAGE) from None
        if len(data) > _MAX_HEAD:
            raise ExitError(ExitFailure.GARBAGE)
        if not (more := await reader.read(_CHUNK)):
            raise ExitError(ExitFailure.GARBAGE if data else ExitFailure.CLOSED)
        data += more
