"""Find the browser program to run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from settings import SettingsError

_PROGRAMS = (
    "chromium-headless-shell",  # loads twice as many pages per second as the full browser
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
)
"""Names of programs to look for on the `PATH`, the fastest one first."""

_PLAYWRIGHT_PROGRAMS = (
    "chromium_headless_shell-*/chrome-*/*headless?shell",
    "chromium-*/chrome-linux*/chrome",
)
"""Where `playwright install` puts browsers, relative to its own folder."""


def find_browser(configured: Path | None) -> Path:
    """Return `configured`, or else the fastest browser that is installed.

    Raises `SettingsError` if no browser is installed.
    """
    if configured is not None:
        return configured
    for program in _PROGRAMS:
        if path := shutil.which(program):
            return Path(path)
    folder = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    )
    for pattern in _PLAYWRIGHT_PROGRAMS:
        if installed := sorted(folder.glob(pattern)):
            return installed[-1]
    raise SettingsError(
        "No browser was found: install Debian's package chromium-headless-shell, or set "
        "SPIDRA_BROWSER to the path of a Chromium or Chrome."
    )
