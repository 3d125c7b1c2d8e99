"""Tests of waiting for pages that get their text late, and of what is said of unfinished ones.

All pages are captured at the same time, since most of their time is waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import web

from activities.browser.pool import TabPool
from activities.capture import PageCapture
from activities.content import markdown
from tests.activities.browser.captures import capture
from tests.support.servers import serving

LATE = "Forty-one boats are in the harbour."
MUCH = "<p>A harbour has more visitors than it has places, whatever the season may be. " * 5
MENU = "<nav><a href=/>Home</a> <a href=/boats>Boats</a></nav>"

WRITE = f"setTimeout(() => {{ out.outerHTML = '<p>{LATE}' }}, 2000)"
FETCH = (
    "fetch('/late?seconds={}').then((answer) => answer.text())"
    ".then((text) => {{ out.outerHTML = text }})"
)
SOCKET = (
    "new WebSocket(`ws://${location.host}/socket?seconds=SECONDS`).onmessage = ({ data }) => "
    "{ if (data != 'hello') out.innerHTML = data }"
)

LATE_PAGES = {
    "words": f"<h1>Boats</h1><div id=out>Loading…</div><script>{WRITE}</script>",
    "words and reason": f"<p id=out>Loading boats, please wait</p><script>{WRITE}</script>",
    "dots": f"<div id=out>Loading</div><script>let n = 0; setInterval(() => {{"
    f"self.out?.replaceChildren('Loading' + '.'.repeat(n++ % 4))}}, 250); {WRITE}</script>",
    "German": f"<h1>Boote</h1><div id=out>Boote werden geladen</div><script>{WRITE}</script>",
    "Japanese": f"<h1>船</h1><div id=out>読み込み中</div><script>{WRITE}</script>",
    "Welsh": f"<h1>Cychod</h1><div id=out>Yn llwytho…</div><script>{WRITE}</script>",
    "table": f"<table><tr><th>Boat<th>Length<tr><td colspan=2 id=out>Loading…</table>"
    f"<script>{WRITE}</script>",
    "aria-busy": f"<h1>Boats</h1><main id=out aria-busy=true></main><script>{WRITE}</script>",
    "skeleton": f"<div id=out><div class=BoatSkeleton_row></div></div><script>{WRITE}</script>",
    "spinner": f"<h1>Boats</h1><div id=out><i class=lds-spinner></i></div><script>{WRITE}</script>",
    "custom element": f"<div id=out><mat-spinner></mat-spinner></div><script>{WRITE}</script>",
    "picture": f"<div id=out><img src=/ajax-loader.gif></div><script>{WRITE}</script>",
    "progress": f"<div id=out><progress></progress></div><script>{WRITE}</script>",
    "animation": "<style>@keyframes pulse { to { opacity: .3 } } .css-17 { width: 200px; "
    "height: 20px; animation: pulse 1s infinite }</style>"
    f"<div id=out><div class=css-17></div></div><script>{WRITE}</script>",
    "shadow tree": "<x-boats></x-boats><script>const root = document.querySelector('x-boats')"
    ".attachShadow({ mode: 'open' }); root.innerHTML = '<p id=out>Loading…';"
    f"setTimeout(() => {{ root.innerHTML = '<p>{LATE}' }}, 2000)</script>",
    "part of a long page": f"{MUCH}<p id=out>Loading comments…</p><script>{WRITE}</script>",
    "empty page": f"<div id=out></div><script>{WRITE}</script>",
    "request with words": f"<div id=out>Loading…</div><script>{FETCH.format(6)}</script>",
    "request without words": f"<h1>Boats</h1><div id=out></div><script>{FETCH.format(6)}</script>",
    "request of a long page": f"{MUCH}<div id=out></div><script>{FETCH.format(6)}</script>",
    "socket": f"{MENU}<main id=out></main><script>{SOCKET.replace('SECONDS', '1.5')}</script>",
    "socket that greets": f"{MENU}<main id=out></main>"
    f"<script>{SOCKET.replace('SECONDS', '1.5&greets')}</script>",
    "event stream": f"{MENU}<main id=out></main><script>new EventSource('/events').onmessage = "
    "({ data }) => { out.innerHTML = data }</script>",
    "script on demand": f"{MENU}<main id=out></main><script>import('/chunk')</script>",
    "timer": f"{MUCH}<div id=out></div><script>setTimeout(() => {{ out.textContent = '{LATE}' }},"
    "3000)</script>",
    "pause": f"{MUCH}<div id=out></div><script>(async () => {{ await new Promise((end) => "
    f"setTimeout(end, 2000)); out.textContent = '{LATE}' }})()</script>",
    "timer in front of one that is too late": f"{MUCH}<div id=out></div><script>"
    "setTimeout(() => { setTimeout(() => { out.innerHTML += '' }, 4900);"
    f"setTimeout(() => {{ out.textContent = '{LATE}' }}, 1500) }}, 900)</script>",
    "timer among many": f"{MUCH}<div id=out></div><script>RegExp.prototype.exec = () => null;"
    "for (let i = 0; i < 2000; i += 1) setTimeout(() => {}, 1500 + i);"
    f"setTimeout(() => {{ out.textContent = '{LATE}' }}, 2000);"
    "const gone = Proxy.revocable(() => {}, {}); setTimeout(gone.proxy, 1900); gone.revoke();"
    "</script>",
    "timer on a page with little text": "<h1>Boats</h1><div id=out></div><script>"
    f"setTimeout(() => go(), 3500); const go = () => {{ out.textContent = '{LATE}' }}</script>",
    "document written anew": "<p>One moment</p><script>setTimeout(async () => {"
    "const text = await (await fetch('/late?seconds=0.5')).text(); document.open();"
    "document.write('<div id=out>Loading…</div>'); document.close();"
    "setTimeout(() => { document.getElementById('out').outerHTML = text }, 1500)}, 200)</script>",
}
"""Pages that show `LATE` after a while."""

HASTY_PAGES = {
    name: f"{MUCH}<div id=out></div><p id=hour></p><script>"
    f"const show = () => out.append('{LATE}'); setTimeout(() => show(), 4800); {script}</script>"
    for name, script in {
        "cookie": "setTimeout(() => { document.cookie = 'a=1' }, 4500)",
        "script": "setTimeout(() => document.body.append(document.createElement('script')), 4500)",
        "picture": "setTimeout(() => { const dot = new Image(1, 1); dot.src = '/dot'; "
        "document.body.append(dot) }, 4500)",
        "report": "setTimeout(() => navigator.sendBeacon('/lost', out.innerHTML = ''), 4500)",
        "slide": "const setActiveSlide = (n) => n; setTimeout(() => setActiveSlide(2), 4500)",
        "time limit": "Promise.race([new Promise((end) => setTimeout(end, 4500))])",
        "too late": "setTimeout(() => setTimeout(() => { out.innerHTML += '' }, 4900), 900)",
        "clock": "const tick = () => { hour.textContent = new Date(); "
        "setTimeout(tick, 1500) }; tick()",
    }.items()
}
"""Pages with more text that show `LATE` by a timer that is not known to write, and another one."""

UNFINISHED_PAGES = {
    "words": ("<h1>Boats</h1><p>Loading…", "asks the reader to wait"),
    "aria-busy": ("<h1>Boats</h1><main aria-busy=true></main>", "aria-busy"),
    "spinner below": (
        f"{MUCH * 12}<div class=spinner style='width: 20px; height: 20px'></div>",
        "below the first window",
    ),
    "silent socket": (
        f"{MENU}<main id=out></main><script>{SOCKET.replace('SECONDS', '60')}</script>",
        "WebSocket",
    ),
    "lost script": (
        f"{MENU}<main></main><script src=/lost.js></script>",
        "could not be loaded",
    ),
    "endless request": (
        f"{MUCH}<div id=out></div><script>{FETCH.format(60)}</script>",
        "a request of its scripts",
    ),
}
"""Pages that never finish, with a part of the warning."""

FINISHED_PAGES = {
    "long poll": f"{MUCH}<script>(async () => {{ for (let n = 0; ; n++) "
    "await fetch('/late?seconds=' + (n < 2 ? 0 : 60)) })()</script>",
    "silent socket": f"{MUCH}<script>{SOCKET.replace('SECONDS', '60')}</script>",
    "hidden spinner": f"{MUCH}<div class=spinner style='display: none'>Loading…</div>",
    "spinner without a size": f"{MUCH}<div class=spinner></div>",
    "spinner of a button": f"{MUCH}<button><i class=spinner>Loading…</i></button>",
    "end of an endless list": f"{MUCH}<div class=load-more-spinner>…</div>",
    "words about loading": "<h1>Loading</h1><p>It says <em>Loading…</em> at first.</p>"
    f"<pre>Loading…</pre>{MUCH}",
    "state in a table": f"{MUCH}<table><tr><th>Job<th>State<tr><td>1<td>Loading</table>",
    "truncated text": f"{MUCH}<p>And so on…</p>",
    "moving picture": "<style>@keyframes pulse { to { opacity: .3 } } .hero { height: 50px; "
    f"animation: pulse 1s infinite }}</style><div class=hero></div>{MUCH}",
    "shared worker": "<p>Closed.</p><script>new SharedWorker('/chunk')</script>",
    "picture": "<img src=/boat.jpg width=600 height=400><script>1</script>",
    "little text": "<p>Closed.</p><script>1</script>",
}
"""Pages that are finished, whatever they look like."""


@dataclass(frozen=True)
class Taken:
    """A page as it was taken."""

    text: str
    capture: PageCapture


async def _late(request: web.Request) -> web.Response:
    await asyncio.sleep(float(request.query["seconds"]))
    return web.Response(text=f"<p>{LATE}")


async def _chunk(_: web.Request) -> web.Response:
    await asyncio.sleep(6)
    return web.Response(text=f"out.innerHTML = '<p>{LATE}'", content_type="text/javascript")


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    if "greets" in request.query:
        await socket.send_str("hello")
    await asyncio.sleep(float(request.query["seconds"]))
    await socket.send_str(f"<p>{LATE}")
    await asyncio.sleep(60)
    return socket


async def _events(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    await asyncio.sleep(1.5)
    await stream.write(f"data: <p>{LATE}\n\n".encode())
    await asyncio.sleep(60)
    return stream


@pytest_asyncio.fixture(scope="module")
async def taken(pool: TabPool) -> AsyncIterator[Mapping[tuple[str, str], Taken]]:
    """All pages of this module, by kind and name."""
    bodies = {
        **{("hasty", name): body for name, body in HASTY_PAGES.items()},
        **{("late", name): body for name, body in LATE_PAGES.items()},
        **{("unfinished", name): body for name, (body, _) in UNFINISHED_PAGES.items()},
        **{("finished", name): body for name, body in FINISHED_PAGES.items()},
    }

    async def page(request: web.Request) -> web.Response:
        body = bodies[request.query["kind"], request.query["name"]]
        return web.Response(
            text=f"<!DOCTYPE html><html><body>{body}</body></html>", content_type="text/html"
        )

    app = web.Application()
    for path, handler in (
        ("/page", page),
        ("/late", _late),
        ("/chunk", _chunk),
        ("/socket", _socket),
        ("/events", _events),
    ):
        app.router.add_get(path, handler)

    async def take(kind: str, name: str) -> Taken:
        seen = await capture(pool, f"{url}/page?kind={kind}&name={name}")
        return Taken(markdown.full_page(seen.html, seen.final_url), seen)

    async with serving(app) as url:
        pages = await asyncio.gather(*(take(*key) for key in bodies))
        yield dict(zip(bodies, pages, strict=True))


@pytest.mark.parametrize("name", LATE_PAGES)
async def test_text_that_comes_late_is_waited_for(
    taken: Mapping[tuple[str, str], Taken], name: str
) -> None:
    page = taken["late", name]
    assert LATE in page.text
    assert page.capture.warnings == ()


@pytest.mark.parametrize("name", HASTY_PAGES)
async def test_timers_that_bring_no_text_are_not_waited_for(
    taken: Mapping[tuple[str, str], Taken], name: str
) -> None:
    assert LATE not in taken["hasty", name].text


@pytest.mark.parametrize("name", UNFINISHED_PAGES)
async def test_a_page_that_is_not_finished_in_time_has_a_warning(
    taken: Mapping[tuple[str, str], Taken], name: str
) -> None:
    [warning] = taken["unfinished", name].capture.warnings
    assert warning.code == "INCOMPLETE"
    assert UNFINISHED_PAGES[name][1] in warning.message


@pytest.mark.parametrize("name", FINISHED_PAGES)
async def test_a_finished_page_has_no_warning(
    taken: Mapping[tuple[str, str], Taken], name: str
) -> None:
    assert taken["finished", name].capture.warnings == ()
