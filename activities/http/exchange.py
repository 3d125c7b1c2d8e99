"""One HTTP request and its response, by libcurl.

This build of libcurl imitates the TLS and HTTP/2 of Chrome, so that they fit the headers. The
gateway is the proxy of every request, and decides which addresses may be reached, as for browsers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from curl_cffi import Curl, CurlECode, CurlError, CurlInfo, CurlOpt, ffi
from curl_cffi.curl import CURL_WRITEFUNC_ERROR
from curl_cffi.requests.impersonate import DEFAULT_CHROME

from activities.egress.refusal import REFUSAL_HEADER
from activities.egress.session import USERNAME, EgressSession
from activities.fetch_errors import host, net_error, too_large
from activities.http.codings import ContentCodingError, decode_content
from domain.failures import ScrapeError

CHROME_MAJOR = int(re.findall(r"\d+", DEFAULT_CHROME)[0])
"""Major version of the Chrome whose TLS and HTTP/2 libcurl imitates."""

_STATUS = re.compile(r"\S+ +(\d{1,9})")

_BASIC = 1
"""`CURLAUTH_BASIC`."""

_UNWANTED_BYTES = 64 * 1024
"""How much of an unwanted body is read, because that costs less than another connection."""

_LISTS = frozenset({"content-type", "content-encoding"})
"""Headers whose repetitions are one list."""

_UNIQUE = {
    "location": "net::ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION",
    "content-disposition": "net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_DISPOSITION",
}
"""Headers of which a browser refuses two different ones, and its error."""

_NET_ERRORS = {
    CurlECode.COULDNT_RESOLVE_PROXY: "net::ERR_PROXY_CONNECTION_FAILED",
    CurlECode.COULDNT_CONNECT: "net::ERR_PROXY_CONNECTION_FAILED",
    CurlECode.PROXY: "net::ERR_PROXY_CONNECTION_FAILED",
    CurlECode.WEIRD_SERVER_REPLY: "net::ERR_INVALID_HTTP_RESPONSE",
    CurlECode.UNSUPPORTED_PROTOCOL: "net::ERR_INVALID_HTTP_RESPONSE",
    CurlECode.HTTP2: "net::ERR_HTTP2_PROTOCOL_ERROR",
    CurlECode.HTTP2_STREAM: "net::ERR_HTTP2_PROTOCOL_ERROR",
    CurlECode.PARTIAL_FILE: "net::ERR_CONTENT_LENGTH_MISMATCH",
    CurlECode.GOT_NOTHING: "net::ERR_EMPTY_RESPONSE",
    CurlECode.SEND_ERROR: "net::ERR_CONNECTION_RESET",
    CurlECode.RECV_ERROR: "net::ERR_CONNECTION_RESET",
    CurlECode.BAD_CONTENT_ENCODING: "net::ERR_CONTENT_DECODING_FAILED",
    CurlECode.SSL_CONNECT_ERROR: "net::ERR_SSL_PROTOCOL_ERROR",
    CurlECode.SSL_CIPHER: "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
    CurlECode.PEER_FAILED_VERIFICATION: "net::ERR_CERT_INVALID",
}
"""Chromium's name for each error of curl."""


@dataclass(frozen=True)
class HttpResponse:
    """The response of a server to one request."""

    url: str
    """URL of the request."""
    status: int
    headers: Mapping[str, str]
    """Headers by lower-case name. Of repeated headers the first counts; lists are joined."""
    body: bytes
    """Body without content codings; empty if the body is not wanted."""
    set_cookies: Sequence[str] = ()
    """Values of all headers `Set-Cookie`. The session has taken those that have a name."""
    is_complete: bool = True
    """Whether a packed body has its end. Browsers show what came before."""


@dataclass(frozen=True)
class BodyRule:
    """Which bodies are wanted, and how much of them."""

    is_wanted: Callable[[int, Mapping[str, str]], bool]
    """Returns whether the body is wanted that follows this status and these headers."""
    max_bytes: int
    """Largest size of a wanted body."""
    is_part_enough: bool = False
    """Whether a larger body is cut at `max_bytes`, instead of failing with `TOO_LARGE`."""


class Exchange:
    """One request and its response. `run` blocks, so call it in a thread."""

    def __init__(
        self,
        curl: Curl,
        egress: EgressSession,
        url: str,
        body_rule: BodyRule,
        nameless_cookie: str = "",
    ) -> None:
        self._curl = curl
        self._egress = egress
        self._url = url
        self._body_rule = body_rule
        self._nameless_cookie = nameless_cookie
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._received = 0
        self._wanted: bool | None = None
        """Whether the body is wanted; None until the body begins."""
        self._is_cut = False
        self._set_cookies: list[str] = []
        self._contradiction = ""
        """Error for two different headers that a browser refuses; empty if there is none."""

    def run(
        self, headers: Mapping[str, str], seconds: float, authorities: Path | None
    ) -> HttpResponse:
        """Send the request with `headers`, and return the response. Raises `ScrapeError`."""
        self._set_up(headers, seconds, authorities)
        try:
            self._curl.perform()
        except CurlError as error:
            if not self._is_cut:
                failed = self._error(error.code, seconds)
                if self._status:
                    failed.http_status, failed.final_url = self._status, self._url
                raise failed from None
        refusal = self._egress.refusal_named(self._headers.get(REFUSAL_HEADER, ""))
        if refusal is not None:
            raise ScrapeError(refusal.code, refusal.what, final_url=self._url)
        try:
            return self._response()
        except ScrapeError as error:
            error.http_status, error.final_url = self._status, self._url
            raise

    def _response(self) -> HttpResponse:
        """Return the response without its content codings. Raises `ScrapeError`."""
        if self._contradiction:
            raise net_error(self._contradiction, self._url)
        rule = self._body_rule
        codings = self._headers.get("content-encoding", "")
        try:
            body, has_end = decode_content(b"".join(self._body), codings, rule.max_bytes + 1)
        except ContentCodingError:
            raise net_error("net::ERR_CONTENT_DECODING_FAILED", self._url) from None
        is_cut = len(body) > rule.max_bytes or (self._is_cut and bool(self._wanted))
        if is_cut and not rule.is_part_enough:
            raise too_large(rule.max_bytes)
        return HttpResponse(
            self._url,
            self._status,
            self._headers,
            body[: rule.max_bytes],
            set_cookies=self._set_cookies,
            is_complete=has_end or is_cut,
        )

    def _set_up(self, headers: Mapping[str, str], seconds: float, authorities: Path | None) -> None:
        options: dict[CurlOpt, object] = {
            CurlOpt.URL: self._url.encode(),
            CurlOpt.PROTOCOLS_STR: b"http,https",
            CurlOpt.PATH_AS_IS: 1,
            # No environment variable may bypass the gateway.
            CurlOpt.PROXY: self._egress.proxy_url.encode(),
            CurlOpt.NOPROXY: b"",
            CurlOpt.PROXYAUTH: _BASIC,
            CurlOpt.PROXYUSERNAME: USERNAME.encode(),
            CurlOpt.PROXYPASSWORD: self._egress.password.encode(),
            CurlOpt.SUPPRESS_CONNECT_HEADERS: 1,
            CurlOpt.NOSIGNAL: 1,
            CurlOpt.TIMEOUT_MS: max(1, int(seconds * 1000)),
            CurlOpt.HTTPHEADER: [f"{name}: {value}".encode() for name, value in headers.items()],
            # curl refuses the bodies that `decode_content` reads as browsers do.
            CurlOpt.HTTP_CONTENT_DECODING: 0,
            # This follows the cookies of the session, and takes back that of the last request.
            CurlOpt.COOKIE: self._nameless_cookie.encode() or ffi.NULL,
            CurlOpt.HEADERFUNCTION: self._on_header,
            CurlOpt.WRITEFUNCTION: self._on_body,
        }
        if authorities is not None:
            options[CurlOpt.CAINFO] = str(authorities)
        self._curl.impersonate(DEFAULT_CHROME, default_headers=False)
        for option, value in options.items():
            self._curl.setopt(option, value)

    def _on_header(self, line: bytes) -> int:
        text = line.decode("latin-1")
        if self._wanted is not None:
            pass  # a trailer
        elif text.startswith("HTTP/"):
            found = _STATUS.match(text)
            self._status = int(found[1]) if found else 0
            self._headers, self._contradiction = {}, ""
        else:
            name, colon, value = text.partition(":")
            name = name.strip().lower()
            if colon:
                self._add_header(name, value.strip())
        return len(line)

    def _add_header(self, name: str, value: str) -> None:
        if name == "set-cookie":
            self._set_cookies.append(value)
        known = self._headers.get(name)
        if known is None:
            self._headers[name] = value
        elif name in _LISTS:
            self._headers[name] = f"{known}, {value}"
        elif name in _UNIQUE and known != value:
            self._contradiction = _UNIQUE[name]

    def _on_body(self, data: bytes) -> int:
        rule = self._body_rule
        if self._wanted is None:
            self._wanted = rule.is_wanted(self._status, self._headers)
        self._received += len(data)
        if self._received > (rule.max_bytes if self._wanted else _UNWANTED_BYTES):
            self._is_cut = True
            if self._wanted and rule.is_part_enough:
                rest = rule.max_bytes - (self._received - len(data))
                self._body.append(data[:rest])
            return int(CURL_WRITEFUNC_ERROR)
        if self._wanted:
            self._body.append(data)
        return len(data)

    def _error(self, code: int, seconds: float) -> ScrapeError:
        """Return the failure that `code` of curl means."""
        egress, url = self._egress, self._url
        if egress.exhausted.done():
            return ScrapeError(*egress.exhausted.result())
        if code == CurlECode.OPERATION_TIMEDOUT:
            what = "The page was not complete" if self._status else f"{host(url)} did not answer"
            what += f" within {round(seconds, 1):g} seconds."
            return ScrapeError("NAVIGATION_TIMEOUT", what)
        if self._curl.getinfo(CurlInfo.HTTP_CONNECTCODE) not in (0, 200):
            refusal = egress.refusal_of(url)
            if refusal is not None:
                return ScrapeError(refusal.code, refusal.what, final_url=url)
        if code == CurlECode.SSL_CONNECT_ERROR and egress.watch.is_silent:
            return net_error("net::ERR_CONNECTION_CLOSED", url)  # no byte of TLS has come
        return net_error(_NET_ERRORS.get(CurlECode(code), "net::ERR_FAILED"), url)
