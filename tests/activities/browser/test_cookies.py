"""Cookies of a client, as the browser gets them."""

from __future__ import annotations

from activities.browser.cookies import browser_cookies
from domain.cookies import parse_cookies


def test_browser_cookies_are_for_one_site_and_keep_their_security() -> None:
    cookies = parse_cookies("a=1; __Host-b=2; __Secure-c=3")
    lax = {"sameSite": "Lax"}
    site = {"domain": ".example.co.uk", "path": "/", "secure": True, **lax}
    host = {"url": "https://www.example.co.uk/", "secure": True, **lax}
    assert browser_cookies(cookies, "https://www.example.co.uk/x") == [
        {"name": "a", "value": "1", **site},
        {"name": "__Host-b", "value": "2", **host},
        {"name": "__Secure-c", "value": "3", **site},
    ]
    assert [c["name"] for c in browser_cookies(cookies, "http://www.example.co.uk/")] == ["a"]
    for url in ("https://github.io/", "https://8.8.8.8/", "https://localhost/"):
        assert all("domain" not in cookie for cookie in browser_cookies(cookies, url))
