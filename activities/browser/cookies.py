"""Cookies of a client, as Playwright takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from domain.cookies import Cookie, scopes

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam


def browser_cookies(cookies: Iterable[Cookie], url: str) -> list[SetCookieParam]:
    """`cookies` for the browser that is to open `url`."""
    params: list[SetCookieParam] = []
    for cookie, scope in scopes(cookies, url):
        param: SetCookieParam = {
            "name": cookie.name,
            "value": cookie.value,
            "secure": scope.secure,
            # Pages of other sites cannot make the browser send them.
            "sameSite": "Lax",
        }
        if scope.domain is None:
            scheme = "https" if scope.secure else "http"
            param["url"] = f"{scheme}://{scope.host}/"
        else:
            param["domain"], param["path"] = f".{scope.domain}", "/"
        params.append(param)
    return params
