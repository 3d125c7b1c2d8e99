"""The command lines of programs that take all they need from settings."""

from __future__ import annotations

import argparse

from spidra_batch import __version__


def parse_no_arguments(program: str, description: str) -> None:
    """Answer `--help` and `--version`, and refuse every other argument of `program`.

    Raises `SystemExit`: 0 after an answer, 2 after a refusal.
    """
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog="Settings are environment variables, or lines of a file .env in the working "
        "directory. docs/settings.md lists them.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.parse_args()
