"""Failures of the network and answers that are not pages, as a `ScrapeError`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from domain.failures import ScrapeError

_NET_ERRORS = (
    (r"NAME_NOT_RESOLVED|NAME_RESOLUTION|DNS_", "DNS_FAILURE", "The host {host} was not found."),
    (r"CONNECTION_REFUSED", "CONNECTION_REFUSED", "{host} refused the connection."),
    (r"PROXY_CONNECTION_FAILED", "EGRESS_UNAVAILABLE", "There was no way out to the network."),
    (r"TOO_MANY_REDIRECTS", "TOO_MANY_REDIRECTS", "{host} redirects again and again."),
    (r"TIMED_OUT", "NAVIGATION_TIMEOUT", "{host} did not answer in time."),
    (r"CERT|SSL", "TLS_ERROR", "There is no secure connection to {host} ({error})."),
    (
        r"EMPTY_RESPONSE|CONNECTION_CLOSED|CONNECTION_RESET|CONTENT_LENGTH|INCOMPLETE_CHUNKED",
        "CONNECTION_FAILED",
        "{host} closed the connection before the page was complete.",
    ),
    (r"", "CONNECTION_FAILED", "The page could not be loaded from {host} ({error})."),
)
"""Pattern of an error of Chromium (net/base/net_error_list.h), code, sentence; the first match
counts."""

_SHOWN = re.compile(
    r"text/(?!calendar|csv|vcard|rtf)[^/]+|application/(json|xml|javascript|[^/]+\+(json|xml))"
)
_NOT_TEXT = re.compile(r"(image|video|audio|font)/.+|application/octet-stream")


def net_error(error: str, url: str) -> ScrapeError:
    """Chromium's `net::ERR_…` for `url`."""
    code, what = next(
        (code, what) for pattern, code, what in _NET_ERRORS if re.search(pattern, error)
    )
    return ScrapeError(code, what.format(host=host(url), error=error))


def host(url: str) -> str:
    """The host of `url` for a sentence about it."""
    return urlsplit(url).hostname or "the server"


def check_head(status: int, headers: Mapping[str, str], url: str) -> None:
    """Raises `ScrapeError` unless the answer of `url` that begins like this is a page or text.

    The names of `headers` are in lower case.
    """
    try:
        if status >= 400:
            raise ScrapeError.from_status(status, url, retry_after(headers))
        if status in (204, 205):
            raise ScrapeError("NO_CONTENT", f"The server answered with HTTP status {status}.")
        check_disposition(headers)
        check_content_type(declared_type(headers))
    except ScrapeError as error:
        error.http_status, error.final_url = status, url
        raise


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that `headers`, whose names are in lower case, ask to wait for; None if they do
    not, or in no form of RFC 9110, 10.2.3."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:  # as Python reads a zone of -0000
        at = at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)


def check_disposition(headers: Mapping[str, str]) -> None:
    """Raises `ScrapeError` if `headers` say that what follows is to be saved, not shown."""
    if headers.get("content-disposition", "").lower().startswith("attachment"):
        raise _download(declared_type(headers))


def declared_type(headers: Mapping[str, str]) -> str:
    """The type that `headers`, whose names are in lower case, declare; empty if none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def check_content_type(content_type: str) -> None:
    """Raises `ScrapeError` unless `content_type`, if there is one, is that of a page or text."""
    if _NOT_TEXT.fullmatch(content_type):
        raise ScrapeError("UNSUPPORTED_CONTENT_TYPE", f"The URL leads to {content_type}.")
    if content_type and not _SHOWN.fullmatch(content_type):
        raise _download(content_type)


def _download(content_type: str) -> ScrapeError:
    return ScrapeError("DOWNLOAD", f"The URL is a download ({content_type or 'of no type'}).")
