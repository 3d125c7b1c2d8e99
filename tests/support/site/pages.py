"""The pages of the test site: a route for each thing that a page can do to a scraper."""

from __future__ import annotations

import asyncio
import io
import struct
import zipfile
import zlib
from collections.abc import Awaitable, Callable
from typing import NoReturn

from aiohttp import web

routes = web.RouteTableDef()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SENTENCE = "A scraper has to read what a person would read, and nothing else. "
SEEN_BY_LATE_SCRIPT = "fetched after load"
PRICE = "42.50 EUR"


def html(body: str, *, head: str = "", title: str = "Test page") -> web.Response:
    """Return a response with a whole page around `body`."""
    return web.Response(text=document(body, head=head, title=title), content_type="text/html")


def document(body: str, *, head: str = "", title: str = "Test page") -> str:
    """Return the HTML of a whole page around `body`."""
    return (
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}"
        f"</head><body>{body}</body></html>"
    )


def solid_png(width: int, height: int, rgb: tuple[int, int, int]) -> bytes:
    """Return a PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(rgb) * width) * height
    pixels = zlib.compress(rows)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    )


def _script(name: str, body: str) -> None:
    """Register a page at `/{name}` that shows its name and runs the script `body`."""

    @routes.get(f"/{name}")
    async def handler(request: web.Request) -> web.Response:
        return html(f"<h1>{name}</h1><p id=out></p><script>{body}</script><p>end of page</p>")


_script("js", f"document.getElementById('out').textContent = '{PRICE}'")
_script(
    "late",
    """onload = () => setTimeout(async () => {
        const answer = await fetch('/slow-text?ms=200')
        document.getElementById('out').textContent = await answer.text()
    }, 300)""",
)
_script(
    "timer",
    f"""const out = document.getElementById('out');
    setTimeout(() => {{
        out.textContent = 'soon';
        setTimeout(() => {{ out.textContent = '{SEEN_BY_LATE_SCRIPT}' }}, 600);
    }}, 900)""",
)
_script(
    "interval",
    f"""const waiting = setInterval(() => {{
        clearInterval(waiting);
        document.getElementById('out').textContent = '{SEEN_BY_LATE_SCRIPT}';
    }}, 450)""",
)
_script(
    "clock",
    """const tick = (n) => {
        document.getElementById('out').textContent = 'tick ' + n;
        setTimeout(tick, 300, n + 1);
    };
    tick(0)""",
)
_script(
    "view",
    """new IntersectionObserver(([seen]) => requestAnimationFrame(() => {
        const { documentElement: root } = document;
        document.getElementById('out').textContent = JSON.stringify([
            innerWidth, innerHeight, outerWidth, outerHeight, screen.width, screen.height,
            devicePixelRatio, visualViewport.scale, visualViewport.width, root.clientWidth,
            matchMedia('(resolution: 1dppx) and (width: 1280px) and (height: 720px)').matches,
            seen.rootBounds, seen.boundingClientRect, seen.isIntersecting,
            document.elementFromPoint(20, 20).tagName, screenX, screenY,
        ]);
    })).observe(document.querySelector('h1'))""",
)
_script("alerts", "while (true) alert('again')")
_script("dialogs", "alert(1); confirm(2); prompt(3); print(); onbeforeunload = () => 'stay'")
_script("spin", "while (true) {}")
_script("spin-later", "setTimeout(() => { while (true) {} }, 50)")
_script("spin-again", "setInterval(() => { while (true) {} }, 1)")
_script("mutate", "let n = 0; setInterval(() => document.getElementById('out').append(n++), 20)")
_script("poll", "(async () => { while (true) await fetch('/silent') })()")
_script(
    "js-redirect", "addEventListener('load', () => setTimeout(() => location.replace('/js'), 100))"
)
_script("js-redirect-loop", "location.replace('/js-redirect-loop?' + Math.random())")
_script("js-redirect-missing", "location.replace('/status/404')")
_script("js-download", "location.href = '/zip'")
_script("popup", "open('/plain'); open('/alerts')")
_script("blank", "location.replace('about:blank')")
# The script ends at the limit of the script heap, long before the memory of the machine.
_script("crash", "const hoard = []; for (;;) hoard.push(new Array(2e7).fill(1.5))")


@routes.get("/plain")
async def _plain(request: web.Request) -> web.Response:
    paragraphs = "".join(f"<p>{SENTENCE * 4}</p>" for _ in range(5))
    return html(
        f"<nav><a href=/>Home</a> <a href=/js>Prices</a></nav><main><article>"
        f"<h1>On reading pages</h1>{paragraphs}<p>See <a href=/js>the price</a>.</p>"
        f"</article></main><footer>Footer of the site</footer>",
        title="On reading pages",
    )


@routes.get("/big")
async def _big(request: web.Request) -> web.Response:
    return _filled(int(float(request.query["mb"]) * 2**20), f"<p>{SENTENCE * 8}</p>\n")


@routes.get("/text")
async def _text(request: web.Request) -> web.Response:
    return _filled(int(request.query["kb"]) * 1024, f"<p>{SENTENCE * 8}</p>\n")


def _filled(size: int, unit: str) -> web.Response:
    return html(unit * (size // len(unit) + 1))


@routes.get("/status/{code}")
async def _status(request: web.Request) -> web.Response:
    code = int(request.match_info["code"])
    return web.Response(status=code, text=document(f"Status {code}"), content_type="text/html")


@routes.get("/status-empty/{code}")
async def _status_empty(request: web.Request) -> web.Response:
    return web.Response(status=int(request.match_info["code"]))


@routes.get("/empty-204")
async def _empty(request: web.Request) -> web.Response:
    return web.Response(status=204)


@routes.get("/silent")
async def _silent(request: web.Request) -> web.StreamResponse:
    await _never()


async def _never() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


@routes.get("/stall")
async def _stall(request: web.Request) -> web.StreamResponse:
    await _send_half(request)
    await _never()


@routes.get("/reset")
async def _reset(request: web.Request) -> web.StreamResponse:
    response = await _send_half(request)
    assert request.transport is not None
    request.transport.close()
    return response


async def _send_half(request: web.Request) -> web.StreamResponse:
    page = document(f"<p>{SENTENCE * 100}</p>").encode()
    response = web.StreamResponse(
        headers={"Content-Type": "text/html", "Content-Length": str(len(page))}
    )
    await response.prepare(request)
    await response.write(page[: len(page) // 2])
    return response


@routes.get("/reset-early")
async def _reset_early(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@routes.get("/slow")
async def _slow(request: web.Request) -> web.Response:
    await asyncio.sleep(int(request.query["ms"]) / 1000)
    return html("<h1>slow</h1>")


@routes.get("/slow-text")
async def _slow_text(request: web.Request) -> web.Response:
    await asyncio.sleep(int(request.query["ms"]) / 1000)
    return web.Response(text=SEEN_BY_LATE_SCRIPT)


@routes.get("/hang-image")
async def _hang_image(request: web.Request) -> web.Response:
    return html("<h1>hang-image</h1><img src=/silent>")


@routes.get("/hang-font")
async def _hang_font(request: web.Request) -> web.Response:
    style = "@font-face{font-family:late;src:url(/silent)}h1{font-family:late}"
    return html(f"<style>{style}</style><h1>hang-font</h1>")


@routes.get("/pdf")
async def _pdf(request: web.Request) -> web.Response:
    return web.Response(body=b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")


@routes.get("/zip")
async def _zip(request: web.Request) -> web.Response:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", SENTENCE)
    return web.Response(body=buffer.getvalue(), content_type="application/zip")


@routes.get("/attachment")
async def _attachment(request: web.Request) -> web.Response:
    return web.Response(text="a,b\n1,2\n", headers={"Content-Disposition": "attachment"})


@routes.get("/octets")
async def _octets(request: web.Request) -> web.Response:
    return web.Response(body=bytes(range(256)), content_type="application/octet-stream")


@routes.get("/image")
async def _image(request: web.Request) -> web.Response:
    return web.Response(body=solid_png(40, 40, (0, 0, 255)), content_type="image/png")


@routes.get("/json")
async def _json(request: web.Request) -> web.Response:
    return web.json_response({"price": PRICE})


@routes.get("/text-plain")
async def _text_plain(request: web.Request) -> web.Response:
    return web.Response(text=f"{SENTENCE}\nIf 1 < 2, so be it.\n")


@routes.get("/redirect")
async def _redirect(request: web.Request) -> NoReturn:
    raise web.HTTPFound(request.query["to"])


@routes.get("/redirect-loop")
async def _redirect_loop(request: web.Request) -> NoReturn:
    raise web.HTTPFound("/redirect-loop")


@routes.get("/meta-refresh")
async def _meta_refresh(request: web.Request) -> web.Response:
    return html("moved", head="<meta http-equiv=refresh content='0; url=/js'>")


@routes.get("/meta-refresh-slow")
async def _meta_refresh_slow(request: web.Request) -> web.Response:
    return html("moved", head="<meta http-equiv=refresh content='0; url=/slow?ms=1500'>")


@routes.get("/tall")
async def _tall(request: web.Request) -> web.Response:
    """Answer with a page `px` pixels high, red except for the last 100 pixels, which are blue."""
    px = int(request.query["px"])
    return html(
        f"<div style='height:{px - 100}px;background:#f00'></div>"
        "<div style='height:100px;background:#00f'></div>",
        head="<style>body{margin:0}</style>",
    )


@routes.get("/lazy")
async def _lazy(request: web.Request) -> web.Response:
    """Answer with three screens and, at the bottom, an image that loads when it comes in view."""
    return html(
        "<div style='height:2160px'></div><img width=1280 height=200 style='display:block'>"
        "<script>const image = document.querySelector('img');"
        "new IntersectionObserver(([entry]) => {"
        " if (entry.isIntersecting) image.src = '/image' }).observe(image)</script>",
        head="<style>body{margin:0}</style>",
    )


@routes.get("/lone-surrogate")
async def _lone_surrogate(request: web.Request) -> web.Response:
    return html("<p id=out></p><script>out.textContent = 'half \\ud83d character'</script>")


@routes.get("/declared")
async def declared(request: web.Request) -> web.Response:
    """Answer with a product that a script declares after the page has loaded."""
    return html(
        """<h1>Tin lantern</h1><script>
        const script = document.createElement('script')
        script.type = 'application/ld+json'
        script.text = JSON.stringify({
            '@context': 'https://schema.org', '@type': 'Product', name: 'Tin lantern',
            offers: { '@type': 'Offer', price: '18.50', priceCurrency: 'EUR' },
        })
        document.head.append(script)
        </script>""",
        head='<meta property="product:price:amount" content="17">',
    )


@routes.get("/shadow")
async def shadow(request: web.Request) -> web.Response:
    """Answer with nested open shadow trees, a filled slot, an empty slot, and a closed tree."""
    return html(
        """<p>before</p>
        <x-card><b slot=name>slotted name</b><x-note>slotted note</x-note><i slot=none>unshown</i>
        </x-card><x-sealed></x-sealed><p>after</p>
        <script>
        const shape = (name, mode, text) => customElements.define(name, class extends HTMLElement {
            connectedCallback() { this.attachShadow({ mode }).innerHTML = text }
        })
        shape('x-note', 'open', '<style>p {}</style><p>note: <slot></slot></p>')
        shape('x-card', 'open', `<h2>Card of <slot name=name></slot></h2><slot></slot>
            <p><slot name=price>no price</slot></p><a href="/in-shadow">more</a>`)
        shape('x-sealed', 'closed', '<p>sealed</p>')
        </script>"""
    )


@routes.get("/frames")
async def frames(request: web.Request) -> web.Response:
    """Answer with frames: shown, hidden, written by the page itself, and of another origin."""
    return html(
        f"""<p>before</p><iframe src="/framed/inner?depth=1"></iframe>
        <iframe src="/framed/hidden" hidden></iframe>
        <iframe srcdoc="<p>from srcdoc</p>"></iframe>
        <iframe src="http://localhost:{request.url.port}/framed/foreign"></iframe><p>after</p>"""
    )


@routes.get("/frameset")
async def frameset(request: web.Request) -> web.Response:
    text = (
        "<frameset cols='50%,50%'><frame src='/framed/left'><frame src='/framed/right'></frameset>"
    )
    return web.Response(text=f"<title>Frames</title>{text}", content_type="text/html")


@routes.get("/framed/{name}")
async def framed(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    deeper = "<iframe src='/framed/deeper'></iframe>" if "depth" in request.query else ""
    return html(f"<p>framed {name} <a href='next'>next</a></p>{deeper}")
