"""What the gateway refused, as errors and warnings about the page."""

from __future__ import annotations

from playwright.async_api import Response

from activities.egress.refusal import REFUSAL_HEADER, EgressRefusal
from activities.egress.session import EgressSession
from activities.fetch_errors import check_head, net_error
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.warnings import item_warning


def check_response(response: Response, egress: EgressSession) -> None:
    """Raise `ScrapeError` unless `response` is a page or text that came from the network."""
    refusal = refusal_in(response, egress)
    if refusal is not None:
        raise ScrapeError(refusal.code, refusal.what, final_url=response.url)
    check_head(response.status, response.headers, response.url)


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
