"""`GET /openapi.json`, and its page `GET /docs`. Neither needs a key or another server."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from api.http.responses import to_json
from api.openapi.document import openapi_document

_PAGE = Path(__file__).parent / "docs_page"

_SWAGGER_UI = Path(str(files("mkdocs_swagger_ui_tag"))) / "swagger-ui"

_ASSETS = {
    "start.js": _PAGE / "start.js",
    "swagger-ui.css": _SWAGGER_UI / "stylesheets" / "swagger-ui.css",
    "swagger-ui-bundle.js": _SWAGGER_UI / "javascripts" / "swagger-ui-bundle.js",
}

_CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Swagger UI's icons are data URLs
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


def add_routes(router: web.UrlDispatcher) -> None:
    """Add the document, the page, and the files that the page loads."""
    router.add_get("/openapi.json", _document_handler())
    router.add_get("/docs", _page)
    router.add_get("/", _start_page)
    for name, path in _ASSETS.items():
        router.add_get(f"/docs/{name}", _file_handler(path))


def _document_handler() -> Handler:
    """Return a handler that sends the document, which is written only once."""
    document = to_json(openapi_document())

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(text=document, content_type="application/json")

    return handler


async def _start_page(_request: web.Request) -> web.Response:
    """Lead a person who opens the address of the API to its page."""
    return web.Response(status=302, headers={"Location": "/docs"})


async def _page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(
        _PAGE / "index.html", headers={"Content-Security-Policy": _CONTENT_SECURITY_POLICY}
    )


def _file_handler(path: Path) -> Handler:
    async def handler(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(path)

    return handler
