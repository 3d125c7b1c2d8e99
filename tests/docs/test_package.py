"""`pip install .` installs the small package `spidra_batch`, and nothing of the server."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

from spidra_batch import __version__
from tests.support.paths import ROOT


def test_the_wheel_has_the_package_alone_and_needs_nothing_of_the_server(tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    # Without a network: hatchling is among the requirements of the tests.
    offline = ("--no-deps", "--no-build-isolation", "--no-index")
    subprocess.run(
        [*pip, "wheel", *offline, "--wheel-dir", tmp_path, str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        information = f"spidra_batch-{__version__}.dist-info"
        assert {name.split("/")[0] for name in archive.namelist()} == {"spidra_batch", information}
        metadata = Parser().parsestr(archive.read(f"{information}/METADATA").decode())
    assert metadata["Version"] == __version__
    assert metadata.get_all("Requires-Dist", []) == []

    installed = tmp_path / "installed"
    subprocess.run(
        [*pip, "install", *offline, "--target", installed, str(wheel)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    # -P: not the package of the checkout, which the working directory would bring in.
    shown = subprocess.run(
        [sys.executable, "-P", "-c", "import spidra_batch; print(spidra_batch.__version__)"],
        env={"PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert shown.stdout.strip() == __version__
