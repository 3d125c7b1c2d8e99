"""`make demo` as a process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from stack import shop
from tests.support.commands import Command, wait_until


def test_the_demo_scrapes_the_shop(run: Callable[..., Command], tmp_path: Path) -> None:
    demo = run([sys.executable, "-m", "stack", "demo"])
    assert demo.wait(300) == 0, demo.output
    output = demo.output
    assert f"{len(shop.PATHS)} completed, 1 failed" in output
    assert f"✗ failed     {shop.MISSING_PATH}  HTTP_404" in output
    assert "€89.00" in output, "a price that a script has written"
    screenshots = list((tmp_path / "data" / "demo").glob("*/*.png"))
    assert len(screenshots) == len(shop.PATHS)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in screenshots)
    assert all(str(path) in output for path in screenshots)
    assert not demo.processes()
    assert not list(tmp_path.glob("spidra-demo-*")), "its data is removed"


def test_the_demo_scrapes_other_pages(run: Callable[..., Command]) -> None:
    demo = run([sys.executable, "-m", "stack", "demo", "http://no-such-host.invalid/"])
    assert demo.wait(300) == 0, demo.output
    assert "1 of 1 pages failed" in demo.output
    assert "DNS_FAILURE" in demo.output


def test_the_demo_opens_no_private_address_for_other_pages(
    run: Callable[..., Command],
) -> None:
    demo = run([sys.executable, "-m", "stack", "demo", "http://127.0.0.1:9/"])
    assert demo.wait(300) == 2
    assert "error: urls[0]: " in demo.output
    assert not demo.processes()


def test_an_interrupted_demo_leaves_no_process_and_no_data(
    run: Callable[..., Command], tmp_path: Path
) -> None:
    demo = run([sys.executable, "-m", "stack", "demo"])
    wait_until(lambda: "POST /api/batch/scrape" in demo.output, 180, "the batch")
    ports = demo.ports()
    demo.press_ctrl_c()
    assert demo.wait() == 130
    demo.assert_gone(ports)
    assert not list(tmp_path.glob("spidra-demo-*"))
    assert "Traceback" not in demo.output
