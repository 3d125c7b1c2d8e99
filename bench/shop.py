"""The shop that `bench.engine` scrapes: pages as heavy as the pages of real shops, on 127.0.0.1.

    python -m bench.shop

The shop runs until standard input ends. It is a process of its own, so that it shares only the
processor with what is measured. Its URL is the first line that it prints.

A page has about 22 KB of HTML, one style sheet, two scripts and 12 images; nine images are its own.
One script builds parts of the page. The other script fetches the price and writes it. Files that
all pages share may be cached, as in real shops.
"""

from __future__ import annotations

import asyncio
import random
import struct
import sys
import zlib

from aiohttp import web

PRICE_SELECTOR = "#price[data-ready]"
"""Selector that matches when the price has been written."""

_TEXT = """
adjustable ash balanced beech brass brushed cable canvas carved ceramic clamp copper
cotton desk dimmable drawer enamel evening felt finish frame glass grain hand harbour
heavy hinge joint lamp leather light linen long matt metal morning narrow notebook oak
oiled paper pen plain polished porcelain quiet rail reading ribbon round shade shelf slate
small soft solid spare spun square stand steel stitched stone switch table tall tray
turned walnut warm wide wood wool workshop
"""
_WORDS = _TEXT.split()

_OWN_IMAGES = 9
_SHARED_IMAGES = 3
_CACHED = {"Cache-Control": "public, max-age=3600"}
_NOT_CACHED = {"Cache-Control": "no-store"}


def price_of(number: int) -> str:
    """Return the price of product `number` as its page shows it."""
    return f"€{number % 900 + 19}.{number * 7 % 100:02}"


def _sentences(random_: random.Random, count: int) -> str:
    return " ".join(
        " ".join(random_.choices(_WORDS, k=random_.randint(7, 16))).capitalize() + "."
        for _ in range(count)
    )


def _page(number: int) -> str:
    random_ = random.Random(number)  # noqa: S311 -- text
    name = " ".join(random_.sample(_WORDS, 3)).title()
    shared = "".join(
        f'<img src="/shared/{image}.png" alt="badge {image}" width="160" height="160">'
        for image in range(_SHARED_IMAGES)
    )
    own = "".join(
        f'<figure><img src="/products/{number}/{image}.png" alt="{name}, view {image}" '
        f'width="160" height="160"><figcaption>{_sentences(random_, 1)}</figcaption></figure>'
        for image in range(_OWN_IMAGES)
    )
    facts = "".join(
        f"<tr><th>{random_.choice(_WORDS)} {row}</th><td>{_sentences(random_, 1)}</td></tr>"
        for row in range(40)
    )
    text = "".join(
        f"<h2>{_sentences(random_, 1)}</h2><p>{_sentences(random_, 11)}</p>" for _ in range(11)
    )
    related = "".join(
        f'<li class="card"><a href="/products/{number + step}">{_sentences(random_, 1)}</a></li>'
        for step in range(1, 25)
    )
    menu = "".join(
        f'<li><a href="/category/{word}">{word.title()}</a></li>' for word in _WORDS[:30]
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" '
        'href="/shared/shop.css"><script defer src="/shared/parts.js"></script>'
        '<script defer src="/shared/price.js"></script></head>'
        f'<body data-product="{number}"><header>{shared}<nav><ul>{menu}</ul></nav></header>'
        f'<main><h1>{name}</h1><p id="price">Price on its way</p><div class="views">{own}</div>'
        f'<div id="parts"></div>{text}<table class="facts">{facts}</table></main>'
        f'<aside><ul class="grid">{related}</ul></aside>'
        f"<footer><p>{_sentences(random_, 4)}</p></footer></body></html>"
    )


_STYLE = (
    "body{font:16px/1.5 sans-serif;margin:0}header{display:flex;gap:1rem;background:#eee}"
    "nav ul{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none}main{max-width:60rem;margin:auto}"
    ".views,.grid{display:grid;grid-template-columns:repeat(3,1fr);gap:1rem}"
    "figure{margin:0;border:1px solid #ccc;border-radius:6px;box-shadow:0 1px 4px #0003}"
    ".facts{border-collapse:collapse}.facts td,.facts th{border:1px solid #ddd;padding:.3rem}"
    "#price{font-size:2rem;color:#a30}.part{padding:.4rem;background:linear-gradient(#fff,#f6f6f6)}"
) + "".join(f".c{n}{{padding:{n % 9}px;color:#{n * 37 % 4096:03x}}}" for n in range(400))

# Like a framework: much code that the browser compiles, and a part of it that runs.
_PARTS = (
    "const makers = [];\n"
    + "".join(
        f"makers.push(function make{n}(count) {{ const parts = []; for (let i = 0; i < count; i++) "
        f"{{ const part = {{ id: i * {n + 1}, label: 'part ' + i, tags: ['t{n}', 't' + (i % 7)] }};"
        " parts.push(part); } return parts.filter(part => part.id % 3 !== 1); });\n"
        for n in range(250)
    )
    + """
const parts = document.getElementById('parts');
const all = makers.flatMap(make => make(60)).sort((a, b) => a.id - b.id);
for (const part of all.slice(0, 120)) {
  const div = document.createElement('div');
  div.className = 'part c' + (part.id % 400);
  div.textContent = part.label + ' ' + part.tags.join(' ');
  parts.append(div);
}
"""
)

_PRICE = """
const price = document.getElementById('price');
fetch('/prices/' + document.body.dataset.product + '.json')
  .then(answer => answer.json())
  .then(offer => { price.textContent = offer.price; price.dataset.ready = 'yes'; });
"""

_SHARED = {
    "shop.css": (_STYLE, "text/css"),
    "parts.js": (_PARTS, "text/javascript"),
    "price.js": (_PRICE, "text/javascript"),
}


def _png(number: int) -> bytes:
    """Return an image of 160 x 160 pixels and about 15 KB, with noise like a photograph."""
    random_ = random.Random(number)  # noqa: S311 -- a picture
    shades = [random_.randbytes(3) for _ in range(160)]
    rows = b"".join(
        b"\0" + (random_.randbytes(90) + shades[row] * 130) for row in range(len(shades))
    )

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = struct.pack(">IIBBBBB", 160, 160, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


_PICTURES = [_png(number) for number in range(40)]


async def _product(request: web.Request) -> web.Response:
    text = _page(int(request.match_info["number"]))
    return web.Response(text=text, content_type="text/html", headers=_NOT_CACHED)


async def _price(request: web.Request) -> web.Response:
    price = price_of(int(request.match_info["number"]))
    return web.json_response({"price": price}, headers=_NOT_CACHED)


async def _own_image(request: web.Request) -> web.Response:
    which = int(request.match_info["number"]) * _OWN_IMAGES + int(request.match_info["image"])
    picture = _PICTURES[_SHARED_IMAGES + which % (len(_PICTURES) - _SHARED_IMAGES)]
    return web.Response(body=picture, content_type="image/png", headers=_CACHED)


async def _shared_image(request: web.Request) -> web.Response:
    picture = _PICTURES[int(request.match_info["image"])]
    return web.Response(body=picture, content_type="image/png", headers=_CACHED)


async def _shared(request: web.Request) -> web.Response:
    text, content_type = _SHARED[request.match_info["name"]]
    return web.Response(text=text, content_type=content_type, headers=_CACHED)


async def main() -> None:
    """Serve the shop until standard input ends."""
    app = web.Application()
    app.add_routes(
        [
            web.get(r"/products/{number:\d+}", _product),
            web.get(r"/products/{number:\d+}/{image:\d}.png", _own_image),
            web.get(r"/prices/{number:\d+}.json", _price),
            web.get(r"/shared/{image:\d}.png", _shared_image),
            web.get("/shared/{name}", _shared),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
