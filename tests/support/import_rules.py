"""Check the imports between packages, as pyproject.toml declares them.

`python -m tests.support.import_rules` reads `[tool.importlinter]`.

import-linter looks at packages only, and some of the server's modules stand alone, such as
`settings.py`. So this runs import-linter in a folder of links that shows each as a package.
"""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from importlinter.cli import lint_imports

from tests.support.paths import ROOT

CONFIGURATION = ROOT / "pyproject.toml"


def import_rules() -> dict[str, Any]:
    """Return the section of import-linter in pyproject.toml."""
    rules: dict[str, Any] = tomllib.loads(CONFIGURATION.read_text())["tool"]["importlinter"]
    return rules


def main() -> None:
    """Exit with status 0 if all rules are kept, with 1 and an explanation if not."""
    with _all_as_packages(import_rules()["root_packages"]) as folder:
        os.chdir(folder)  # where import-linter looks for the packages
        sys.exit(lint_imports(config_filename=str(CONFIGURATION), no_cache=True, no_logo=True))


@contextmanager
def _all_as_packages(names: list[str]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            shown = Path(folder) / name
            if (ROOT / name).is_dir():
                shown.symlink_to(ROOT / name)
            else:
                shown.mkdir()
                (shown / "__init__.py").symlink_to(ROOT / f"{name}.py")
        yield folder


if __name__ == "__main__":
    main()
