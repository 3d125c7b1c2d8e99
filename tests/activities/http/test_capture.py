"""Pages without a browser: content, redirects, and failures."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import brotli
import pytest
import pytest_asyncio
import zstandard
from aiohttp import web

from activities.capture import PageCapture, PageLimits
from activities.content import markdown
from activities.http.capture import HttpVisit, fetch_page
from activities.http.client import HttpClient
from activities.http.exchange import BodyRule
from activities.visitor.profile import profile_for
from domain.cookies import jar_lines, parse_cookies
from domain.failures import ScrapeError
from domain.options import BatchOptions
from tests.support.client import ApiClient
from tests.support.gateways import running_gateway
from tests.support.servers import serving
from tests.support.site import UNKNOWN_HOST, Site, closed_port
from tests.support.site.pages import PRICE, SENTENCE

MAX_BYTES = 20 * 2**20
VISITOR = profile_for(None, "test")
SHORT = 1.5
"""Navigation timeout in seconds, for pages that never finish."""

OTHER_SITE = "http://other.example/"


@pytest_asyncio.fixture(scope="module")
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient(threads=16)
    yield client
    client.close()


async def fetch(
    client: HttpClient,
    url: str,
    *,
    timeout: float = 30,
    max_bytes: int = MAX_BYTES,
    cookies: str = "",
) -> PageCapture:
    limits = PageLimits(max_bytes=max_bytes, navigation_timeout=timeout)
    async with running_gateway() as gateway, gateway.open_session() as egress:
        return await fetch_page(
            client, egress, HttpVisit(url, limits, VISITOR, BatchOptions(cookies=cookies))
        )


async def failure_of(
    client: HttpClient, url: str, *, timeout: float = 30, max_bytes: int = MAX_BYTES
) -> ScrapeError:
    with pytest.raises(ScrapeError) as caught:
        await fetch(client, url, timeout=timeout, max_bytes=max_bytes)
    return caught.value


@asynccontextmanager
async def answering(body: bytes = b"", *, status: int = 200, **headers: str) -> AsyncIterator[str]:
    """Start a server that answers every request alike, and yield its URL.

    In the names of `headers`, `_` stands for `-`.
    """

    async def answer(request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, headers=named)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with serving(app) as url:
        yield url


# Content


async def test_a_plain_page_is_captured(client: HttpClient, site: Site) -> None:
    page = await fetch(client, site.url("/plain"))
    assert page.http_status == 200
    assert page.final_url == site.url("/plain")
    assert page.content_type == "text/html"
    assert page.screenshot is None
    assert page.warnings == ()
    assert "<h1>On reading pages</h1>" in page.html


async def test_scripts_do_not_run(client: HttpClient, site: Site) -> None:
    page = await fetch(client, site.url("/js"))
    assert PRICE not in markdown.full_page(page.html, page.final_url)


@pytest.mark.parametrize(
    ("path", "content_type", "text"),
    [
        (
            "/json",
            "application/json",
            '<pre style="word-wrap: break-word; white-space: pre-wrap;">{"',
        ),
        ("/text-plain", "text/plain", "If 1 &lt; 2"),
    ],
)
async def test_text_and_json_are_pages(
    client: HttpClient, site: Site, path: str, content_type: str, text: str
) -> None:
    page = await fetch(client, site.url(path))
    assert page.content_type == content_type
    assert text in page.html


RUSSIAN = "<p>Купить чайник: цена, отзывы и доставка по всей России.</p>"
JAPANESE = "<p>商品の価格は税込みです。送料無料でお届けします。</p>"
FRENCH = "<p>Le café est très apprécié chez nous : 12 €.</p>"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        pytest.param(FRENCH.encode(), "text/html; charset=utf-8", FRENCH, id="header"),
        pytest.param(FRENCH.encode("cp1252"), 'text/html;charset="ISO-8859-1"', FRENCH, id="alias"),
        pytest.param(
            b"\xef\xbb\xbf" + FRENCH.encode(), "text/html; charset=latin1", FRENCH, id="mark"
        ),
        pytest.param(
            "\ufeff".encode("utf-16-le") + RUSSIAN.encode("utf-16-le"),
            "text/html",
            RUSSIAN,
            id="utf-16",
        ),
        pytest.param(
            b"<meta charset=windows-1251>" + RUSSIAN.encode("cp1251"),
            "text/html",
            RUSSIAN,
            id="meta",
        ),
        pytest.param(
            b"<!-- <meta charset=utf-8> --><meta content='text/html; charset=shift_jis' "
            b"http-equiv=content-type>" + JAPANESE.encode("shift_jis"),
            "text/html; charset=nonsense",
            JAPANESE,
            id="meta-content",
        ),
        pytest.param(
            b"<meta charset=utf-16>" + FRENCH.encode(), "text/html", FRENCH, id="impossible"
        ),
        pytest.param(
            b"<?xml version='1.0' encoding='euc-jp'?><html>" + JAPANESE.encode("euc-jp"),
            "application/xhtml+xml",
            JAPANESE,
            id="xml",
        ),
        pytest.param(FRENCH.encode(), "text/html", FRENCH, id="looks-like-utf-8"),
        pytest.param(RUSSIAN.encode("koi8-r"), "text/html", RUSSIAN, id="looks-like-koi8-r"),
        pytest.param(
            b"<b>" * 30_000 + RUSSIAN.encode("cp1251"), "text/html", RUSSIAN, id="late"
        ),
        pytest.param(
            b"<meta charset=punycode>" + FRENCH.encode(), "text/html", FRENCH, id="no-charset"
        ),
        pytest.param(b"<p>\xff\xfe\x80", "text/html; charset=utf-8", "<p>\ufffd", id="broken"),
    ],
)  # fmt: skip
async def test_text_is_decoded_as_in_browsers(
    client: HttpClient, body: bytes, content_type: str, text: str
) -> None:
    async with answering(body, content_type=content_type) as url:
        assert text in (await fetch(client, url)).html


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<!DOCTYPE html><p>page", "text/html"),
        (b"  <p>page", "text/html"),
        (b"page", "text/plain"),
        (b"<?xml version='1.0'?><feed>page</feed>", "text/xml"),
    ],
)
async def test_the_type_of_unlabelled_documents_is_guessed(
    client: HttpClient, body: bytes, content_type: str
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        page = await fetch(client, f"http://127.0.0.1:{port}/")
    assert page.content_type == content_type
    assert "page" in markdown.full_page(page.html, page.final_url)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
    ],
)
async def test_content_codings_are_decoded(client: HttpClient, coding: str, pack: object) -> None:
    assert callable(pack)
    packed = pack(b"<p>unpacked")
    async with answering(packed, content_type="text/html", content_encoding=coding) as url:
        assert (await fetch(client, url)).html == "<p>unpacked"


# Redirects


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/redirect?to=/js", "/js"),
        ("/redirect?to=/js%23part", "/js#part"),
        ("/redirect?to=/redirect?to=/meta-refresh#kept", "/js"),
        ("/meta-refresh", "/js"),
        ("/meta-refresh-slow", "/slow?ms=1500"),
    ],
)
async def test_redirects_are_followed(
    client: HttpClient, site: Site, path: str, leads_to: str
) -> None:
    page = await fetch(client, site.url(path))
    assert page.final_url == site.url(leads_to)
    assert page.http_status == 200
    assert "moved" not in page.html


@pytest.mark.parametrize(
    ("head", "leads_to"),
    [
        ("<meta content='0;URL=\"/there\"' http-equiv='Refresh'>", "/there"),
        ("<meta http-equiv=refresh content='0, there'><base href=/deep/>", "/deep/there"),
        ("<meta http-equiv=refresh content='0'>", None),
        ("<meta http-equiv=refresh content='30; url=/there'>", None),
        ("<noscript><meta http-equiv=refresh content='0; url=/there'></noscript>", None),
        ("<!-- <meta http-equiv=refresh content='0; url=/there'> -->", None),
        ("<meta http-equiv=refresh content='0; url=http://'>", None),
        ("<meta http-equiv=refresh>", None),
    ],
)
async def test_refreshes_are_followed(client: HttpClient, head: str, leads_to: str | None) -> None:
    async def start(request: web.Request) -> web.Response:
        return web.Response(text=f"<html><head>{head}</head>here", content_type="text/html")

    async def there(request: web.Request) -> web.Response:
        return web.Response(text="there", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", start)
    app.router.add_get("/{path:.*}", there)
    async with serving(app) as url:
        page = await fetch(client, url)
        assert page.final_url == url + (leads_to or "/")
    assert ("there" if leads_to else "here") in page.html


async def test_cookies_last_for_one_page(client: HttpClient) -> None:
    seen: list[str] = []

    async def start(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie", ""))
        response = web.HTTPFound("/end")
        response.set_cookie("session", "1")
        raise response

    async def end(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie", ""))
        return web.Response(text="<p>end", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", start)
    app.router.add_get("/end", end)
    async with serving(app) as url:
        await fetch(client, url)
        await fetch(client, url)
        await fetch(client, url, cookies="given=2")
        async with (
            running_gateway() as gateway,
            gateway.open_session() as egress,
            client.session(egress, jar_lines(parse_cookies("given=3"), OTHER_SITE)) as session,
        ):
            for path in ("/", "/end"):
                rule = BodyRule(lambda *_: True, MAX_BYTES)
                await session.get(f"{url}{path}", {}, rule, seconds=10)
    assert seen[:4] == ["", "session=1"] * 2
    assert seen[4] == "given=2"
    assert sorted(seen[5].split("; ")) == ["given=2", "session=1"]
    assert seen[6:] == ["", "session=1"]


async def test_requests_look_like_those_of_a_browser(client: HttpClient) -> None:
    async def mirror(request: web.Request) -> web.Response:
        return web.json_response(list(request.headers))

    app = web.Application()
    app.router.add_get("/", mirror)
    async with serving(app) as url:
        page = await fetch(client, url)
    assert (
        '["Host", "Upgrade-Insecure-Requests", "User-Agent", "Accept", '
        '"Accept-Encoding", "Accept-Language"]'
    ) in page.html


# Failures


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (
            403,
            b"<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"
            b"<script src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1'></script>",
            "BLOCKED",
        ),
        (
            200,
            b"<h1>Are you a robot?</h1><div class=g-recaptcha data-sitekey=key></div>"
            b"<script src=https://www.google.com/recaptcha/api.js></script>",
            "CAPTCHA_REQUIRED",
        ),
        (403, b"<h1>Members only</h1>", "HTTP_403"),
    ],
)
async def test_walls_are_failures(client: HttpClient, status: int, body: bytes, code: str) -> None:
    async with answering(body, status=status, content_type="text/html") as url:
        error = await failure_of(client, url)
    assert (error.failure.code, error.http_status) == (code, status)


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("/redirect-loop", "TOO_MANY_REDIRECTS", None),
        ("/status/404", "HTTP_404", 404),
        ("/status/503", "HTTP_503", 503),
        ("/status-empty/500", "HTTP_500", 500),
        ("/empty-204", "NO_CONTENT", 204),
        ("/zip", "DOWNLOAD", 200),
        ("/pdf", "DOWNLOAD", 200),
        ("/attachment", "DOWNLOAD", 200),
        ("/image", "UNSUPPORTED_CONTENT_TYPE", 200),
        ("/octets", "UNSUPPORTED_CONTENT_TYPE", 200),
        ("/reset", "CONNECTION_FAILED", 200),
        ("/reset-early", "CONNECTION_FAILED", None),
        ("/redirect?to=ftp://127.0.0.1/", "CONNECTION_FAILED", None),
        ("/redirect?to=file:///etc/passwd", "CONNECTION_FAILED", None),
        ("/redirect?to=http://1.2.3.400/", "CONNECTION_FAILED", None),
        ("/redirect?to=http://10.0.0.1/", "EGRESS_BLOCKED", None),
        ("/redirect?to=https://10.0.0.1/", "EGRESS_BLOCKED", None),
    ],
)
async def test_responses_that_are_not_pages_are_failures(
    client: HttpClient, site: Site, path: str, code: str, status: int | None
) -> None:
    error = await failure_of(client, site.url(path))
    assert (error.failure.code, error.http_status) == (code, status)


async def test_endless_refreshes_are_a_failure(client: HttpClient) -> None:
    async with answering(b"<p>again", content_type="text/html", refresh="0; url=/again") as url:
        error = await failure_of(client, url)
    assert (error.failure.code, error.http_status) == ("TOO_MANY_REDIRECTS", 200)


async def test_unreachable_servers_are_a_failure(client: HttpClient, site: Site) -> None:
    no_host, no_secure_host, no_server, no_tls = await asyncio.gather(
        failure_of(client, UNKNOWN_HOST),
        failure_of(client, UNKNOWN_HOST.replace("http:", "https:")),
        failure_of(client, f"http://127.0.0.1:{closed_port()}/"),
        failure_of(client, site.url("/plain").replace("http:", "https:")),
    )
    assert no_host.failure.code == no_secure_host.failure.code == "DNS_FAILURE"
    assert "no-such-host.invalid" in no_host.failure.message
    assert no_server.failure.code == "CONNECTION_REFUSED"
    assert no_tls.failure.code == "TLS_ERROR"


async def test_without_the_gateway_nothing_is_reached(client: HttpClient, site: Site) -> None:
    hits = site.hits("/plain")
    limits = PageLimits(max_bytes=MAX_BYTES)
    async with running_gateway() as gateway, gateway.open_session() as egress:
        await gateway.close()
        with pytest.raises(ScrapeError) as caught:
            await fetch_page(client, egress, HttpVisit(site.url("/plain"), limits, VISITOR))
    assert caught.value.failure.code == "EGRESS_UNAVAILABLE"
    assert site.hits("/plain") == hits


async def test_environment_variables_do_not_bypass_the_gateway(
    client: HttpClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "*")
    hits = site.hits("/plain")
    async with running_gateway(allow=()) as gateway, gateway.open_session() as egress:
        with pytest.raises(ScrapeError) as caught:
            await fetch_page(
                client,
                egress,
                HttpVisit(site.url("/plain"), PageLimits(max_bytes=MAX_BYTES), VISITOR),
            )
    assert caught.value.failure.code == "EGRESS_BLOCKED"
    assert site.hits("/plain") == hits


async def test_pages_that_never_finish_time_out(client: HttpClient, site: Site) -> None:
    silent, stalled = await asyncio.gather(
        failure_of(client, site.url("/silent"), timeout=SHORT),
        failure_of(client, site.url("/stall"), timeout=SHORT),
    )
    assert (silent.failure.code, silent.http_status) == ("NAVIGATION_TIMEOUT", None)
    assert (stalled.failure.code, stalled.http_status) == ("NAVIGATION_TIMEOUT", 200)


async def test_too_large_pages_are_a_failure(client: HttpClient, site: Site) -> None:
    large = await failure_of(client, site.url("/big?mb=3"), max_bytes=2**20)
    bomb = gzip.compress(bytes(200 * 2**20))
    async with answering(bomb, content_type="text/html", content_encoding="gzip") as url:
        unpacked = await failure_of(client, url)
    # A character is one byte in windows-1252, and three bytes in UTF-8.
    wide = "\u20ac".encode("cp1252") * 500_000
    async with answering(wide, content_type="text/html; charset=windows-1252") as url:
        widened = await failure_of(client, url, max_bytes=10**6)
    for error in (large, unpacked, widened):
        assert (error.failure.code, error.http_status) == ("TOO_LARGE", 200)


async def test_a_cancelled_fetch_frees_its_thread(site: Site) -> None:
    client = HttpClient(threads=1)
    waiting = asyncio.create_task(fetch(client, site.url("/silent")))
    hits = site.hits("/silent")
    await asyncio.to_thread(site.wait_hits, "/silent", hits + 1, 20)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert SENTENCE in (await fetch(client, site.url("/plain"))).html
    client.close()


# With the whole stack


async def test_items_need_no_browser(api: ApiClient, site: Site) -> None:
    paths = ["/plain", "/js", "/status/404", "/redirect?to=http://127.0.0.2:8080/", "/zip"]
    batch_id = await api.submit([site.url(path) for path in paths], scrapeMode="fast")
    batch = await api.finished(batch_id)
    plain, scripted, missing, blocked, archive = batch["items"]
    assert "# On reading pages" in plain["result"]
    assert plain["finalUrl"] == site.url("/plain")
    assert plain["attempts"] == 1
    assert scripted["status"] == "completed"
    assert PRICE not in scripted["result"]
    assert (missing["errorCode"], missing["httpStatus"]) == ("HTTP_404", 404)
    assert (blocked["errorCode"], blocked["httpStatus"]) == ("EGRESS_BLOCKED", None)
    assert archive["errorCode"] == "DOWNLOAD"
