"""Cookies of a client, in the form that Playwright takes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from domain.cookies import Cookie, scopes
from domain.failures import ScrapeError

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam


async def set_cookies(page: Page, cookies: Iterable[Cookie], url: str) -> None:
    """Set `cookies` in the context of `page`, which is about to open `url`.

    Raises `ScrapeError` if the browser refuses the cookies. Raises Playwright's errors if the
    browser has died.
    """
    params = browser_cookies(cookies, url)
    if not params:
        return
    with suppress(PlaywrightError):  # its text may contain the cookies
        await page.context.add_cookies(params)
        return
    await page.title()  # this call fails if the browser has died
    what = "The browser does not take the cookies as they are."
    raise ScrapeError("COOKIES_UNAVAILABLE", what)


def browser_cookies(cookies: Iterable[Cookie], url: str) -> list[SetCookieParam]:
    """Return `cookies` for a browser that is about to open `url`."""
    params: list[SetCookieParam] = []
    for cookie, scope in scopes(cookies, url):
        param: SetCookieParam = {
            "name": cookie.name,
            "value": cookie.value,
            "secure": scope.secure,
            # The pages of other sites cannot make the browser send the cookie.
            "sameSite": "Lax",
        }
        if scope.domain is None:
            scheme = "https" if scope.secure else "http"
            param["url"] = f"{scheme}://{scope.host}/"
        else:
            param["domain"], param["path"] = f".{scope.domain}", "/"
        params.append(param)
    return params
