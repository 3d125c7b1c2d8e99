"""One Chromium: its start, its health, and its end, which comes for certain."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Playwright,
    ProxySettings,
    ViewportSize,
    async_playwright,
)
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from activities.abort import AbortReason, abort_with
from activities.browser import fingerprint
from activities.egress.session import EgressSession
from activities.visitor.profile import VisitorProfile

logger = logging.getLogger(__name__)

_START_TIMEOUT = 30.0
_CLOSE_TIMEOUT = 3.0
_VERSION_TIMEOUT = 10.0
_CONTEXT_TIMEOUT = 10.0
"""Seconds to open or close a context; either takes well under one, on a busy machine too."""

_CHECK_INTERVAL = 1.0
_CHECK_TIMEOUT = 10.0
"""Seconds without an answer after which a browser counts as hung."""

MAX_PAGE_MEMORY = 2 * 2**30
"""Bytes that one process of a page may take, unless somebody says otherwise. What keeps scripts
within their heap does not keep pictures, texts and canvases within anything."""

_HEAP_MB = 512
"""Limit of the script heap per renderer. Heavy applications use 200-400 MB; a page that leaks
dies alone instead of taking the machine's memory."""

VIEWPORT: ViewportSize = {"width": 1280, "height": 720}
"""Pixels that a page has; on a screenshot too, since they are not scaled."""

_DISABLED_FEATURES = (
    # A frame and a first document of its own for each document: 13 % of what a page costs.
    "RenderDocument",
    # Playwright's own, which this list takes the place of.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
    "msEdgeUpdateLaunchServicesPreferredVersion",
    "msForceBrowserSignIn",
)

_ARGUMENTS = (
    *fingerprint.LAUNCH_ARGUMENTS,
    f"--disable-features={','.join(_DISABLED_FEATURES)}",
    f"--js-flags=--max-old-space-size={_HEAP_MB}",
    "--block-new-web-contents",  # popups; heeded by the headless shell only
    "--disable-client-side-phishing-detection",
    "--disable-domain-reliability",  # reports to the browser's maker
    "--disable-quic",  # UDP would not pass through a proxy
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # The browser finds no host but the gateway: whatever tried to bypass that would get nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--no-pings",
)
"""On top of Playwright's own, which switch off sync, updates, first run and the like."""

_ALWAYS_PROXIED = "<-loopback>"
"""Without this Chromium connects to loopback addresses directly."""

_NOWHERE: ProxySettings = {"server": "http://127.0.0.1:1", "bypass": _ALWAYS_PROXIED}
"""The proxy of whatever belongs to no session. Nothing listens there: the port is privileged, and
its service extinct."""


class BrowserStartError(Exception):
    """The browser cannot be started. The message is one sentence for the operator."""


class Chromium:
    """A running browser and the driver process that Playwright controls it with.

    Made by `launch`. `lost` is set as soon as either of the two has died or hangs; from then on
    the object is good for nothing but `close`.
    """

    def __init__(
        self,
        playwright: Playwright,
        browser: Browser,
        processes: _Processes,
        profile: Path,
        max_page_memory: int,
    ) -> None:
        self.lost: asyncio.Future[AbortReason] = asyncio.get_running_loop().create_future()
        self.pages = 0
        """That it has loaded, as counted by whoever loads them."""
        self.own_memory = 0
        """Bytes that its processes take besides those of pages, as of the latest check."""
        self._started = time.monotonic()
        self._closing: asyncio.Task[None] | None = None
        self._playwright = playwright
        self._browser = browser
        self._processes = processes
        self._profile = profile
        self._max_page_memory = max_page_memory
        self._checks = asyncio.create_task(self._check())
        browser.on("disconnected", lambda _: self._lose("The browser died."))

    @classmethod
    async def launch(cls, executable: Path, *, max_page_memory: int = MAX_PAGE_MEMORY) -> Chromium:
        """Starts the program `executable`, in its sandbox if the system lets it. A process of a
        page that takes more than `max_page_memory` bytes is killed. Raises `BrowserStartError`.

        Must not be cancelled, since a half-started browser cannot be ended.
        """
        try:
            async with asyncio.timeout(_START_TIMEOUT):
                playwright = await async_playwright().start()
        except (TimeoutError, PlaywrightError, OSError) as error:
            raise BrowserStartError("Playwright's driver process could not be started.") from error
        try:
            browser = await _start(playwright, executable, await _user_agent(executable))
            async with asyncio.timeout(_START_TIMEOUT):
                return cls(playwright, browser, *await _inspect(browser), max_page_memory)
        except (TimeoutError, PlaywrightError) as error:
            with suppress(TimeoutError):
                async with asyncio.timeout(_START_TIMEOUT):
                    await playwright.stop()  # which ends the browser
            raise BrowserStartError(_explain_start(executable, error)) from error

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._started

    async def open_context(
        self, egress: EgressSession | None, profile: VisitorProfile | None = None
    ) -> BrowserContext:
        """A new context without cookies, storage or downloads, whose only way out is `egress`, and
        without it there is none. Its pages can become `profile`, see
        `activities.browser.fingerprint`.
        Raises Playwright's errors."""
        options = {} if profile is None else fingerprint.context_options(profile)
        try:
            async with asyncio.timeout(_CONTEXT_TIMEOUT):
                context = await self._browser.new_context(
                    **options,
                    viewport=VIEWPORT,
                    accept_downloads=False,
                    proxy=_NOWHERE
                    if egress is None
                    else {"server": egress.proxy_url, "bypass": _ALWAYS_PROXIED},
                    # What a worker fetches for a page could not be told from other traffic.
                    service_workers="block",
                )
                if profile is not None:
                    await fingerprint.prepare(context, profile)
                return context
        except TimeoutError as error:
            self._lose("The browser could not open a tab.")
            raise PlaywrightError("no context in time") from error

    async def close_context(self, context: BrowserContext) -> None:
        """Closes `context`. A browser that cannot do that in time counts as lost."""
        if self.lost.done():
            return
        try:
            async with asyncio.timeout(_CONTEXT_TIMEOUT):
                await context.close()
        except TimeoutError:
            self._lose("The browser could not close a tab.")
        except PlaywrightError:
            # It closed with the browser, which the next check will notice.
            logger.debug("a context was closed already")

    async def close(self) -> None:
        """Ends all processes and removes the profile. Takes seconds at most; who calls it again
        waits for that as well."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self._checks.cancel()
        if not self.lost.done():
            self._lose("The browser was shut down.")
            with suppress(TimeoutError, PlaywrightError):
                async with asyncio.timeout(_CLOSE_TIMEOUT):
                    await self._browser.close()
        self._processes.kill_browser()
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                await self._playwright.stop()
        except TimeoutError:
            self._processes.kill_driver()
        # The driver removes it too, unless it was killed.
        await asyncio.to_thread(shutil.rmtree, self._profile, ignore_errors=True)

    def _lose(self, what: str) -> None:
        abort_with(self.lost, "BROWSER_LOST", what)

    async def _check(self) -> None:
        """Notices what no event tells: that the driver died, or that either of the two hangs."""
        try:
            async with asyncio.timeout(_CHECK_TIMEOUT):
                session = await self._browser.new_browser_cdp_session()
            while not self.lost.done():
                async with asyncio.timeout(_CHECK_TIMEOUT):
                    answer = await session.send("SystemInfo.getProcessInfo")
                _kill_bloated(answer["processInfo"], self._max_page_memory)
                self.own_memory = sum(
                    _private_bytes(process["id"])
                    for process in answer["processInfo"]
                    if process["type"] != "renderer"
                )
                await asyncio.sleep(_CHECK_INTERVAL)
        except TimeoutError:
            self._lose("The browser did not answer any more.")
        except PlaywrightError:
            self._lose("The browser died.")


class _Processes:
    """The processes of one browser."""

    def __init__(self, browser_pid: int) -> None:
        # A process group of its own, led by the browser or by the script that started it.
        self._group = os.getpgid(browser_pid)
        self._driver = _parent(self._group)

    def kill_browser(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._group, signal.SIGKILL)

    def kill_driver(self) -> None:
        if self._driver is not None:
            with suppress(ProcessLookupError):
                os.kill(self._driver, signal.SIGKILL)


def _parent(pid: int) -> int | None:
    """The parent of process `pid`; None where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return None
    found = re.search(r"^PPid:\s+(\d+)$", status, re.MULTILINE)
    return int(found[1]) if found else None


async def _inspect(browser: Browser) -> tuple[_Processes, Path]:
    """The processes of `browser` and its profile folder, neither of which Playwright tells."""
    session = await browser.new_browser_cdp_session()
    processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    pid = next(process["id"] for process in processes if process["type"] == "browser")
    command_line: str = (await session.send("SystemInfo.getInfo"))["commandLine"]
    await session.detach()
    option = "user-data-dir="
    profile = next(part for part in command_line.split(" --") if part.startswith(option))
    return _Processes(pid), Path(profile.removeprefix(option).strip())


def _kill_bloated(processes: list[dict[str, Any]], max_memory: int) -> None:
    """Kills those of Chromium's `processes` that belong to pages and take too much memory."""
    for process in processes:
        if process["type"] == "renderer" and _resident_bytes(process["id"]) > max_memory:
            logger.warning("a page took too much memory", extra={"limit": max_memory})
            with suppress(ProcessLookupError):
                os.kill(process["id"], signal.SIGKILL)


def _resident_bytes(pid: int) -> int:
    """The memory of process `pid`; 0 where the system does not tell, or if it has ended."""
    return _pages(pid)[0] * os.sysconf("SC_PAGE_SIZE")


def _private_bytes(pid: int) -> int:
    """Likewise, but without what it shares with others, such as its program."""
    resident, shared = _pages(pid)
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")


def _pages(pid: int) -> tuple[int, int]:
    """How many pages of memory process `pid` has, and how many of these are shared."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (OSError, ValueError):
        return 0, 0
    return int(resident), int(shared)


async def _user_agent(executable: Path) -> list[str]:
    """The argument for it. None if the program does not tell its version; why not will show."""
    process = None
    try:
        async with asyncio.timeout(_VERSION_TIMEOUT):
            process = await asyncio.create_subprocess_exec(
                executable,
                "--version",
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
            told, _ = await process.communicate()
    except (OSError, TimeoutError):
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # and all that it has started
        return []
    return fingerprint.user_agent_arguments(told.decode(errors="replace"))


async def _start(playwright: Playwright, executable: Path, arguments: list[str]) -> Browser:
    if sys.platform != "win32" and os.geteuid() == 0:
        _warn_of_no_sandbox("it has none for the user root; run the worker as another user")
        return await _start_program(playwright, executable, arguments, sandbox=False)
    try:
        return await _start_program(playwright, executable, arguments, sandbox=True)
    except PlaywrightError as error:
        if not _lacks_sandbox(error):
            raise
    _warn_of_no_sandbox("the system forbids user namespaces; permit them for the worker")
    return await _start_program(playwright, executable, arguments, sandbox=False)


def _warn_of_no_sandbox(reason: str) -> None:
    logger.warning("the browser runs without its sandbox, since %s", reason)


async def _start_program(
    playwright: Playwright, executable: Path, arguments: list[str], *, sandbox: bool
) -> Browser:
    return await playwright.chromium.launch(
        executable_path=executable,
        args=[*_ARGUMENTS, *arguments],
        chromium_sandbox=sandbox,
        proxy=_NOWHERE,
        # Ctrl-C reaches the driver as well, but running items are to finish.
        handle_sigint=False,
        # Nothing is ever put there; a folder of its own would outlive a killed driver.
        artifacts_dir=tempfile.gettempdir(),
        timeout=_START_TIMEOUT * 1000,
    )


def _lacks_sandbox(error: Exception) -> bool:
    return "No usable sandbox" in str(error) or "sandboxing failed" in str(error)


def _explain_start(executable: Path, error: Exception) -> str:
    log = str(error)
    if missing := re.search(r"error while loading shared libraries: (\S+):", log):
        reason = f"the library {missing[1]} is not installed"
    elif isinstance(error, TimeoutError | PlaywrightTimeoutError):
        reason = f"it was not ready after {_START_TIMEOUT:.0f} seconds"
    else:
        reason = "it ended at once; run it in a terminal to see why"
    return f"The browser {executable} could not be started: {reason}."
