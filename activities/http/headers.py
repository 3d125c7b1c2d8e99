"""The headers with which a browser requests a document."""

from __future__ import annotations

from activities.http.exchange import CHROME_MAJOR
from activities.visitor.profile import VisitorProfile, hint_headers, user_agent

_ACCEPT = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)


def navigation_headers(profile: VisitorProfile, url: str) -> dict[str, str]:
    """Return Chrome's headers for a URL that the visitor of `profile` typed in, in Chrome's order.

    The version of Chrome is the one that the TLS of `activities.http.exchange` imitates. Client
    hints and some other headers go to secure servers only.
    """
    if url.startswith("https:"):
        return {
            **hint_headers(CHROME_MAJOR),
            "Upgrade-Insecure-Requests": "1",
            "User-Agent": user_agent(CHROME_MAJOR),
            "Accept": _ACCEPT,
            "Sec-Fetch-Site": "none",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-User": "?1",
            "Sec-Fetch-Dest": "document",
            "Accept-Encoding": "gzip, deflate, br, zstd",
            "Accept-Language": profile.accept_language,
            "Priority": "u=0, i",
        }
    return {
        "Upgrade-Insecure-Requests": "1",
        "User-Agent": user_agent(CHROME_MAJOR),
        "Accept": _ACCEPT,
        "Accept-Encoding": "gzip, deflate",
        "Accept-Language": profile.accept_language,
    }
