"""What the gateway refused, as errors and warnings about the page."""

from __future__ import annotations

from playwright.async_api import Response

from activities.egress.refusal import REFUSAL_HEADER, EgressRefusal
from activities.egress.session import EgressSession
from activities.fetch_errors import check_head, check_status, declared_type, download, net_error
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.warnings import item_warning


def check_response(response: Response, egress: EgressSession) -> None:
    """Raise `ScrapeError` unless `response` came from the network, and has the status of a page.

    What its type is, the browser has decided: a document is shown.
    """
    refusal = refusal_in(response, egress)
    if refusal is not None:
        raise ScrapeError(refusal.code, refusal.what, final_url=response.url)
    check_status(response.status, response.headers, response.url)


def rejected_error(response: Response, egress: EgressSession) -> ScrapeError:
    """Return why `response` has led to no document: a status without one, or a download."""
    try:
        check_response(response, egress)
        check_head(response.status, response.headers, response.url)
    except ScrapeError as error:
        return error
    if 300 <= response.status < 400 and "location" in response.headers:
        return net_error("net::ERR_UNSAFE_REDIRECT", response.url)  # to no page: a mail, an app
    # The browser has looked at the body, and found no text in it.
    saved = download(declared_type(response.headers).essence)
    saved.http_status, saved.final_url = response.status, response.url
    return saved


def refusal_in(response: Response, egress: EgressSession) -> EgressRefusal | None:
    """Return why the gateway itself gave this response; None if a server gave it."""
    name = response.headers.get(REFUSAL_HEADER)
    return None if name is None else egress.refusal_named(name)


def navigation_error(error: str, url: str, egress: EgressSession) -> ScrapeError:
    """Return the failure for Chromium's `error` (`net::ERR_…`) while it opened `url`."""
    refusal = egress.refusal_of(url) if "TUNNEL_CONNECTION_FAILED" in error else None
    if refusal is not None:
        return ScrapeError(refusal.code, refusal.what, final_url=url)
    return net_error(error, url)


def blocked_warnings(egress: EgressSession) -> list[ItemWarning]:
    """Return a warning if the page tried to reach addresses that are not public."""
    blocked = egress.blocked
    if not blocked:
        return []
    connections = "connection" if blocked == 1 else "connections"
    return [
        item_warning(
            "CONNECTIONS_REFUSED",
            f"{blocked} {connections} of the page to addresses that are not public were refused.",
        )
    ]
