"""Tests of starting a browser."""

from __future__ import annotations

import os
import re
from pathlib import Path

import psutil
import pytest
from playwright.async_api import Browser, async_playwright

from activities.browser.chromium import Chromium
from activities.browser.executable import find_browser
from activities.browser.launch import BrowserStartError
from activities.browser.pool import TabPool
from tests.support.processes import command_of

pytestmark = pytest.mark.browser


async def test_browser_that_cannot_start_is_an_error() -> None:
    pool = TabPool(Path("/bin/false"), tabs=1)
    with pytest.raises(BrowserStartError, match=r"^The browser /bin/false could not be started: "):
        await pool.start()
    await pool.close()


async def test_a_browser_that_fails_at_its_start_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.browser.launch._START_TIMEOUT", 3)
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\nsleep 617 &\nexit 1\n")
    program.chmod(0o755)
    pool = TabPool(program, tabs=1)
    before = set(psutil.pids())
    with pytest.raises(Exception, match="could not be started"):
        await pool.start()
    await pool.close()
    left = [
        process
        for process in psutil.process_iter()
        if process.pid not in before and command_of(process) == ["sleep", "617"]
    ]
    assert not left


async def test_a_browser_without_a_sandbox_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # The script behaves like a browser on a system that forbids user namespaces.
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


async def test_features_that_playwright_disables_stay_disabled() -> None:
    chromium = await Chromium.launch(find_browser(None))
    ours = await _disabled_features(chromium._browser)
    await chromium.close()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(None))
        theirs = await _disabled_features(browser)
        await browser.close()
    assert theirs
    assert ours == {
        *theirs,
        "GenerateXSLTWarningBanner",
        "IsolateSandboxedIframes",
        "RenderDocument",
    }


async def _disabled_features(browser: Browser) -> set[str]:
    session = await browser.new_browser_cdp_session()
    command_line: str = (await session.send("SystemInfo.getInfo"))["commandLine"]
    # Chromium heeds the last list only.
    return set(re.findall(r"--disable-features=(\S+)", command_line)[-1].split(","))
