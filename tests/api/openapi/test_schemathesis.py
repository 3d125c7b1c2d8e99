"""Generated requests: Schemathesis makes them from the document."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from stack.stack import Stack
from tests.support import generated
from tests.support.accounts import new_key
from tests.support.paths import ROOT
from tests.support.site import Site


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_schemathesis_finds_no_problem(own_stack: Stack, site: Site) -> None:
    """Valid and invalid requests are sent, single ones and sequences along the document's links."""
    environment = {
        **os.environ,
        "TEST_API_KEY": new_key(own_stack),
        "TEST_SITE_URL": site.url("/plain?schemathesis"),
    }
    hits = site.hits("/plain")
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "schemathesis.cli"],
        *["--config-file", str(ROOT / "tests" / "support" / "schemathesis.toml")],
        *["run", f"{own_stack.api_url}/openapi.json"],
        *["--max-examples", str(generated.count(10, long=100))],
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 600)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, output.decode()
    assert site.hits("/plain") > hits, "valid requests get through"
