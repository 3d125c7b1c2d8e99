"""Tests of finding the browser program."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.browser.executable import find_browser
from settings import SettingsError


def test_configured_browser_wins() -> None:
    assert find_browser(Path("/opt/browser")) == Path("/opt/browser")


def test_fastest_browser_on_the_path_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("google-chrome", "chromium", "chromium-headless-shell"):
        program = tmp_path / name
        program.touch(mode=0o755)
        assert find_browser(None) == program


def test_without_any_browser_the_error_names_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="SPIDRA_BROWSER"):
        find_browser(None)
