"""The headers with which a browser requests a document."""

from __future__ import annotations

from collections.abc import Mapping

from activities.http.exchange import CHROME_MAJOR
from activities.visitor.profile import VisitorProfile, hint_headers, user_agent

_ACCEPT = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)


def profile_headers(profile: VisitorProfile, url: str) -> dict[str, str]:
    """Return the headers with which the visitor of `profile` requests the document at `url`.

    The version of Chrome is the one that the TLS of `activities.http.exchange` imitates.
    """
    return navigation_headers(
        url,
        user_agent=user_agent(CHROME_MAJOR),
        accept_language=profile.accept_language,
        client_hints=hint_headers(CHROME_MAJOR),
    )


def navigation_headers(
    url: str, *, user_agent: str, accept_language: str, client_hints: Mapping[str, str]
) -> dict[str, str]:
    """Return Chromium's headers for a URL that its user typed in, in Chromium's order.

    `client_hints` are the headers `sec-ch-ua…`. Chromium sends these and some others to secure
    servers only.
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
