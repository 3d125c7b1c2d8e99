"""Tests of capturing one page in a real browser: its content, and its failures."""

from __future__ import annotations

import asyncio
import re

import pytest

from activities.browser.pool import TabPool
from activities.content import markdown
from tests.activities.browser.captures import capture, failure_of
from tests.support.site import UNKNOWN_HOST, Site, closed_port
from tests.support.site.pages import PRICE, SEEN_BY_LATE_SCRIPT

SHORT = 3.0
"""Navigation timeout, in seconds, of pages that use all of it."""


# What pages contain


async def test_plain_page(pool: TabPool, site: Site) -> None:
    stages: list[str] = []
    page = await capture(pool, site.url("/plain"), on_stage=stages.append)
    assert page.html.startswith("<!DOCTYPE html><html")
    assert "On reading pages" in page.html
    assert (page.http_status, page.content_type) == (200, "text/html")
    assert page.final_url == site.url("/plain")
    assert page.screenshot is None
    assert page.warnings == ()
    assert stages == ["navigating", "settling"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/js", f'<p id="out">{PRICE}</p>'),
        ("/late", f'<p id="out">{SEEN_BY_LATE_SCRIPT}</p>'),
        ("/timer", f'<p id="out">{SEEN_BY_LATE_SCRIPT}</p>'),
        ("/interval", f'<p id="out">{SEEN_BY_LATE_SCRIPT}</p>'),
        ("/lone-surrogate", "half \N{REPLACEMENT CHARACTER} character"),
    ],
)
async def test_text_that_scripts_write_is_content(
    pool: TabPool, site: Site, path: str, text: str
) -> None:
    page = await capture(pool, site.url(path))
    assert text in page.html
    page.html.encode()


@pytest.mark.parametrize(
    ("path", "content_type", "text"),
    [
        ("/json", "application/json", '<pre>{"price":'),
        ("/text-plain", "text/plain", "If 1 &lt; 2"),
    ],
)
async def test_plain_text_and_json_are_content(
    pool: TabPool, site: Site, path: str, content_type: str, text: str
) -> None:
    page = await capture(pool, site.url(path))
    assert page.content_type == content_type
    assert text in page.html


async def test_shadow_trees_are_content(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/shadow"))
    text = " ".join(markdown.full_page(page.html, page.final_url).split())
    assert text == (
        "before ## Card of **slotted name** note: slotted note no price "
        f"[more]({site.url('/in-shadow')}) sealed after"
    )


async def test_frames_of_the_same_origin_are_content(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/frames"))
    text = " ".join(markdown.full_page(page.html, page.final_url).split())
    following = site.url("/framed/next")
    foreign = site.url("/framed/foreign").replace("127.0.0.1", "localhost")
    assert text == (
        f"before framed inner [next]({following}) framed deeper [next]({following}) from srcdoc "
        f"[Embedded page]({foreign}) after"
    )


async def test_framesets_are_content(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/frameset"))
    text = " ".join(markdown.full_page(page.html, page.final_url).split())
    following = site.url("/framed/next")
    assert text == f"framed left [next]({following}) framed right [next]({following})"


async def test_large_page(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/big?mb=5"))
    assert len(page.html) > 5 * 2**20


async def test_too_large_page(pool: TabPool, site: Site) -> None:
    error = await failure_of(pool, site.url("/text?kb=200"), max_bytes=100_000)
    assert error.failure.code == "TOO_LARGE"
    sizes = [int(word) for word in error.failure.message.split() if word.isdigit()]
    assert sizes[0] > 200 * 1024
    assert sizes[1] == 100_000


# Where pages lead


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/redirect?to=/js", "/js"),
        ("/meta-refresh", "/js"),
        ("/meta-refresh-slow", "/slow?ms=1500"),
        ("/js-redirect", "/js"),
    ],
)
async def test_redirects_are_followed(pool: TabPool, site: Site, path: str, leads_to: str) -> None:
    page = await capture(pool, site.url(path))
    assert page.final_url == site.url(leads_to)
    assert page.http_status == 200
    assert "moved" not in page.html


async def test_status_of_the_final_document_counts(pool: TabPool, site: Site) -> None:
    error = await failure_of(pool, site.url("/js-redirect-missing"))
    assert error.failure.code == "HTTP_404"
    assert error.final_url == site.url("/status/404")


@pytest.mark.parametrize("path", ["/redirect-loop", "/js-redirect-loop"])
async def test_endless_redirects_fail(pool: TabPool, site: Site, path: str) -> None:
    assert (await failure_of(pool, site.url(path))).failure.code == "TOO_MANY_REDIRECTS"


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("/status/404", "HTTP_404", 404),
        ("/status/503", "HTTP_503", 503),
        ("/status-empty/500", "HTTP_500", 500),
        ("/empty-204", "NO_CONTENT", 204),
        ("/blank", "NO_CONTENT", 200),
        ("/zip", "DOWNLOAD", 200),
        ("/pdf", "DOWNLOAD", 200),
        ("/attachment", "DOWNLOAD", 200),
        ("/js-download", "DOWNLOAD", 200),
        ("/image", "UNSUPPORTED_CONTENT_TYPE", 200),
        ("/octets", "UNSUPPORTED_CONTENT_TYPE", 200),
        ("/reset", "CONNECTION_FAILED", 200),
        ("/reset-early", "CONNECTION_FAILED", None),
    ],
)
async def test_answers_that_are_no_page_fail(
    pool: TabPool, site: Site, path: str, code: str, status: int | None
) -> None:
    error = await failure_of(pool, site.url(path))
    assert (error.failure.code, error.http_status) == (code, status)


async def test_download_names_its_type(pool: TabPool, site: Site) -> None:
    assert "application/zip" in (await failure_of(pool, site.url("/zip"))).failure.message


async def test_unknown_host(pool: TabPool) -> None:
    error = await failure_of(pool, UNKNOWN_HOST)
    assert error.failure.code == "DNS_FAILURE"
    assert "no-such-host.invalid" in error.failure.message


async def test_closed_port(pool: TabPool) -> None:
    error = await failure_of(pool, f"http://127.0.0.1:{closed_port()}/")
    assert error.failure.code == "CONNECTION_REFUSED"


async def test_https_without_tls_fails(pool: TabPool, site: Site) -> None:
    error = await failure_of(pool, site.url("/plain").replace("http:", "https:"))
    assert error.failure.code == "TLS_ERROR"


# What takes too long, and what crashes


async def test_page_that_never_finishes(pool: TabPool, site: Site) -> None:
    silent, stalled = await asyncio.gather(
        failure_of(pool, site.url("/silent"), timeout=2 * SHORT),
        failure_of(pool, site.url("/stall"), timeout=2 * SHORT),
    )
    assert (silent.failure.code, silent.http_status) == ("NAVIGATION_TIMEOUT", None)
    assert (stalled.failure.code, stalled.http_status) == ("NAVIGATION_TIMEOUT", 200)


async def test_endless_activity_does_not_hold_up_the_capture(pool: TabPool, site: Site) -> None:
    paths = ("/hang-image", "/mutate", "/poll")
    async with asyncio.timeout(120):
        pages = await asyncio.gather(*(capture(pool, site.url(path)) for path in paths))
    for path, page in zip(paths, pages, strict=True):
        assert f"<h1>{path.strip('/')}</h1>" in page.html


async def test_a_clock_does_not_hold_up_the_capture(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/clock"))
    ticks = re.search(r"tick (\d+)", page.html)
    assert ticks is not None
    assert int(ticks[1]) < 13  # 13 ticks are four seconds; the capture takes half of that


async def test_endless_scripts_are_stopped(pool: TabPool, site: Site) -> None:
    paths = ("/alerts", "/spin", "/spin-later")
    async with asyncio.timeout(90):
        pages = await asyncio.gather(*(capture(pool, site.url(path)) for path in paths))
    for page in pages:
        assert "<p>end of page</p>" in page.html
        [warning] = page.warnings
        assert warning.code == "SCRIPT_STOPPED"


async def test_a_slow_server_is_not_an_endless_script(pool: TabPool, site: Site) -> None:
    # The server takes longer than the eight seconds that a script may run.
    page = await capture(pool, site.url("/slow?ms=9000"))
    assert "<h1>slow</h1>" in page.html
    assert page.warnings == ()


async def test_page_full_of_endless_scripts_is_given_up(pool: TabPool, site: Site) -> None:
    async with asyncio.timeout(120):
        error = await failure_of(pool, site.url("/spin-again"), timeout=SHORT)
    assert error.failure.code == "PAGE_UNRESPONSIVE"
    assert (error.http_status, error.final_url) == (200, site.url("/spin-again"))


@pytest.mark.parametrize("path", ["/dialogs", "/popup"])
async def test_dialogs_and_popups_do_not_disturb_the_capture(
    pool: TabPool, site: Site, path: str
) -> None:
    page = await capture(pool, site.url(path))
    assert page.final_url == site.url(path)
    assert "<p>end of page</p>" in page.html
    assert page.warnings == ()


async def test_crash_of_one_page_disturbs_no_other_page(pool: TabPool, site: Site) -> None:
    other = asyncio.create_task(capture(pool, site.url("/gated/crash")))
    await asyncio.to_thread(site.wait_hits, "/gated/crash", 1, 10)
    error = await failure_of(pool, site.url("/crash"))
    assert error.failure.code == "PAGE_CRASHED"
    assert error.http_status == 200
    site.open_gate("crash")
    assert "Behind the gate" in (await other).html
