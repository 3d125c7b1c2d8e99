"""The sample shop that `make demo` scrapes: a few pages, partly written by JavaScript."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import web

from stack.ports import LOOPBACK

_FOLDER = Path(__file__).parent
_ASSETS = {"style.css": "text/css", "shop.js": "text/javascript"}

PATHS = (
    "/",
    "/category/paper",
    "/products/harbour-lamp",
    "/products/slate-notebook",
    "/products/brass-pen",
    "/products/oak-tray",
    "/products/felt-mat",
    "/products/ribbon-clock",
    "/about",
)
"""The paths of all pages."""

MISSING_PATH = "/products/glass-inkwell"
"""The path of a page that does not exist: the answer is HTTP status 404."""

EXAMPLE_PATH = "/products/harbour-lamp"
"""The path of the page whose markdown the demo shows."""


@asynccontextmanager
async def open_shop() -> AsyncIterator[str]:
    """Serve the shop on 127.0.0.1 at a free port. Yield its URL, without a slash at the end."""
    shop = _Shop(json.loads((_FOLDER / "products.json").read_text()))
    app = web.Application()
    app.add_routes(
        [
            web.get("/", shop.front),
            web.get("/about", shop.about),
            web.get("/category/{name}", shop.category),
            web.get("/products/{slug}", shop.product),
            web.get("/reviews/{slug}.json", shop.reviews),
            web.get("/assets/{name}", _asset),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, 0).start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class _Shop:
    def __init__(self, products: list[dict[str, Any]]) -> None:
        self._products = {product["slug"]: product for product in products}

    async def front(self, _request: web.Request) -> web.Response:
        return self._shelf("Things for a desk", self._products.values())

    async def category(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        products = [p for p in self._products.values() if p["category"].lower() == name]
        return self._shelf(name.title(), products) if products else _not_found()

    async def about(self, _request: web.Request) -> web.Response:
        return _page("About us", _template("about.html").template)

    async def product(self, request: web.Request) -> web.Response:
        product = self._products.get(request.match_info["slug"])
        if product is None:
            return _not_found()
        facts = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
            for name, value in product["facts"].items()
        )
        body = _template("product.html").substitute(_escaped(product), facts=facts)
        return _page(product["name"], body)

    async def reviews(self, request: web.Request) -> web.Response:
        product = self._products.get(request.match_info["slug"])
        return _not_found() if product is None else web.json_response(product["reviews"])

    def _shelf(self, title: str, products: Iterable[dict[str, Any]]) -> web.Response:
        card = _template("card.html")
        cards = "".join(card.substitute(_escaped(product)) for product in products)
        return _page(title, f'<h1>{escape(title)}</h1><div class="grid">{cards}</div>')


async def _asset(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _ASSETS:
        return _not_found()
    return web.Response(text=(_FOLDER / name).read_text(), content_type=_ASSETS[name])


def _page(title: str, body: str, status: int = 200) -> web.Response:
    text = _template("page.html").substitute(title=escape(title), body=body)
    return web.Response(text=text, content_type="text/html", status=status)


def _not_found() -> web.Response:
    return _page("Not found", "<h1>We do not have that</h1><p>Or not any more.</p>", status=404)


def _template(name: str) -> Template:
    return Template((_FOLDER / name).read_text())


def _escaped(product: dict[str, Any]) -> dict[str, str]:
    return {name: escape(str(value)) for name, value in product.items()}
