"""Answers that break rules, fetched without a browser: what a browser shows is a page."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from activities.capture import PageCapture, PageLimits
from activities.content import markdown
from activities.http.capture import HttpVisit, fetch_page
from activities.http.client import HttpClient
from activities.visitor.profile import profile_for
from domain.failures import ScrapeError
from domain.options import BatchOptions
from tests.support.gateways import running_gateway
from tests.support.raw_answers import answer, raw_site
from tests.support.servers import serving

VISITOR = profile_for(None, "test")
PAGE = b"<!doctype html><title>Hours</title><h1>Hours</h1><p>Open at 09:30."
HTML = b"Content-Type: text/html"
NOSNIFF = b"X-Content-Type-Options: nosniff"
CUT = gzip.compress(b"<p>the beginning" + bytes(range(32, 127)) * 9)[:-20]
XHTML = b"Content-Type: application/xhtml+xml"
ROOT = b'<html xmlns="http://www.w3.org/1999/xhtml"><body>%s</body></html>'

SHOWN = {
    "list": answer(b"Content-Type: text/html,text/html", body=PAGE),
    "two": answer(b"Content-Type: text/plain", HTML, body=PAGE),
    "no-type": answer(b"Content-Type: html", body=PAGE),
    "any": answer(b"Content-Type: */*", body=PAGE),
    "unknown": answer(b"Content-Type: unknown/unknown", body=PAGE),
    "application": answer(b"Content-Type: application/unknown", body=PAGE),
    "junk-after": answer(b"Content-Type: text/html charset=utf-8", body=PAGE),
    "charset-as-coding": answer(HTML, b"Content-Encoding: UTF-8", body=PAGE),
    "empty-disposition": answer(HTML, b"Content-Disposition: ", body=PAGE),
    "name-only": answer(HTML, b"Content-Disposition: filename=x.html", body=PAGE),
    "empty-location": answer(HTML, b"Location: ", status=b"302 Found", body=PAGE),
    "choices": answer(HTML, b"Location: /list", status=b"300 Multiple", body=PAGE),
    "whole": answer(
        HTML, b"Content-Range: bytes 0-99/100", status=b"206 Partial Content", body=PAGE
    ),
}
AS_TEXT = {
    "nosniff": answer(NOSNIFF, body=PAGE),
    "plain": answer(b"Content-Type: text/html, text/plain", body=PAGE),
}
FAILING = {
    "not-modified": (answer(HTML, status=b"304 Not Modified"), "NO_CONTENT"),
    "no-content": (answer(HTML, status=b"204 No Content"), "NO_CONTENT"),
    "reset-content": (answer(HTML, status=b"205 Reset Content"), "NO_CONTENT"),
    "binary": (answer(b"Content-Type: text/plain", body=b"\0\1\2"), "UNSUPPORTED_CONTENT_TYPE"),
    "pdf-as-text": (answer(b"Content-Type: text/plain", body=b"%PDF-1\0"), "DOWNLOAD"),
    "no-disposition": (answer(HTML, b"Content-Disposition: foo", body=PAGE), "DOWNLOAD"),
    "table": (answer(b"Content-Type: text/tab-separated-values", body=b"a\tb"), "DOWNLOAD"),
    "two-dispositions": (
        answer(HTML, b"Content-Disposition: inline", b"Content-Disposition: attachment", body=PAGE),
        "CONNECTION_FAILED",
    ),
    "not-packed": (answer(HTML, b"Content-Encoding: gzip", body=PAGE), "CONNECTION_FAILED"),
}
OTHERS = {
    "cut": answer(HTML, b"Content-Encoding: gzip", body=CUT),
    "part": answer(
        HTML, b"Content-Range: bytes 0-99/900", status=b"206 Partial Content", body=PAGE
    ),
    "styled-xml": answer(b"Content-Type: text/xml", body=b"<?xml-stylesheet href='/x'?><r>1</r>"),
    "to-mail": answer(HTML, body=b'<meta http-equiv=refresh content="0; url=mailto:a@b"><p>Hours'),
    "script": answer(b"Content-Type: application/x-javascript", body=b"go()"),
    "cdata": answer(XHTML, body=ROOT % b"<p>a</p><p><![CDATA[5 < 6 & 7]]></p>"),
    "open-sections": answer(XHTML, body=ROOT % (b"<p>begin</p>" + b"<![CDATA[" * 100_000)),
    "cdata-script": answer(
        XHTML, body=ROOT % b"<script><![CDATA[a < b]]></script><!-- <![CDATA[x]]> --><p>end</p>"
    ),
    "to-bytes": answer(b"Location: /caf\xe9", status=b"302 Found"),
    "soon": answer(HTML, body=b'<meta http-equiv=refresh content="2; url=/list"><p>One moment'),
    "refresh": answer(HTML, b"Refresh: 2; url=/list", body=b"<p>One moment"),
    "page-that-leads-on": answer(
        HTML, b"Refresh: 2; url=/list", body=b"<p>" + b"A page of its own. " * 99
    ),
    "later": answer(HTML, body=b'<meta http-equiv=refresh content="20; url=/list"><p>One moment'),
    "again": answer(HTML, body=b'<meta http-equiv=refresh content="20; url=/again"><p>News'),
    "logout": answer(HTML, body=b'<meta http-equiv=refresh content="900; url=/list"><p>News'),
}
ANSWERS = {
    f"/{path}": data
    for path, data in (
        *SHOWN.items(),
        *AS_TEXT.items(),
        *((path, data) for path, (data, _) in FAILING.items()),
        *OTHERS.items(),
    )
} | {"/caf%E9": answer(HTML, body=b"<p>found")}


@pytest_asyncio.fixture(scope="module", name="site_url")
async def _site_url() -> AsyncIterator[str]:
    async with raw_site(ANSWERS) as url:
        yield url


@pytest_asyncio.fixture(scope="module", name="client")
async def _client() -> AsyncIterator[HttpClient]:
    client = HttpClient(threads=4)
    yield client
    client.close()


async def fetch(client: HttpClient, url: str, cookies: str = "") -> PageCapture:
    limits = PageLimits(max_bytes=2**20)
    async with running_gateway() as gateway, gateway.open_session() as egress:
        visit = HttpVisit(url, limits, VISITOR, BatchOptions(cookies=cookies))
        return await fetch_page(client, egress, visit)


def text_of(page: PageCapture) -> str:
    return markdown.full_page(page.html, page.final_url)


@pytest.mark.parametrize("path", SHOWN)
async def test_what_a_browser_shows_is_a_page(client: HttpClient, site_url: str, path: str) -> None:
    page = await fetch(client, f"{site_url}/{path}")
    assert text_of(page) == "# Hours\n\nOpen at 09:30."
    assert page.content_type == "text/html"
    assert page.warnings == ()


@pytest.mark.parametrize("path", AS_TEXT)
async def test_what_a_browser_shows_as_text_is_text(
    client: HttpClient, site_url: str, path: str
) -> None:
    page = await fetch(client, f"{site_url}/{path}")
    assert PAGE.decode() in text_of(page)
    assert page.content_type == "text/plain"


@pytest.mark.parametrize(("path", "code"), [(path, code) for path, (_, code) in FAILING.items()])
async def test_what_a_browser_does_not_show_fails(
    client: HttpClient, site_url: str, path: str, code: str
) -> None:
    with pytest.raises(ScrapeError) as caught:
        await fetch(client, f"{site_url}/{path}")
    assert caught.value.failure.code == code
    assert caught.value.http_status is not None


async def test_a_packed_page_without_its_end_has_a_warning(
    client: HttpClient, site_url: str
) -> None:
    page = await fetch(client, f"{site_url}/cut")
    assert "the beginning" in text_of(page)
    assert [warning.code for warning in page.warnings] == ["PAGE_CUT"]


async def test_a_part_of_a_page_has_a_warning(client: HttpClient, site_url: str) -> None:
    page = await fetch(client, f"{site_url}/part")
    assert [warning.code for warning in page.warnings] == ["PAGE_CUT"]


async def test_scripts_are_shown_as_text(client: HttpClient, site_url: str) -> None:
    assert "go()" in text_of(await fetch(client, f"{site_url}/script"))


async def test_sections_without_an_end_are_read_in_linear_time(
    client: HttpClient, site_url: str
) -> None:
    assert text_of(await fetch(client, f"{site_url}/open-sections")).startswith("begin")


async def test_cdata_sections_are_text_in_xml(client: HttpClient, site_url: str) -> None:
    assert text_of(await fetch(client, f"{site_url}/cdata")) == "a\n\n5 < 6 & 7"
    page = await fetch(client, f"{site_url}/cdata-script")
    assert text_of(page) == "end"
    assert "<script>a < b</script>" in page.html


async def test_bytes_of_a_location_are_kept(client: HttpClient, site_url: str) -> None:
    page = await fetch(client, f"{site_url}/to-bytes")
    assert page.final_url == f"{site_url}/caf%E9"


@pytest.mark.parametrize(
    ("path", "final_path", "codes"),
    [
        ("soon", "/list", []),
        ("refresh", "/list", []),
        ("page-that-leads-on", "/page-that-leads-on", ["LEADS_ON"]),
        ("later", "/later", ["LEADS_ON"]),
        ("again", "/again", []),
        ("logout", "/logout", []),
    ],
)
async def test_a_page_that_only_leads_on_is_followed(
    client: HttpClient, site_url: str, path: str, final_path: str, codes: list[str]
) -> None:
    page = await fetch(client, f"{site_url}/{path}")
    assert page.final_url == site_url + final_path
    assert [warning.code for warning in page.warnings] == codes
    assert all(f"{site_url}/list" in warning.message for warning in page.warnings)


async def test_cookies_without_a_name_are_sent_too(client: HttpClient) -> None:
    seen: list[str] = []

    async def mirror(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie", ""))
        if request.path == "/start":
            raise web.HTTPFound("/end", headers={"Set-Cookie": "fresh; Path=/"})
        return web.Response(text="end")

    app = web.Application()
    app.router.add_get("/{path:.*}", mirror)
    async with serving(app) as url:
        await fetch(client, f"{url}/start", "session=abc; beta")
        await fetch(client, f"{url}/end")
    assert seen == ["session=abc; beta", "session=abc; fresh", ""]


async def test_xml_with_a_style_sheet_needs_a_browser(client: HttpClient, site_url: str) -> None:
    page = await fetch(client, f"{site_url}/styled-xml")
    assert "<r>1</r>" in text_of(page)
    assert [warning.code for warning in page.warnings] == ["NEEDS_BROWSER"]


async def test_a_refresh_to_no_page_is_not_followed(client: HttpClient, site_url: str) -> None:
    page = await fetch(client, f"{site_url}/to-mail")
    assert (text_of(page), page.warnings) == ("Hours", ())
