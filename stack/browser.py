"""`python -m stack browser`: makes sure that there is a browser, installing one if need be."""

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
    # Without fonts screenshots show boxes: the western ones that pages expect, emoji, and one
    # font for Chinese, Japanese and Korean.
    "fonts-liberation",
    "fonts-noto-color-emoji",
    "fonts-wqy-zenhei",
)
_PLAYWRIGHT = (sys.executable, "-m", "playwright")
_PLAYWRIGHT_BROWSER = "chromium-headless-shell"

_INSTALL_SECONDS = 600.0
_CHECK_SECONDS = 30.0


@dataclass(frozen=True)
class _Attempt:
    """One way to get a browser."""

    what: str
    commands: tuple[tuple[str, ...], ...]


def ensure_browser(console: Console) -> None:
    """Returns when there is a browser that the worker will find. Raises `SettingsError` if a
    setting is wrong, `StackError` if there is no browser and none can be installed."""
    configured = load_settings().browser
    if _runs(configured):
        return
    if configured is not None:
        raise StackError(f"SPIDRA_BROWSER: {configured} cannot be run as a browser.")
    for attempt in _attempts():
        console.say(f"No browser yet: {attempt.what} …")
        problem = _run(attempt)
        if _runs(None):
            console.say("The browser is there.")
            return
        console.say(f"  {problem or 'That browser does not run here.'}")
    raise StackError(
        "There is no browser, and none could be installed. Install Debian's package "
        "chromium-headless-shell, or set SPIDRA_BROWSER to the path of a Chromium or Chrome."
    )


def _runs(configured: Path | None) -> bool:
    """Whether a browser is found, and its system libraries as well."""
    try:
        path = find_browser(configured)
    except SettingsError:
        return False
    try:
        subprocess.run([path, "--version"], check=True, capture_output=True, timeout=_CHECK_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _attempts() -> list[_Attempt]:
    download = (*_PLAYWRIGHT, "install", _PLAYWRIGHT_BROWSER)
    attempts = [_Attempt("downloading Playwright's", (download,))]
    root = _as_root()
    if root is not None and shutil.which("apt-get"):
        apt = (*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
        install = (*apt, "install", "--yes", "--no-install-recommends", *_DEBIAN_PACKAGES)
        attempts.append(_Attempt("installing Debian's", ((*apt, "update"), install)))
        # Ubuntu has no such package, but the libraries that Playwright's browser lacks.
        libraries = (*root, *_PLAYWRIGHT, "install-deps", _PLAYWRIGHT_BROWSER)
        attempts.append(_Attempt("installing the libraries of Playwright's", (libraries,)))
    return attempts


def _as_root() -> tuple[str, ...] | None:
    """What to put before a command for it to run as root; None if that takes a password."""
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


def _run(attempt: _Attempt) -> str | None:
    """None if all commands succeeded, else a line that says what went wrong."""
    for command in attempt.commands:
        with tempfile.TemporaryFile("w+") as output:
            # A session of its own, so that all that it starts can be ended with it.
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
                return f"No end after {_INSTALL_SECONDS:.0f} s."
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            if status != 0:
                output.seek(0)
                return _gist(output.read()) or f"It ended with status {status}."
    return None


def _gist(output: str) -> str:
    """The line of a failed command's output that tells most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("E:", "Error:"))]
    return (errors or lines[-1:] or [""])[0]
