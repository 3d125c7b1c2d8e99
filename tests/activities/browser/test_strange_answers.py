"""Answers that break rules, in a real browser: what it shows is a page, and nothing else is."""

from __future__ import annotations

import asyncio

from activities.browser.pool import TabPool
from activities.capture import PageCapture
from activities.content import markdown
from domain.failures import ScrapeError
from tests.activities.browser.captures import capture
from tests.support.raw_answers import answer, raw_site

PAGE = b"<!doctype html><title>Hours</title><h1>Hours</h1><p>Open at 09:30."
HTML = b"Content-Type: text/html"
NOT_FOUND = b"404 Not Found"
XHTML = b"Content-Type: application/xhtml+xml"
CAFE = "<!doctype html><h1>Café à Zürich</h1><p>3,50 € 日本語</p>"
MOMENT = b"<!doctype html><title>One moment</title>%s<p>You are being taken on."
APP = b"<title>Lamps</title><div id=app></div><script>app.innerHTML = '%s'</script>"


async def captured(pool: TabPool, answers: dict[str, bytes]) -> dict[str, PageCapture | str]:
    """Return the page of each of `answers`, or its error code."""

    async def one(url: str) -> PageCapture | str:
        try:
            return await capture(pool, url)
        except ScrapeError as error:
            return error.failure.code

    async with raw_site(answers) as url:
        pages = await asyncio.gather(*(one(url + path) for path in answers))
    return dict(zip(answers, pages, strict=True))


def text_of(page: PageCapture) -> str:
    """Return the page as markdown, without the form of its line breaks."""
    return markdown.full_page(page.html, page.final_url).replace("  \n", " ")


async def texts(pool: TabPool, answers: dict[str, bytes]) -> dict[str, str]:
    """Return the markdown of each of `answers`, or its error code."""
    return {
        path: page if isinstance(page, str) else text_of(page)
        for path, page in (await captured(pool, answers)).items()
    }


async def test_what_the_browser_shows_is_a_page(pool: TabPool) -> None:
    answers = {
        "/two": answer(HTML, HTML + b"; charset=utf-8", body=PAGE),
        "/list": answer(b"Content-Type: text/plain, text/html", body=PAGE),
        "/no-type": answer(b"Content-Type: html", body=PAGE),
        "/unknown": answer(b"Content-Type: unknown/unknown", body=PAGE),
    }
    assert set((await texts(pool, answers)).values()) == {"# Hours\n\nOpen at 09:30."}


async def test_what_the_browser_does_not_show_fails(pool: TabPool) -> None:
    answers = {
        "/not-modified": answer(HTML, status=b"304 Not Modified"),
        "/binary": answer(b"Content-Type: text/plain", body=b"\0\1\2"),
        "/table": answer(b"Content-Type: text/tab-separated-values", body=b"a\tb"),
        "/to-mail": answer(HTML, b"Location: mailto:a@host", status=b"302 Found", body=PAGE),
        "/missing-pdf": answer(b"Content-Type: application/pdf", body=b"%PDF-1", status=NOT_FOUND),
    }
    assert await texts(pool, answers) == {
        "/not-modified": "NO_CONTENT",
        "/binary": "DOWNLOAD",
        "/table": "DOWNLOAD",
        "/to-mail": "CONNECTION_FAILED",
        "/missing-pdf": "HTTP_404",
    }


async def test_what_the_browser_itself_writes_is_no_content(pool: TabPool) -> None:
    sheet = (
        b'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        b'<xsl:template match="/"><html><body><h1><xsl:value-of select="//a"/></h1></body></html>'
        b"</xsl:template></xsl:stylesheet>"
    )
    xml = b'<?xml-stylesheet type="text/xsl" href="/sheet"?><r><a>Hours</a></r>'
    broken = b'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Hours</p><p>&amp; & more'
    answers = {
        "/styled": answer(b"Content-Type: text/xml", body=xml),
        "/sheet": answer(b"Content-Type: text/xsl", body=sheet),
        "/broken": answer(XHTML, body=broken),
    }
    pages = await captured(pool, answers)
    styled, broken_page = pages["/styled"], pages["/broken"]
    assert isinstance(styled, PageCapture)
    assert isinstance(broken_page, PageCapture)
    assert text_of(styled) == "# Hours"
    assert text_of(broken_page).startswith("Hours")
    assert "error" not in text_of(broken_page)
    assert [warning.code for warning in broken_page.warnings] == ["PAGE_CUT"]


async def test_text_has_its_real_letters(pool: TabPool) -> None:
    xhtml = b'<html xmlns="http://www.w3.org/1999/xhtml"><body>%s</body></html>'
    answers = {
        "/no-charset": answer(HTML + b"; charset=ISO-88509-1", body=CAFE.encode()),
        "/feed": answer(b"Content-Type: text/xml", body=b"<feed><title>News</title></feed>"),
        "/broken": answer(XHTML, body=xhtml % b"<p>before</p><p>an <b>error</p><p>after</p>"),
        "/cdata": answer(XHTML, body=xhtml % b"<p>a</p><p><![CDATA[5 < 6 & 7]]></p><p>b<br/>c</p>"),
    }
    pages = await captured(pool, answers)
    broken = pages.pop("/broken")
    assert isinstance(broken, PageCapture)
    assert [warning.code for warning in broken.warnings] == ["PAGE_CUT"]
    assert "before" in text_of(broken)
    shown = {path: text_of(page) for path, page in pages.items() if isinstance(page, PageCapture)}
    assert shown == {
        "/no-charset": "# Café à Zürich\n\n3,50 € 日本語",
        "/feed": "```\n<feed><title>News</title></feed>\n```",
        "/cdata": "a\n\n5 < 6 & 7\n\nb c",
    }


async def test_pages_that_only_lead_on_are_followed_and_parts_are_told(pool: TabPool) -> None:
    script = b"<script>setTimeout(() => { location.href = '/target' }, 2500)</script>"
    answers = {
        "/meta": answer(HTML, body=MOMENT % b'<meta http-equiv=refresh content="3; url=/target">'),
        "/header": answer(HTML, b"Refresh: 2; /target", body=MOMENT % b""),
        "/script": answer(HTML, body=MOMENT % script),
        "/later": answer(HTML, b"Refresh: 30; /target", body=MOMENT % b""),
        "/part": answer(HTML, status=b"206 Partial Content", body=PAGE),
        "/target": answer(HTML, body=PAGE),
    }
    pages = await captured(pool, answers)
    ends = {
        path: (page.final_url.rpartition("/")[2], [warning.code for warning in page.warnings])
        for path, page in pages.items()
        if isinstance(page, PageCapture)
    }
    assert ends == {
        "/meta": ("target", []),
        "/header": ("target", []),
        "/script": ("target", []),
        "/later": ("later", ["LEADS_ON"]),
        "/part": ("part", ["PAGE_CUT"]),
        "/target": ("target", []),
    }


async def test_an_application_may_come_with_status_404(pool: TabPool) -> None:
    lamp = b"<h1>Lamp</h1><p>A lamp of brass, 120 cm high."
    answers = {
        "/page": answer(HTML, body=APP % lamp, status=NOT_FOUND),
        "/nowhere": answer(HTML, body=APP % b"<h1>Not found</h1><p>No page.", status=NOT_FOUND),
        "/error": answer(HTML, body=b"<h1>Not found</h1><script>1</script>", status=NOT_FOUND),
        "/empty": answer(HTML, status=NOT_FOUND),
        "/gone": answer(HTML, body=APP % lamp, status=b"410 Gone"),
        "/moved": answer(HTML, body=b"<script>location = '/page'</script>", status=NOT_FOUND),
    }
    pages = await captured(pool, answers)
    for path in ("/page", "/moved"):
        page = pages.pop(path)
        assert isinstance(page, PageCapture)
        assert "A lamp of brass" in page.html
        assert page.http_status == 404
        assert [warning.code for warning in page.warnings] == ["ERROR_STATUS"]
    assert pages == {
        "/nowhere": "HTTP_404",
        "/error": "HTTP_404",
        "/empty": "HTTP_404",
        "/gone": "HTTP_410",
    }
