"""`python -m stack browser`: make sure that the worker finds a browser. Install one if needed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from activities.browser.executable import find_browser
from settings import SettingsError, load_settings
from stack.console import Console
from stack.errors import StackError

_DEBIAN_PACKAGES = (
    "chromium-headless-shell",
    # Without fonts, screenshots show boxes. These are the western fonts that pages expect, emoji,
    # and one font for Chinese, Japanese and Korean.
    "fonts-liberation",
    "fonts-noto-color-emoji",
    "fonts-wqy-zenhei",
)
_PLAYWRIGHT = (sys.executable, "-m", "playwright")
_PLAYWRIGHT_BROWSER = "chromium-headless-shell"

_INSTALL_SECONDS = 600.0
_CHECK_SECONDS = 30.0


@dataclass(frozen=True)
class _Installation:
    """One way to install a browser."""

    description: str
    commands: tuple[tuple[str, ...], ...]


def ensure_browser(console: Console) -> None:
    """Install a browser, unless the worker finds one that runs.

    Raises `SettingsError` if a setting is wrong, and `StackError` if no browser can be installed.
    """
    configured = load_settings().browser
    if _runs(configured):
        return
    if configured is not None:
        raise StackError(f"SPIDRA_BROWSER: {configured} cannot be run as a browser.")
    for installation in _installations():
        console.say(f"No browser yet: {installation.description} …")
        problem = _install(installation)
        if _runs(None):
            console.say("The browser is installed.")
            return
        console.say(f"  {problem or 'That browser does not run here.'}")
    raise StackError(
        "No browser was found, and none could be installed. Install Debian's package "
        "chromium-headless-shell, or set SPIDRA_BROWSER to the path of a Chromium or Chrome."
    )


def _runs(configured: Path | None) -> bool:
    """Return whether a browser is found and runs. Without its system libraries it does not."""
    try:
        path = find_browser(configured)
    except SettingsError:
        return False
    try:
        subprocess.run([path, "--version"], check=True, capture_output=True, timeout=_CHECK_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _installations() -> list[_Installation]:
    """Return the ways to install a browser that this user may try, the best first."""
    download = (*_PLAYWRIGHT, "install", _PLAYWRIGHT_BROWSER)
    found = [_Installation("downloading Playwright's", (download,))]
    root = _as_root()
    if root is not None and shutil.which("apt-get"):
        apt = (*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
        install = (*apt, "install", "--yes", "--no-install-recommends", *_DEBIAN_PACKAGES)
        found.append(_Installation("installing Debian's", ((*apt, "update"), install)))
        # Ubuntu does not have that package. It has the libraries of Playwright's browser.
        libraries = (*root, *_PLAYWRIGHT, "install-deps", _PLAYWRIGHT_BROWSER)
        found.append(_Installation("installing the libraries of Playwright's", (libraries,)))
    return found


def _as_root() -> tuple[str, ...] | None:
    """Return a prefix that runs a command as root, or None if that needs a password."""
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    allowed = subprocess.run(
        [sudo, "--non-interactive", "true"],
        check=False,
        capture_output=True,
        timeout=_CHECK_SECONDS,
    )
    return (sudo, "--non-interactive") if allowed.returncode == 0 else None


def _install(installation: _Installation) -> str | None:
    """Run the commands until one fails. Return a line about the failure, or None."""
    for command in installation.commands:
        with tempfile.TemporaryFile("w+") as output:
            # In a session of its own, so that its child processes can be killed with it.
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            try:
                status = process.wait(_INSTALL_SECONDS)
            except subprocess.TimeoutExpired:
                return f"It did not end within {_INSTALL_SECONDS:.0f} s."
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            if status != 0:
                output.seek(0)
                return _error_line(output.read()) or f"It ended with status {status}."
    return None


def _error_line(output: str) -> str:
    """Return the first error in the output of a failed command, or else its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("E:", "Error:"))]
    return (errors or lines[-1:] or [""])[0]
