"""The doctor of the proxy exits: which of them work, and what is wrong with the others."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack

from aiohttp import web

from domain.proxies import parse_proxies
from runtime.doctor import check_exits, report
from settings import Settings
from tests.docs.pages import run
from tests.support.gateways import SITE_ONLY
from tests.support.odd_exits import answering, hole, odd_exit
from tests.support.servers import serving
from tests.support.site import closed_port
from tests.support.upstreams import PASSWORD, USER, upstream_proxy


async def page(request: web.Request) -> web.Response:
    """Answer with a text, or with a status."""
    status = int(request.query.get("status", 200))
    return web.Response(text="203.0.113.9\n", status=status)


async def doctor(exits: object, *arguments: str) -> tuple[int, list[str]]:
    """Return the exit status of the doctor, and the lines that it writes."""
    done = await asyncio.to_thread(
        run,
        sys.executable,
        "-m",
        "runtime.doctor",
        *arguments,
        SPIDRA_PROXIES=json.dumps(exits),
        SPIDRA_EGRESS_ALLOW="127.0.0.1/32",
    )
    written = done.stdout + done.stderr
    assert PASSWORD not in written
    assert USER not in written
    return done.returncode, written.splitlines()


async def test_each_exit_is_tried_and_what_is_wrong_is_said() -> None:
    app = web.Application()
    app.router.add_get("/", page)
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(serving(app))
        good = await stack.enter_async_context(upstream_proxy("http"))
        other = await stack.enter_async_context(upstream_proxy("socks5"))
        exits = {
            "de": good.url,
            "us,gb": other.url.replace(USER, f"{USER}-{{country}}-{{session}}"),
            "fr": good.url.replace(PASSWORD, "wrong"),
            "nl": f"http://{USER}:{PASSWORD}@127.0.0.1:{closed_port()}",
        }
        status, lines = await doctor(exits, "--url", site)
        assert status == 1
        assert lines[0].split() == ["country", "exit", "page", "ms", "state"]
        found = {line.split()[0]: line.split(maxsplit=4) for line in lines[1:6]}
        assert [found[country][4] for country in ("de", "us", "gb")] == ["ok"] * 3
        assert found["de"][1] == good.address
        assert found["de"][2] == f"{site}/"
        assert int(found["de"][3]) > 0
        assert "asks for another user name and password" in found["fr"][4]
        assert found["fr"][4].endswith("Check its user name and password in SPIDRA_PROXIES.")
        assert found["nl"][4].startswith("The proxy exit cannot be reached.")
        assert lines[-1] == "3 of 5 tries went well."

        shown = f"{site}/?address"
        status, lines = await doctor(
            {"de": good.url}, "--url", site, "--url", f"{site}/?status=403", "--address-url", shown
        )
        assert status == 1
        states = [line.split(maxsplit=4)[4] for line in lines[1:4]]
        assert states[0] == "ok"
        assert states[1].startswith("The answer has the HTTP status 403.")
        assert states[2] == "ok: 203.0.113.9"
        status, lines = await doctor({"de": good.url}, "--url", site)
        assert (status, lines[-1]) == (0, "1 of 1 tries went well.")


async def test_exits_that_answer_oddly_are_told_apart() -> None:
    refusing = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    async with (
        odd_exit(hole) as silent,
        odd_exit(answering(b"SSH-2.0-x\r\n")) as no_proxy,
        odd_exit(answering(refusing)) as strict,
    ):
        listed = {"de": silent.url, "fr": no_proxy.url, "nl": strict.url}
        settings = Settings(
            proxies=parse_proxies(json.dumps(listed)), egress_allow=tuple(SITE_ONLY)
        )
        found = await check_exits(settings, ["https://127.0.0.1:81/"], seconds=1)
    said = {finding.name.country: finding.sentence for finding in found}
    assert said["de"].startswith("The proxy exit connected to 127.0.0.1, and passed nothing on.")
    assert said["fr"].endswith("Check its scheme and its port in SPIDRA_PROXIES.")
    assert said["nl"].endswith("Ask the provider which ports and hosts the exit allows.")
    assert not any(finding.is_well for finding in found)
    assert report(found).count("127.0.0.1:") == 6


async def test_what_the_doctor_cannot_use_is_refused() -> None:
    exits = {"de": "http://127.0.0.1:1"}
    for wrong in ("example.com", "ftp://example.com/", "http://"):
        status, lines = await doctor(exits, "--url", wrong)
        assert status == 2
        assert lines[0].startswith("error: ")
