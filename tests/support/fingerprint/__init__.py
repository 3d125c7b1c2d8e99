"""A page that reads the fingerprint of its browser in many ways, and compares the answers."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.support.servers import serving

_SCRIPTS = Path(__file__).parent
_HINTS = (
    "Sec-CH-UA-Arch, Sec-CH-UA-Bitness, Sec-CH-UA-Model, Sec-CH-UA-Platform-Version, "
    "Sec-CH-UA-Full-Version-List, Device-Memory"
)
_HEADERS = {"Accept-CH": _HINTS, "Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}


@dataclass
class Fingerprints:
    """The site of the page. Each visit has a name of its own."""

    base: str
    reports: defaultdict[str, asyncio.Future[Any]]

    def url(self, name: str) -> str:
        """Return the URL of the page for the visit `name`.

        The page is complete when it has sent its report.
        """
        return f"{self.base}/?{name}"

    def of(self, name: str) -> Any:
        """Return the report of a visit that has ended.

        Its `report` is a list of checks: the name, whether all answers agree, and the answers. The
        other fields are single facts.
        """
        return self.reports[name].result()


@asynccontextmanager
async def fingerprint_site() -> AsyncIterator[Fingerprints]:
    """Serve the page on 127.0.0.1, and on localhost, which is another site."""
    loop = asyncio.get_running_loop()
    reports: defaultdict[str, asyncio.Future[Any]] = defaultdict(loop.create_future)

    async def page(request: web.Request) -> web.Response:
        scripts = "<script src=/collect.js></script><script src=/checks.js></script>"
        gate = f"<script src=/gate?{request.query_string}></script>"
        return _html(f"<h1>Who are you?</h1>{scripts}{gate}<p>That is all.</p>")

    async def lonely(request: web.Request) -> web.Response:
        return _html(
            "<p id=out></p><script>new Worker('/collect.js').onmessage = ({ data }) => {"
            "document.getElementById('out').textContent = [data.language, data.webgl[1]] }</script>"
        )

    async def frame(request: web.Request) -> web.Response:
        return _html("<script src=/collect.js></script><script src=/answer.js></script>")

    async def script(request: web.Request) -> web.Response:
        body = (_SCRIPTS / request.path[1:]).read_text()
        return web.Response(text=body, content_type="text/javascript", headers=_HEADERS)

    async def echo(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return web.json_response(headers, headers=_HEADERS)

    async def report(request: web.Request) -> web.Response:
        reports[request.query_string].set_result(json.loads(await request.text()))
        return web.Response(headers=_HEADERS)

    async def gate(request: web.Request) -> web.Response:
        await asyncio.shield(reports[request.query_string])
        return web.Response(text="", content_type="text/javascript", headers=_HEADERS)

    app = web.Application(client_max_size=2**24)
    app.router.add_get("/", page)
    app.router.add_get("/frame", frame)
    app.router.add_get("/lonely", lonely)
    for name in ("collect", "checks", "answer"):
        app.router.add_get(f"/{name}.js", script)
    app.router.add_get("/echo", echo)
    app.router.add_post("/report", report)
    app.router.add_get("/gate", gate)
    async with serving(app) as base:
        yield Fingerprints(base, reports)


def _html(body: str) -> web.Response:
    text = f"<!DOCTYPE html><meta charset=utf-8><title>Fingerprint</title>{body}"
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)
