"""Tests of the visitor profile: all answers of the browser to a site fit each other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from curl_cffi import requests

from activities.browser.capture import capture_page
from activities.browser.pool import TabPool
from activities.browser.visit import Visit
from activities.capture import PageLimits
from activities.http.capture import HttpVisit, fetch_page
from activities.http.client import HttpClient
from activities.http.exchange import CHROME_MAJOR
from activities.visitor.locales import PLACES
from activities.visitor.profile import DEVICES, VisitorProfile, hint_headers, profile_for
from domain.proxies import COUNTRIES
from tests.support.fingerprint import Fingerprints, fingerprint_site
from tests.support.gateways import running_gateway
from tests.support.paths import ROOT
from tests.support.servers import serving

LIMITS = PageLimits(max_bytes=2**20, navigation_timeout=60)
DOCUMENTATION = (ROOT / "docs" / "visitor.md").read_text()


@pytest_asyncio.fixture(scope="module")
async def site() -> AsyncIterator[Fingerprints]:
    async with fingerprint_site() as running:
        yield running


async def examined(
    pool: TabPool, site: Fingerprints, profile: VisitorProfile | None, name: str
) -> dict[str, Any]:
    """Return what the page found out about the visitor of `profile`."""
    async with running_gateway() as gateway, gateway.open_session() as egress:
        await capture_page(pool, egress, Visit(site.url(name), LIMITS, profile=profile))
    found: dict[str, Any] = site.of(name)
    return found


def odd(found: dict[str, Any]) -> dict[str, Any]:
    """Return the failed checks, with the value that each of them found."""
    return {name: seen for name, agrees, seen in found["report"] if not agrees}


@pytest.mark.parametrize("country", ["de", "jp", "br", None])
async def test_all_answers_to_a_page_agree(
    pool: TabPool, site: Fingerprints, country: str | None
) -> None:
    profile = profile_for(country, f"visitor from {country}")
    found = await examined(pool, site, profile, f"from-{country}")
    assert odd(found) == {}
    names = [name for name, _, _ in found["report"]]
    assert len(names) >= 40
    assert [name for name in names if f"- {name}\n" not in DOCUMENTATION] == []
    page = found["page"]
    assert tuple(page["languages"]) == profile.languages
    assert tuple(found["screen"]) == profile.device.screen
    assert page["webgl"] == [profile.device.webgl_vendor, profile.device.webgl_renderer]
    if country is None:
        assert found["position"] is None
    else:
        assert page["timezone"] == PLACES[country].timezone
        assert found["position"] == list(profile.position or ())


async def test_the_profile_reaches_a_worker_in_an_empty_page(
    pool: TabPool, site: Fingerprints
) -> None:
    profile = profile_for("es", "visitor")
    async with running_gateway() as gateway, gateway.open_session() as egress:
        visit = Visit(f"{site.base}/lonely", LIMITS, profile=profile)
        page = await capture_page(pool, egress, visit)
    assert f"es-ES,{profile.device.webgl_renderer}" in page.html


async def test_the_checks_detect_a_headless_browser(pool: TabPool, site: Fingerprints) -> None:
    """Without this test, the checks could pass because they detect nothing at all.

    The made-up brands also have the same form as the browser's own brands.
    """
    found = await examined(pool, site, None, "as-it-is")
    assert {
        "brands",
        "high-entropy client hints",
        "header Accept-Language",
        "plugins",
        "permission of notifications",
        "WebGL",
        "window.chrome",
        "service workers",
        "functions look native",
    } <= odd(found).keys()
    other = await examined(pool, site, profile_for("us", "x"), "as-another")
    for brands in ("brands", "fullVersionList"):
        own = found["page"]["hints"][brands]
        assert [brand["brand"] for brand in other["page"]["hints"][brands]] == [
            brand["brand"].replace("HeadlessChrome", "Google Chrome") for brand in own
        ]
    assert found["page"]["brands"][0]["version"] == other["page"]["brands"][0]["version"]


def test_a_visitor_stays_the_same_and_visitors_differ() -> None:
    assert profile_for("de", "item") == profile_for("de", "item")
    visitors = [profile_for("de", f"item {number}") for number in range(200)]
    assert {visitor.device for visitor in visitors} == set(DEVICES)
    assert len({visitor.position for visitor in visitors}) > 190
    # Another exit means another place, but the same computer.
    assert profile_for("de", "item").device == profile_for("jp", "item").device
    assert profile_for(None, "item").languages == ("en-US", "en")


async def test_every_country_is_known(pool: TabPool) -> None:
    assert PLACES.keys() == set(COUNTRIES)
    given = {country: [place.locale, place.timezone] for country, place in PLACES.items()}
    async with pool.context() as context:
        page = await context.new_page()
        wrong = await page.evaluate(
            """given => Object.entries(given).filter(([country, [locale, timeZone]]) => {
                const name = (zone) =>
                    new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
                const region = new Intl.Locale(locale).region;
                const zones = new Intl.Locale(`und-${region}`).getTimeZones().map(name);
                return region.toLowerCase() !== country || !zones.includes(name(timeZone)) ||
                    Intl.DateTimeFormat.supportedLocalesOf(locale)[0] !== locale;
            })""",
            given,
        )
    assert wrong == []


async def test_without_a_browser_the_visitor_is_the_same(pool: TabPool, site: Fingerprints) -> None:
    profile = profile_for("it", "visitor")
    client = HttpClient(threads=2)
    async with running_gateway() as gateway, gateway.open_session() as egress:
        url = f"{site.base}/echo"
        page = await fetch_page(client, egress, HttpVisit(url, LIMITS, profile))
        shown = await capture_page(pool, egress, Visit(url, LIMITS, profile=profile))
    client.close()
    by_client, by_browser = (
        json.loads(html[html.index("{") : html.rindex("}") + 1].replace("&quot;", '"'))
        for html in (page.html, shown.html)
    )
    assert by_client["accept-language"] == by_browser["accept-language"]
    assert by_client["accept-language"] == "it-IT,it;q=0.9,en-US;q=0.8,en;q=0.7"
    assert (
        by_client["user-agent"].split("Chrome/")[0] == by_browser["user-agent"].split("Chrome/")[0]
    )
    assert f"Chrome/{CHROME_MAJOR}.0.0.0" in by_client["user-agent"]


async def test_brands_fit_the_chrome_that_the_tls_client_imitates() -> None:
    seen: list[str] = []

    async def page(request: web.Request) -> web.Response:
        seen.append(request.headers["sec-ch-ua"])
        return web.Response()

    app = web.Application()
    app.router.add_get("/", page)
    async with serving(app) as url:
        await asyncio.to_thread(requests.get, url, impersonate="chrome", proxies={})
    assert seen == [hint_headers(CHROME_MAJOR)["sec-ch-ua"]]
