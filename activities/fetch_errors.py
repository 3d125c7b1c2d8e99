"""Failures of the network, and responses that are not pages, as a `ScrapeError`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from domain.failures import ScrapeError
from domain.retry_after import parse_retry_after

_NET_ERRORS = (
    (r"NAME_NOT_RESOLVED|NAME_RESOLUTION|DNS_", "DNS_FAILURE", "The host {host} was not found."),
    (r"CONNECTION_REFUSED", "CONNECTION_REFUSED", "{host} refused the connection."),
    (
        r"PROXY_CONNECTION_FAILED",
        "EGRESS_UNAVAILABLE",
        "The worker had no connection to its egress gateway.",
    ),
    (r"TOO_MANY_REDIRECTS", "TOO_MANY_REDIRECTS", "{host} redirects too many times."),
    (r"TIMED_OUT", "NAVIGATION_TIMEOUT", "{host} did not answer in time."),
    (r"CERT|SSL", "TLS_ERROR", "There is no secure connection to {host} ({error})."),
    (
        r"EMPTY_RESPONSE|CONNECTION_CLOSED|CONNECTION_RESET|CONTENT_LENGTH|INCOMPLETE_CHUNKED",
        "CONNECTION_FAILED",
        "{host} closed the connection before the page was complete.",
    ),
    (r"", "CONNECTION_FAILED", "The page could not be loaded from {host} ({error})."),
)
"""Pattern of an error of Chromium (net/base/net_error_list.h), code, and sentence.

The first match counts.
"""

_SHOWN = re.compile(
    r"text/(?!calendar|csv|vcard|rtf)[^/]+|application/(json|xml|javascript|[^/]+\+(json|xml))"
)
_NOT_TEXT = re.compile(r"(image|video|audio|font)/.+|application/octet-stream")


def net_error(error: str, url: str) -> ScrapeError:
    """Return the failure for Chromium's error `net::ERR_…` at `url`."""
    code, what = next(
        (code, what) for pattern, code, what in _NET_ERRORS if re.search(pattern, error)
    )
    return ScrapeError(code, what.format(host=host(url), error=error))


def host(url: str) -> str:
    """Return the host of `url`, for a sentence about the host."""
    return urlsplit(url).hostname or "the server"


def check_head(status: int, headers: Mapping[str, str], url: str) -> None:
    """Raise `ScrapeError` unless a response from `url` with this head is a page or text.

    The names of `headers` are in lower case.
    """
    try:
        if status >= 400:
            wait = parse_retry_after(headers.get("retry-after", ""))
            raise ScrapeError.from_status(status, url, wait)
        if status in (204, 205):
            raise ScrapeError("NO_CONTENT", f"The server answered with HTTP status {status}.")
        check_disposition(headers)
        check_content_type(declared_type(headers))
    except ScrapeError as error:
        error.http_status, error.final_url = status, url
        raise


def check_disposition(headers: Mapping[str, str]) -> None:
    """Raise `ScrapeError` if `headers` say that the body is to be saved instead of shown."""
    if headers.get("content-disposition", "").lower().startswith("attachment"):
        raise _download(declared_type(headers))


def declared_type(headers: Mapping[str, str]) -> str:
    """Return the type that `headers` declare, or an empty string.

    The names of `headers` are in lower case.
    """
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def check_content_type(content_type: str) -> None:
    """Raise `ScrapeError` if `content_type` is known, and is neither a page nor text."""
    if _NOT_TEXT.fullmatch(content_type):
        raise ScrapeError("UNSUPPORTED_CONTENT_TYPE", f"The URL leads to {content_type}.")
    if content_type and not _SHOWN.fullmatch(content_type):
        raise _download(content_type)


def _download(content_type: str) -> ScrapeError:
    return ScrapeError("DOWNLOAD", f"The URL is a download ({content_type or 'of no type'}).")


def too_large(max_bytes: int, *, size: int | None = None) -> ScrapeError:
    """Return the failure of a page with more than `max_bytes`.

    `size` is the size of its HTML in bytes. It is None if the rest of the page was not read.
    """
    if size is None:
        what = f"The page has more than {max_bytes} bytes, which is the limit."
    else:
        what = f"The page's HTML has {size} bytes; {max_bytes} are allowed."
    return ScrapeError("TOO_LARGE", what)
