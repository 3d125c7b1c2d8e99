"""A site with one page that leaves traces everywhere, and one page that looks for traces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from activities.capture import PageCapture
from tests.support.servers import LocalServer

LEAVE = """<!DOCTYPE html><title>leave</title><h1>leave</h1><p id="left">not yet</p><script>
async function leave() {
  document.cookie = 'page=1; max-age=9999';
  localStorage.setItem('left', '1');
  sessionStorage.setItem('left', '1');
  window.name = 'left';
  history.pushState(1, '', '#one');
  history.pushState(2, '', '#two');
  await new Promise((done, fail) => {
    const opening = indexedDB.open('left', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('left');
    opening.onsuccess = done;
    opening.onerror = fail;
  });
  await (await caches.open('left')).put('/left', new Response('left'));
  await (await navigator.storage.getDirectory()).getFileHandle('left', {create: true});
  await new Promise((done) => {
    const worker = new SharedWorker('/counter.js');
    worker.port.onmessage = done;
  });
  // Get around the block that Playwright sets.
  const register = ServiceWorkerContainer.prototype.register;
  try { await register.call(navigator.serviceWorker, '/service.js'); } catch {}
  setInterval(() => new Image().src = '/tick?' + Math.random(), 50);
  for (const event of ['pagehide', 'unload', 'visibilitychange']) {
    addEventListener(event, () => {
      document.cookie = event + '=1';
      localStorage.setItem(event, '1');
      sessionStorage.setItem(event, '1');
      window.name = event;
      navigator.sendBeacon('/tick');
      fetch('/cookie', {keepalive: true});
    });
  }
  document.getElementById('left').textContent = 'left it all';
}
leave();
</script>"""


LOOK = """<!DOCTYPE html><title>look</title><h1>look</h1><pre id="seen"></pre><script>
async function look() {
  const found = {};
  found.cookie = document.cookie;
  found.localStorage = {...localStorage};
  found.sessionStorage = {...sessionStorage};
  found.name = window.name;
  found.referrer = document.referrer;
  found.databases = (await indexedDB.databases()).map((database) => database.name);
  found.caches = await caches.keys();
  found.files = [];
  for await (const name of (await navigator.storage.getDirectory()).keys()) found.files.push(name);
  const prototype = ServiceWorkerContainer.prototype;
  const registrations = await prototype.getRegistrations.call(navigator.serviceWorker);
  found.serviceWorkers = registrations.length;
  found.permission = (await navigator.permissions.query({name: 'geolocation'})).state;
  found.connections = await new Promise((done) => {
    const worker = new SharedWorker('/counter.js');
    worker.port.onmessage = (message) => done(message.data);
  });
  document.getElementById('seen').textContent = JSON.stringify(found);
}
look();
</script>"""


COUNTER = "let n = 0; onconnect = (event) => event.ports[0].postMessage(++n);"


BEACON = "<h1>beacon</h1><script>navigator.sendBeacon('/held')</script>"
POPUP = "<h1>popup</h1><script>open('/look', 'left')</script>"
ALERT = "<h1>alert</h1><script>alert(1)</script>"
FRAMES = "<h1>frames</h1><iframe src='{}/look'></iframe>"

NOTHING = {
    "cookie": "",
    "localStorage": {},
    "sessionStorage": {},
    "name": "",
    "referrer": "",
    "databases": [],
    "caches": [],
    "files": [],
    "serviceWorkers": 0,
    "permission": "prompt",
    "connections": 1,
}


class HostileSite(LocalServer):
    """A server of `LEAVE` and `LOOK` that records the cookies and the ticks that it gets."""

    def __init__(self) -> None:
        self.ticks = 0
        self.cookies: list[str] = []

    def url(self, path: str) -> str:
        return f"{self.origin}{path}"

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/leave", self._leave),
                web.get("/look", self._page(LOOK)),
                web.get("/counter.js", self._page(COUNTER, "text/javascript")),
                web.get("/service.js", self._page("onfetch = () => {}", "text/javascript")),
                web.get("/popup", self._page(POPUP)),
                web.get("/alert", self._page(ALERT)),
                web.get("/frames", self._framed),
                web.route("*", "/tick", self._tick),
                web.get("/cookie", self._late_cookie),
                web.get("/quiet", self._page("<h1>quiet</h1>")),
                web.get("/beacon", self._page(BEACON)),
                web.post("/held", self._held),
            ]
        )
        return app

    def _page(self, text: str, content_type: str = "text/html") -> Callable[..., Any]:
        async def answer(request: web.Request) -> web.Response:
            self.cookies.append(request.headers.get("Cookie", ""))
            return web.Response(text=text, content_type=content_type)

        return answer

    async def _leave(self, _: web.Request) -> web.Response:
        headers = {"Set-Cookie": "server=1; HttpOnly"}
        return web.Response(text=LEAVE, content_type="text/html", headers=headers)

    async def _framed(self, request: web.Request) -> web.Response:
        other = f"http://localhost:{request.url.port}"
        return web.Response(text=FRAMES.format(other), content_type="text/html")

    async def _tick(self, _: web.Request) -> web.Response:
        self.ticks += 1
        return web.Response()

    async def _late_cookie(self, _: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        return web.Response(headers={"Set-Cookie": "late=1"})

    async def _held(self, _: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError


def seen_by(page: PageCapture) -> dict[str, Any]:
    """Return what `LOOK` has found."""
    text = page.html.split('<pre id="seen">')[1].split("</pre>")[0]
    found: dict[str, Any] = json.loads(text.replace("&amp;", "&"))
    return found
