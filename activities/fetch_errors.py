"""Failures of the network, and responses that are not pages, as a `ScrapeError`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from domain.content_type import ContentType, parse_content_type
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.retry_after import parse_retry_after
from domain.warnings import item_warning

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

_BODILESS = frozenset({204, 205, 304})
"""Statuses without a body (Fetch, "null body status"). No page was stored that 304 could mean."""

_RANGE = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18})", re.IGNORECASE)
_UNKNOWN = frozenset({"unknown/unknown", "application/unknown"})

_SHOWN = re.compile(
    r"text/(?!calendar|x-calendar|vcalendar|x-vcalendar|csv|x-csv|comma-separated-values|tsv|"
    r"tab-separated-values|vcard|x-vcard|x-vcf|directory|ldif|rtf|ofx|qif|x-qif|"
    r"vnd\.sun\.j2me\.app-descriptor|x-ms-iqy|x-ms-odc).*"
    r"|application/(?:json|xml|(?:x-)?javascript|(?:x-)?ecmascript|[^/]+\+(?:json|xml))"
)
"""Types that Chromium shows as text (`third_party/blink/common/mime_util/mime_util.cc`)."""

_NOT_TEXT = re.compile(r"(image|video|audio|font)/.+|application/octet-stream")
_ATTACHED = re.compile(r"(?!inline(?:[\s;]|$))[^=\s;\"]+\s*(?:;|$)", re.IGNORECASE)
"""A disposition other than `inline`. Chromium saves the body then, also for unknown words."""


def net_error(error: str, url: str) -> ScrapeError:
    """Return the failure for Chromium's error `net::ERR_…` at `url`."""
    code, what = next(
        (code, what) for pattern, code, what in _NET_ERRORS if re.search(pattern, error)
    )
    return ScrapeError(code, what.format(host=host(url), error=error))


def host(url: str) -> str:
    """Return the host of `url`, for a sentence about the host."""
    return urlsplit(url).hostname or "the server"


def check_status(status: int, headers: Mapping[str, str], url: str) -> None:
    """Raise `ScrapeError` unless a response from `url` with this `status` may have a page.

    The names of `headers` are in lower case.
    """
    if status >= 400:
        wait = parse_retry_after(headers.get("retry-after", ""))
        raise ScrapeError.from_status(status, url, wait)
    if status in _BODILESS:
        what = f"The server answered with HTTP status {status}."
        raise ScrapeError("NO_CONTENT", what, http_status=status, final_url=url)


def part_warnings(
    status: int, headers: Mapping[str, str], *, is_complete: bool = True
) -> list[ItemWarning]:
    """Return a warning if a response with this head has only a part of its page.

    The names of `headers` are in lower case. `is_complete` tells whether its body has an end.
    """
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    is_whole = found is not None and found[1] == "0" and int(found[2]) + 1 == int(found[3])
    if status == 206 and not is_whole:
        what = "The server sent only a part of the page (HTTP status 206)."
    elif not is_complete:
        what = "The packed page of the server ends too early; what is missing is unknown."
    else:
        return []
    return [item_warning("PAGE_CUT", what)]


def check_head(status: int, headers: Mapping[str, str], url: str) -> None:
    """Raise `ScrapeError` unless a response from `url` with this head is a page or text.

    The names of `headers` are in lower case.
    """
    check_status(status, headers, url)
    try:
        check_disposition(headers)
        check_content_type(declared_type(headers).essence)
    except ScrapeError as error:
        error.http_status, error.final_url = status, url
        raise


def check_disposition(headers: Mapping[str, str]) -> None:
    """Raise `ScrapeError` if `headers` say that the body is to be saved instead of shown."""
    if _ATTACHED.match(headers.get("content-disposition", "").strip()):
        raise download(declared_type(headers).essence)


def declared_type(headers: Mapping[str, str]) -> ContentType:
    """Return the type that `headers` declare; its essence is empty if none is known.

    The names of `headers` are in lower case. Some types say that the type is unknown (MIME
    Sniffing, 7).
    """
    declared = parse_content_type(headers.get("content-type", ""))
    return ContentType("", declared.charset) if declared.essence in _UNKNOWN else declared


def check_content_type(essence: str) -> None:
    """Raise `ScrapeError` if the type `essence` is known, and is neither a page nor text."""
    check_document_type(essence)
    if essence and not _SHOWN.fullmatch(essence):
        raise download(essence)


def check_document_type(essence: str) -> None:
    """Raise `ScrapeError` if a document of type `essence` has no text, though browsers show it."""
    if _NOT_TEXT.fullmatch(essence):
        raise ScrapeError("UNSUPPORTED_CONTENT_TYPE", f"The URL leads to {essence}.")


def download(essence: str) -> ScrapeError:
    """Return the failure of a response of type `essence` that browsers save instead of showing."""
    return ScrapeError("DOWNLOAD", f"The URL is a download ({essence or 'of no type'}).")


def too_large(max_bytes: int, *, size: int | None = None) -> ScrapeError:
    """Return the failure of a page with more than `max_bytes`.

    `size` is the size of its HTML in bytes. It is None if the rest of the page was not read.
    """
    if size is None:
        what = f"The page has more than {max_bytes} bytes, which is the limit."
    else:
        what = f"The page's HTML has {size} bytes; {max_bytes} are allowed."
    return ScrapeError("TOO_LARGE", what)
