"""HTTP without a browser: what one item fetches, by its own session of the gateway.

libcurl speaks it, in a build whose TLS and HTTP/2 look like those of Chrome, which is what the
headers claim to be. The gateway is its proxy for every request, so what it may reach is decided
where it is decided for browsers. Nothing is shared between items: not a connection, not a cookie.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from curl_cffi import Curl, CurlECode, CurlError, CurlInfo, CurlOpt
from curl_cffi.curl import CURL_WRITEFUNC_ERROR
from curl_cffi.requests.impersonate import DEFAULT_CHROME

from activities.egress.refusal import REFUSAL_HEADER
from activities.egress.session import USERNAME, EgressSession
from activities.fetch_errors import host, net_error
from domain.failures import ScrapeError

_IMPERSONATED = DEFAULT_CHROME

CHROME_MAJOR = int(re.findall(r"\d+", DEFAULT_CHROME)[0])
"""The version of Chrome whose TLS and HTTP/2 these are."""

_BASIC = 1
"""`CURLAUTH_BASIC`."""

_UNWANTED_BYTES = 64 * 1024
"""So much of a body that nobody wants is read, since that costs less than another connection."""

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
"""What Chromium calls an error of curl."""


@dataclass(frozen=True)
class Answer:
    """What a server says to one request."""

    url: str
    status: int
    headers: Mapping[str, str]
    """By name in lower case. Of several with one name the first counts, of types the last."""
    body: bytes
    """Without content codings; empty if it is not wanted."""


IsWanted = Callable[[int, Mapping[str, str]], bool]
"""Whether the body is wanted of an answer with that status and those headers."""


class HttpClient:
    """Fetches in up to `threads` threads. Call `close` when done.

    Servers are known by the certificates in `authorities`, or else by those that Mozilla trusts.
    """

    def __init__(self, *, threads: int, authorities: Path | None = None) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self._authorities = authorities

    @asynccontextmanager
    async def session(
        self, egress: EgressSession, cookies: Sequence[str] = ()
    ) -> AsyncIterator[HttpSession]:
        """What one item fetches with: connections and cookies last from one request to the next.

        `cookies` are there from the start, each a line of a cookie file with a
        `domain` that says who may see it.
        """
        session = HttpSession(self._threads, egress, self._authorities, cookies)
        try:
            yield session
        finally:
            session.close()

    def close(self) -> None:
        """Lets go of the threads; what they fetch ends with its session."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class HttpSession:
    """See `HttpClient.session`. One request at a time."""

    def __init__(
        self,
        threads: ThreadPoolExecutor,
        egress: EgressSession,
        authorities: Path | None,
        cookies: Sequence[str],
    ) -> None:
        self._threads = threads
        self._egress = egress
        self._authorities = authorities
        self._curl = Curl()
        self._latest: Future[Answer] | None = None
        self._curl.setopt(CurlOpt.COOKIEFILE, b"")  # no file: an empty jar
        for cookie in cookies:
            self._curl.setopt(CurlOpt.COOKIELIST, cookie.encode())

    async def get(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        is_wanted: IsWanted,
        max_bytes: int,
        seconds: float,
        is_part_enough: bool = False,
    ) -> Answer:
        """What the server answers; redirects are not followed.

        `url` has to be as `ada_url` writes it. If a body that is wanted has more than `max_bytes`,
        it is cut there if `is_part_enough`. Raises `ScrapeError`, otherwise with `TOO_LARGE`.
        """
        exchange = _Exchange(self._curl, self._egress, url, is_wanted, max_bytes, is_part_enough)
        self._latest = self._threads.submit(exchange.run, headers, seconds, self._authorities)
        return await asyncio.wrap_future(self._latest)

    def close(self) -> None:
        """Forgets connections and cookies, as soon as the latest request has ended."""
        if self._latest is None:
            self._curl.close()
        else:
            self._latest.add_done_callback(lambda _: self._curl.close())


class _Exchange:
    """One request and its answer, in a thread."""

    def __init__(
        self,
        curl: Curl,
        egress: EgressSession,
        url: str,
        is_wanted: IsWanted,
        max_bytes: int,
        is_part_enough: bool,
    ) -> None:
        self._curl = curl
        self._egress = egress
        self._url = url
        self._is_wanted = is_wanted
        self._max_bytes = max_bytes
        self._is_part_enough = is_part_enough
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._received = 0
        self._wanted: bool | None = None
        """None until the body begins."""
        self._is_cut = False

    def run(self, headers: Mapping[str, str], seconds: float, authorities: Path | None) -> Answer:
        """Raises `ScrapeError`."""
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
        if self._is_cut and self._wanted and not self._is_part_enough:
            raise ScrapeError(
                "TOO_LARGE",
                f"The page has more than {self._max_bytes} bytes, which are allowed.",
                http_status=self._status,
                final_url=self._url,
            )
        return Answer(self._url, self._status, self._headers, b"".join(self._body))

    def _set_up(self, headers: Mapping[str, str], seconds: float, authorities: Path | None) -> None:
        options: dict[CurlOpt, object] = {
            CurlOpt.URL: self._url.encode(),
            CurlOpt.PROTOCOLS_STR: b"http,https",
            CurlOpt.PATH_AS_IS: 1,
            # No variable of the environment may open another way out.
            CurlOpt.PROXY: self._egress.proxy_url.encode(),
            CurlOpt.NOPROXY: b"",
            CurlOpt.PROXYAUTH: _BASIC,
            CurlOpt.PROXYUSERNAME: USERNAME.encode(),
            CurlOpt.PROXYPASSWORD: self._egress.password.encode(),
            CurlOpt.SUPPRESS_CONNECT_HEADERS: 1,
            CurlOpt.NOSIGNAL: 1,
            CurlOpt.TIMEOUT_MS: max(1, int(seconds * 1000)),
            CurlOpt.HTTPHEADER: [f"{name}: {value}".encode() for name, value in headers.items()],
            # The header is set above; this has curl undo what it names.
            CurlOpt.ACCEPT_ENCODING: headers.get("Accept-Encoding", "").encode(),
            CurlOpt.HEADERFUNCTION: self._on_header,
            CurlOpt.WRITEFUNCTION: self._on_body,
        }
        if authorities is not None:
            options[CurlOpt.CAINFO] = str(authorities)
        self._curl.impersonate(_IMPERSONATED, default_headers=False)
        for option, value in options.items():
            self._curl.setopt(option, value)

    def _on_header(self, line: bytes) -> int:
        text = line.decode("latin-1")
        if self._wanted is not None:
            pass  # a trailer
        elif text.startswith("HTTP/"):
            self._status = int(text.split()[1])
            self._headers = {}
        else:
            name, colon, value = text.partition(":")
            name = name.strip().lower()
            if colon and (name == "content-type" or name not in self._headers):
                self._headers[name] = value.strip()
        return len(line)

    def _on_body(self, data: bytes) -> int:
        if self._wanted is None:
            self._wanted = self._is_wanted(self._status, self._headers)
        self._received += len(data)
        if self._received > (self._max_bytes if self._wanted else _UNWANTED_BYTES):
            self._is_cut = True
            if self._wanted and self._is_part_enough:
                rest = self._max_bytes - (self._received - len(data))
                self._body.append(data[:rest])
            return int(CURL_WRITEFUNC_ERROR)
        if self._wanted:
            self._body.append(data)
        return len(data)

    def _error(self, code: int, seconds: float) -> ScrapeError:
        """What `code` of curl means."""
        egress, url = self._egress, self._url
        if egress.exhausted.done():
            return ScrapeError(*egress.exhausted.result())
        if code == CurlECode.OPERATION_TIMEDOUT:
            what = "The page was not complete" if self._status else f"{host(url)} did not answer"
            return ScrapeError("NAVIGATION_TIMEOUT", f"{what} within {seconds:g} seconds.")
        if self._curl.getinfo(CurlInfo.HTTP_CONNECTCODE) not in (0, 200):
            refusal = egress.refusal_of(url)
            if refusal is not None:
                return ScrapeError(refusal.code, refusal.what, final_url=url)
        return net_error(_NET_ERRORS.get(CurlECode(code), "net::ERR_FAILED"), url)
