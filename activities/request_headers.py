"""The headers with which a browser asks for a document."""

from __future__ import annotations

from collections.abc import Mapping

_ACCEPT = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)

_USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/152.0.0.0 Safari/537.36"
)
_CLIENT_HINTS = {
    "sec-ch-ua": '"Chromium";v="152", "Google Chrome";v="152", "Not.A/Brand";v="99"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Linux"',
}


def default_headers(url: str) -> dict[str, str]:
    """Those of a browser whose TLS looks like that of `activities.http_client`."""
    return navigation_headers(
        url,
        user_agent=_USER_AGENT,
        accept_language="en-US,en;q=0.9",
        client_hints=_CLIENT_HINTS,
    )


def navigation_headers(
    url: str, *, user_agent: str, accept_language: str, client_hints: Mapping[str, str]
) -> dict[str, str]:
    """Those of Chromium for the document at `url`, typed in by its user, in Chromium's order.

    `client_hints` are the headers `sec-ch-ua…`; like some others they are for secure servers only.
    """
    if url.startswith("https:"):
        return {
            **client_hints,
            "Upgrade-Insecure-Requests": "1",
            "User-Agent": user_agent,
            "Accept": _ACCEPT,
            "Sec-Fetch-Site": "none",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-User": "?1",
            "Sec-Fetch-Dest": "document",
            "Accept-Encoding": "gzip, deflate, br, zstd",
            "Accept-Language": accept_language,
            "Priority": "u=0, i",
        }
    return {
        "Upgrade-Insecure-Requests": "1",
        "User-Agent": user_agent,
        "Accept": _ACCEPT,
        "Accept-Encoding": "gzip, deflate",
        "Accept-Language": accept_language,
    }
