"""Start one browser program: its arguments, its sandbox, and what can go wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Playwright, ProxySettings, async_playwright
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from activities.browser import fingerprint
from activities.browser.process_control import BrowserProcesses

logger = logging.getLogger(__name__)

_START_TIMEOUT = 30.0
_VERSION_TIMEOUT = 10.0

_HEAP_MB = 512
"""Limit of the script heap per page process. Heavy applications use 200-400 MB. A page that leaks
memory dies alone and does not take all memory of the machine."""

_DISABLED_FEATURES = (
    # This feature gives each document a new frame object: 13 % of the cost of a page.
    "RenderDocument",
    # Sandboxed frames then have no process of their own, so their content can be read.
    "IsolateSandboxedIframes",
    # This one writes a notice of the browser into pages that are made by XSLT.
    "GenerateXSLTWarningBanner",
    # The features that Playwright itself disables. Chromium heeds the last list only, so ours
    # has to repeat them.
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
    "--block-new-web-contents",  # popups; only the headless shell heeds this
    "--disable-client-side-phishing-detection",
    "--disable-domain-reliability",  # reports to the browser's vendor
    "--disable-quic",  # UDP cannot pass through an HTTP proxy
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # The browser can resolve no host but the gateway. So a request that bypasses the proxy fails.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--no-pings",
)
"""Arguments besides Playwright's own, which switch off sync, updates, first run and the like."""

PROXY_LOOPBACK_TOO = "<-loopback>"
"""Value for `bypass`. Without it Chromium connects to loopback addresses directly."""

DEAD_PROXY: ProxySettings = {"server": "http://127.0.0.1:1", "bypass": PROXY_LOOPBACK_TOO}
"""The proxy of all traffic that belongs to no egress session.

Nothing listens on this port: the port is privileged, and its service (tcpmux) is extinct.
"""


class BrowserStartError(Exception):
    """The browser cannot be started. The message is one sentence for the operator."""


@dataclass(frozen=True)
class LaunchedBrowser:
    """A running browser, and what is needed to end it."""

    playwright: Playwright
    """Playwright's driver process, which controls the browser."""
    browser: Browser
    processes: BrowserProcesses
    profile_folder: Path
    """The temporary folder for the browser's own data."""


async def launch(executable: Path) -> LaunchedBrowser:
    """Start the program `executable`, in its sandbox if the system allows that.

    Raises `BrowserStartError`. Must not be cancelled: a half-started browser cannot be ended.
    """
    try:
        async with asyncio.timeout(_START_TIMEOUT):
            playwright = await async_playwright().start()
    except (TimeoutError, PlaywrightError, OSError) as error:
        raise BrowserStartError("Playwright's driver process could not be started.") from error
    try:
        browser = await _start(playwright, executable, await _user_agent_arguments(executable))
        async with asyncio.timeout(_START_TIMEOUT):
            return LaunchedBrowser(playwright, browser, *await _inspect(browser))
    except (TimeoutError, PlaywrightError) as error:
        with suppress(TimeoutError):
            async with asyncio.timeout(_START_TIMEOUT):
                await playwright.stop()  # this ends the browser as well
        raise BrowserStartError(_explain_failed_start(executable, error)) from error


async def _user_agent_arguments(executable: Path) -> list[str]:
    """Return the launch arguments for the user agent.

    Return no arguments if the program does not print its version. The start itself then shows the
    reason.
    """
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
            printed, _ = await process.communicate()
    except (OSError, TimeoutError):
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the program and all its children
        return []
    return fingerprint.user_agent_arguments(printed.decode(errors="replace"))


async def _start(playwright: Playwright, executable: Path, arguments: list[str]) -> Browser:
    if sys.platform != "win32" and os.geteuid() == 0:
        _warn_of_missing_sandbox("it has none for the user root; run the worker as another user")
        return await _start_program(playwright, executable, arguments, sandbox=False)
    try:
        return await _start_program(playwright, executable, arguments, sandbox=True)
    except PlaywrightError as error:
        if not _lacks_sandbox(error):
            raise
    _warn_of_missing_sandbox("the system forbids user namespaces; permit them for the worker")
    return await _start_program(playwright, executable, arguments, sandbox=False)


def _warn_of_missing_sandbox(reason: str) -> None:
    logger.warning("the browser runs without its sandbox, since %s", reason)


async def _start_program(
    playwright: Playwright, executable: Path, arguments: list[str], *, sandbox: bool
) -> Browser:
    return await playwright.chromium.launch(
        executable_path=executable,
        args=[*_ARGUMENTS, *arguments],
        chromium_sandbox=sandbox,
        proxy=DEAD_PROXY,
        # Ctrl-C reaches the driver as well, but running items must finish.
        handle_sigint=False,
        # No artifact is ever written. A separate folder would outlive a killed driver.
        artifacts_dir=tempfile.gettempdir(),
        timeout=_START_TIMEOUT * 1000,
    )


def _lacks_sandbox(error: Exception) -> bool:
    return "No usable sandbox" in str(error) or "sandboxing failed" in str(error)


async def _inspect(browser: Browser) -> tuple[BrowserProcesses, Path]:
    """Return the processes and the profile folder of `browser`; Playwright tells neither."""
    session = await browser.new_browser_cdp_session()
    processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    pid = next(process["id"] for process in processes if process["type"] == "browser")
    command_line: str = (await session.send("SystemInfo.getInfo"))["commandLine"]
    await session.detach()
    option = "user-data-dir="
    folder = next(part for part in command_line.split(" --") if part.startswith(option))
    return BrowserProcesses(pid), Path(folder.removeprefix(option).strip())


def _explain_failed_start(executable: Path, error: Exception) -> str:
    log = str(error)
    if missing := re.search(r"error while loading shared libraries: (\S+):", log):
        reason = f"the library {missing[1]} is not installed"
    elif isinstance(error, TimeoutError | PlaywrightTimeoutError):
        reason = f"it was not ready after {_START_TIMEOUT:.0f} seconds"
    else:
        reason = "it ended at once; run it in a terminal to see why"
    return f"The browser {executable} could not be started: {reason}."
