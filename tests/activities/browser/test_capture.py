"""One page at a time, in a real browser: what it may do, and what becomes of it."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import signal
import struct
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from activities.browser.capture import capture_page
from activities.browser.chromium import Chromium
from activities.browser.executable import find_browser
from activities.browser.launch import BrowserStartError
from activities.browser.pool import TabPool
from activities.browser.proxy_auth import authenticate
from activities.browser.visit import Visit
from activities.capture import PageCapture, PageOptions
from activities.content import markdown
from activities.visitor.profile import profile_for
from domain.failures import ScrapeError
from settings import SettingsError
from tests.support.gateways import running_gateway
from tests.support.paths import ROOT
from tests.support.processes import command_of, is_alive
from tests.support.site import UNKNOWN_HOST, Site, closed_port
from tests.support.site.pages import PRICE, SEEN_BY_LATE_SCRIPT

MAX_BYTES = 20 * 2**20
VISITOR = profile_for("de", "test")
SHORT = 3.0
"""Navigation timeout of pages that use it up."""


async def capture(
    pool: TabPool,
    url: str,
    *,
    timeout: float = 30,
    max_bytes: int = MAX_BYTES,
    screenshot: bool = False,
    full_page: bool = False,
    on_stage: Callable[[str], None] = lambda _: None,
) -> PageCapture:
    options = PageOptions(
        max_bytes=max_bytes,
        screenshot=screenshot,
        full_page=full_page,
        navigation_timeout=timeout,
    )
    async with running_gateway() as gateway, gateway.open_session() as egress:
        visit = Visit(url, options, on_stage, profile=VISITOR)
        return await capture_page(pool, egress, visit)


async def failure_of(
    pool: TabPool, url: str, *, timeout: float = 30, max_bytes: int = MAX_BYTES
) -> ScrapeError:
    with pytest.raises(ScrapeError) as caught:
        await capture(pool, url, timeout=timeout, max_bytes=max_bytes)
    return caught.value


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
async def test_what_scripts_write_is_content(
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
async def test_text_is_content(
    pool: TabPool, site: Site, path: str, content_type: str, text: str
) -> None:
    page = await capture(pool, site.url(path))
    assert page.content_type == content_type
    assert text in page.html


async def test_open_shadow_trees_are_content(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/shadow"))
    text = " ".join(markdown.full_page(page.html, page.final_url).split())
    assert text == (
        "before ## Card of **slotted name** note: slotted note no price "
        f"[more]({site.url('/in-shadow')}) after"
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


async def test_nothing_is_shared_between_contexts(pool: TabPool, site: Site) -> None:
    async with (
        running_gateway() as gateway,
        gateway.open_session() as egress,
        pool.context(egress) as first,
        pool.context(egress) as second,
    ):
        page = await first.new_page()
        await authenticate(await first.new_cdp_session(page), egress)
        await page.goto(site.url("/plain"))
        await page.evaluate("document.cookie = 'a=1'; localStorage.setItem('a', '1')")
        other = await second.new_page()
        await authenticate(await second.new_cdp_session(other), egress)
        await other.goto(site.url("/plain"))
        assert await other.evaluate("[document.cookie, localStorage.length]") == ["", 0]
        assert other.viewport_size == {"width": 1280, "height": 720}


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
async def test_endless_redirects(pool: TabPool, site: Site, path: str) -> None:
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
async def test_what_is_not_a_page(
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


async def test_no_tls_where_it_is_asked_for(pool: TabPool, site: Site) -> None:
    error = await failure_of(pool, site.url("/plain").replace("http:", "https:"))
    assert error.failure.code == "TLS_ERROR"


# What takes too long


async def test_page_that_never_finishes(pool: TabPool, site: Site) -> None:
    silent, stalled = await asyncio.gather(
        failure_of(pool, site.url("/silent"), timeout=2 * SHORT),
        failure_of(pool, site.url("/stall"), timeout=2 * SHORT),
    )
    assert (silent.failure.code, silent.http_status) == ("NAVIGATION_TIMEOUT", None)
    assert (stalled.failure.code, stalled.http_status) == ("NAVIGATION_TIMEOUT", 200)


async def test_what_never_ends_is_not_waited_for(pool: TabPool, site: Site) -> None:
    paths = ("/hang-image", "/mutate", "/poll")
    async with asyncio.timeout(120):
        pages = await asyncio.gather(*(capture(pool, site.url(path)) for path in paths))
    for path, page in zip(paths, pages, strict=True):
        assert f"<h1>{path.strip('/')}</h1>" in page.html


async def test_a_clock_is_not_waited_for(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/clock"))
    ticks = re.search(r"tick (\d+)", page.html)
    assert ticks is not None
    assert int(ticks[1]) < 13  # some four seconds; it takes half of that


async def test_endless_scripts_are_stopped(pool: TabPool, site: Site) -> None:
    paths = ("/alerts", "/spin", "/spin-later")
    async with asyncio.timeout(90):
        pages = await asyncio.gather(*(capture(pool, site.url(path)) for path in paths))
    for page in pages:
        assert "<p>end of page</p>" in page.html
        [warning] = page.warnings
        assert "was stopped" in warning


async def test_a_slow_server_is_not_an_endless_script(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/slow?ms=9000"))  # a script would have 8 s
    assert "<h1>slow</h1>" in page.html
    assert page.warnings == ()


async def test_page_of_endless_scripts_is_given_up(pool: TabPool, site: Site) -> None:
    async with asyncio.timeout(120):
        error = await failure_of(pool, site.url("/spin-again"), timeout=SHORT)
    assert error.failure.code == "PAGE_UNRESPONSIVE"
    assert (error.http_status, error.final_url) == (200, site.url("/spin-again"))


@pytest.mark.parametrize("path", ["/dialogs", "/popup"])
async def test_dialogs_and_popups_do_not_disturb(pool: TabPool, site: Site, path: str) -> None:
    page = await capture(pool, site.url(path))
    assert page.final_url == site.url(path)
    assert "<p>end of page</p>" in page.html
    assert page.warnings == ()


# Screenshots


async def test_pages_cannot_tell_whether_they_are_looked_at(pool: TabPool, site: Site) -> None:
    unseen = await capture(pool, site.url("/view"))
    seen = await capture(pool, site.url("/view"), screenshot=True)
    assert "[1280,720," in unseen.html
    assert unseen.html == seen.html


def size_of(png: bytes | None) -> tuple[int, int]:
    assert png is not None
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


async def color_of(pool: TabPool, png: bytes | None, x: int, y: int) -> tuple[int, ...]:
    """Red, green and blue of a pixel, as the browser itself decodes the picture."""
    assert png is not None
    async with pool.context() as context:
        page = await context.new_page()
        rgba = await page.evaluate(
            """async ([data, x, y]) => {
                const image = new Image();
                image.src = 'data:image/png;base64,' + data;
                await image.decode();
                const canvas = new OffscreenCanvas(1, 1).getContext('2d');
                canvas.drawImage(image, -x, -y);
                return [...canvas.getImageData(0, 0, 1, 1).data];
            }""",
            [base64.b64encode(png).decode(), x, y],
        )
    return tuple(rgba[:3])


RED, BLUE = (255, 0, 0), (0, 0, 255)


async def test_screenshot_of_the_viewport(pool: TabPool, site: Site) -> None:
    stages: list[str] = []
    page = await capture(pool, site.url("/tall?px=2000"), screenshot=True, on_stage=stages.append)
    assert size_of(page.screenshot) == (1280, 720)
    assert await color_of(pool, page.screenshot, 640, 700) == RED
    assert stages == ["navigating", "settling", "screenshot"]


async def test_screenshot_of_the_full_page(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/tall?px=3000"), screenshot=True, full_page=True)
    assert size_of(page.screenshot) == (1280, 3000)
    assert await color_of(pool, page.screenshot, 640, 2890) == RED
    assert await color_of(pool, page.screenshot, 640, 2990) == BLUE
    assert page.warnings == ()


async def test_screenshot_has_what_loads_on_sight(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/lazy"), screenshot=True, full_page=True)
    assert await color_of(pool, page.screenshot, 640, 2300) == BLUE


@pytest.mark.parametrize("path", ["/hang-image", "/hang-font"])
async def test_screenshot_does_without_what_never_comes(
    pool: TabPool, site: Site, path: str
) -> None:
    page = await capture(pool, site.url(path), screenshot=True)
    assert size_of(page.screenshot) == (1280, 720)


async def test_screenshot_of_an_endless_page_is_cut(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/tall?px=20000"), screenshot=True, full_page=True)
    assert size_of(page.screenshot) == (1280, 16_384)
    assert await color_of(pool, page.screenshot, 640, 16_380) == RED
    [warning] = page.warnings
    assert "16384" in warning
    assert "20000" in warning


# Deaths


@dataclass
class OwnBrowser:
    """A pool for one test, which may kill what it likes."""

    pool: TabPool
    others: set[psutil.Process]
    temporary: Path

    def processes(self) -> list[psutil.Process]:
        """The driver, the browser and its children, as of now."""
        return [process for process in family() if process not in self.others]


@pytest_asyncio.fixture
async def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OwnBrowser]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    own = OwnBrowser(TabPool(find_browser(None), tabs=4), set(family()), tmp_path)
    await own.pool.start()
    yield own
    await own.pool.close()


def family() -> list[psutil.Process]:
    """The processes that this one has started, and theirs."""
    return psutil.Process().children(recursive=True)


async def until_gone(processes: list[psutil.Process]) -> None:
    async with asyncio.timeout(120):
        while any(map(is_alive, processes)):  # noqa: ASYNC110 -- no event tells of other's children
            await asyncio.sleep(0.02)


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


def browser_of(processes: list[psutil.Process]) -> psutil.Process:
    """The browser's main process. A script may have started it, and its children have a type."""
    return [
        process
        for process in processes
        if is_alive(process)
        and "--remote-debugging-pipe" in (command := command_of(process))
        and not any(argument.startswith("--type=") for argument in command)
    ][-1]


def driver_of(processes: list[psutil.Process]) -> psutil.Process:
    return next(p for p in processes if is_alive(p) and "run-driver" in command_of(p))


VICTIMS = pytest.mark.parametrize("victim", [browser_of, driver_of])
Victim = Callable[[list[psutil.Process]], psutil.Process]


async def test_crash_of_a_page_disturbs_no_other(pool: TabPool, site: Site) -> None:
    other = asyncio.create_task(capture(pool, site.url("/gated/crash")))
    await asyncio.to_thread(site.wait_hits, "/gated/crash", 1, 10)
    error = await failure_of(pool, site.url("/crash"))
    assert error.failure.code == "PAGE_CRASHED"
    assert error.http_status == 200
    site.open_gate("crash")
    assert "Behind the gate" in (await other).html


@VICTIMS
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_lost_browser_is_replaced(
    own: OwnBrowser, site: Site, victim: Victim, number: signal.Signals
) -> None:
    hits = site.hits("/silent")
    running = [asyncio.create_task(capture(own.pool, site.url("/silent"))) for _ in range(3)]
    await asyncio.to_thread(site.wait_hits, "/silent", hits + 3, 60)
    first = own.processes()
    victim(first).send_signal(number)
    # A killed one is noticed at once, a stopped one when it has not answered for ten seconds.
    async with asyncio.timeout(120):
        outcomes = await asyncio.gather(*running, return_exceptions=True)
    for outcome in outcomes:
        assert isinstance(outcome, ScrapeError)
        assert outcome.failure.code == "BROWSER_LOST"

    pages = await asyncio.gather(*(capture(own.pool, site.url("/plain")) for _ in range(4)))
    assert [page.http_status for page in pages] == [200] * 4
    second = own.processes()
    assert len([p for p in second if is_alive(p) and "run-driver" in command_of(p)]) == 1
    await own.pool.close()
    await until_gone([*first, *second])
    assert is_empty(own.temporary)


@VICTIMS
async def test_browser_that_died_unused_is_not_noticed_by_items(
    own: OwnBrowser, site: Site, victim: Victim
) -> None:
    dead = victim(own.processes())
    dead.kill()
    await until_gone([dead])
    assert (await capture(own.pool, site.url("/plain"))).http_status == 200


async def test_cancelled_capture_leaves_no_tab(own: OwnBrowser, site: Site) -> None:
    hits = site.hits("/silent")
    running = asyncio.create_task(capture(own.pool, site.url("/silent")))
    await asyncio.to_thread(site.wait_hits, "/silent", hits + 1, 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with own.pool.context() as context:
        assert context.browser is not None
        assert context.browser.contexts == [context]


async def test_items_wait_for_a_free_tab(site: Site) -> None:
    pool = TabPool(find_browser(None), tabs=1)
    await pool.start()
    try:
        async with pool.context():
            waiting = asyncio.create_task(capture(pool, site.url("/plain?waits")))
            done, _ = await asyncio.wait([waiting], timeout=1)
            assert not done
        assert (await waiting).http_status == 200
    finally:
        await pool.close()


async def test_close_ends_what_is_running(own: OwnBrowser, site: Site) -> None:
    hits = site.hits("/silent")
    running = asyncio.create_task(capture(own.pool, site.url("/silent")))
    await asyncio.to_thread(site.wait_hits, "/silent", hits + 1, 10)
    processes = own.processes()
    async with asyncio.timeout(120):
        await own.pool.close()
        with pytest.raises(ScrapeError) as caught:
            await running
    assert caught.value.failure.code == "BROWSER_LOST"
    await until_gone(processes)
    assert is_empty(own.temporary)


async def test_no_browser_outlives_its_worker(tmp_path: Path) -> None:
    program = """
import asyncio
from activities.browser.executable import find_browser
from activities.browser.pool import TabPool

async def main():
    pool = TabPool(find_browser(None), tabs=1)
    await pool.start()
    async with pool.context() as context:
        await context.new_page()
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert worker.stdout is not None
    async with asyncio.timeout(120):
        assert await worker.stdout.readline() == b"ready\n"
    processes = psutil.Process(worker.pid).children(recursive=True)
    browser_of(processes)
    worker.kill()
    await worker.wait()
    await until_gone(processes)
    assert is_empty(tmp_path)


# Starting


async def test_browser_that_cannot_start() -> None:
    pool = TabPool(Path("/bin/false"), tabs=1)
    with pytest.raises(BrowserStartError, match=r"^The browser /bin/false could not be started: "):
        await pool.start()
    await pool.close()


async def test_a_browser_without_a_sandbox_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # As on a system that forbids user namespaces.
    program = tmp_path / "browser"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *--no-sandbox*) exec {find_browser(None)} "$@";; esac\n'
        "echo 'FATAL: No usable sandbox!' >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    pool = TabPool(program, tabs=1)
    await pool.start()
    await pool.close()
    [record] = [record for record in caplog.records if "sandbox" in record.message]
    assert "the system forbids user namespaces" in record.message


async def test_what_playwright_switches_off_stays_off() -> None:
    chromium = await Chromium.launch(find_browser(None))
    ours = await _disabled_features(chromium._browser)
    await chromium.close()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(None))
        theirs = await _disabled_features(browser)
        await browser.close()
    assert theirs
    assert ours == {*theirs, "RenderDocument"}


async def _disabled_features(browser: Browser) -> set[str]:
    session = await browser.new_browser_cdp_session()
    command_line: str = (await session.send("SystemInfo.getInfo"))["commandLine"]
    # The last one counts.
    return set(re.findall(r"--disable-features=(\S+)", command_line)[-1].split(","))


def test_configured_browser_is_taken() -> None:
    assert find_browser(Path("/opt/browser")) == Path("/opt/browser")


def test_fastest_browser_on_the_path_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("google-chrome", "chromium", "chromium-headless-shell"):
        program = tmp_path / name
        program.touch(mode=0o755)
        assert find_browser(None) == program


def test_no_browser_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="SPIDRA_BROWSER"):
        find_browser(None)
